/** SQL of the night switches. */
import type { Db, Tx } from '../../db/index.ts'
import type { Night } from '../../wire/words.ts'

/** The exchange of this organisation: another's has lines of the same codes. */
export async function pbxOf(tx: Tx, organisationId: string): Promise<number | undefined> {
  return (await tx('pbxs').where({ organisation_id: organisationId }).orderBy('id').first('id'))?.id
}

export type Switch = { id: string; line: string; night: Night; since: Date | null; byId: string | null }

const switches = (db: Db, organisationId: string) =>
  db('lines')
    .where({ organisation_id: organisationId })
    .orderBy('sort')
    .select('id', 'code as line', 'night', 'night_since as since', 'night_by as byId')

/** Every line's switch, in the lines' own order. */
export async function readSwitches(db: Db, organisationId: string): Promise<Switch[]> {
  return switches(db, organisationId)
}

/** One line's switch, held until the transaction ends. */
export async function holdSwitch(tx: Tx, organisationId: string, line: string): Promise<Switch | undefined> {
  return switches(tx, organisationId).where({ code: line }).forUpdate().first()
}

/** Turns it; answers PostgreSQL's time of that. */
export async function turn(tx: Tx, id: string, night: Night, byId: string): Promise<Date> {
  const [row] = await tx('lines')
    .where({ id })
    .update({ night, night_since: tx.fn.now(), night_by: byId })
    .returning('night_since as at')
  return row.at
}
