import type { Db, Tx } from '../../db/index.ts'
import type { Callback } from './callback.ts'

function read(db: Db | Tx) {
  return db('callbacks as b')
    .leftJoin('campuses as c', 'c.id', 'b.campus_id')
    .leftJoin('lines as l', 'l.id', 'b.line_id')
    .select('b.*', 'c.code as campus_code', 'l.code as line_code')
}

// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
const fromRow = (row: any): Callback => ({
  id: row.id,
  organisationId: row.organisation_id,
  callId: row.call_id,
  campusId: row.campus_id,
  campus: row.campus_code,
  line: row.line_code,
  number: row.number,
  placeId: row.place_id,
  owedAt: row.owed_at,
  why: row.why,
  takenBy: row.taken_by,
  takenAt: row.taken_at,
  leaseUntil: row.lease_until,
  tries: row.tries,
  clearedAt: row.cleared_at,
  clearedHow: row.cleared_how,
  clearedBy: row.cleared_by,
  clearedCallId: row.cleared_call_id,
})

export type NewCallback = Pick<
  Callback,
  'organisationId' | 'callId' | 'campusId' | 'number' | 'placeId' | 'owedAt' | 'why'
> & { lineId: string | null }

/** Owes a call back, once per call. Answers the id when it is new. */
export async function insertCallback(tx: Tx, row: NewCallback): Promise<string | undefined> {
  const [inserted] = await tx('callbacks')
    .insert({
      organisation_id: row.organisationId,
      call_id: row.callId,
      campus_id: row.campusId,
      line_id: row.lineId,
      number: row.number,
      place_id: row.placeId,
      owed_at: row.owedAt,
      why: row.why,
    })
    .onConflict('call_id')
    .ignore()
    .returning('id')
  return inserted?.id
}

export async function holdCallback(tx: Tx, id: string): Promise<Callback | undefined> {
  const row = await read(tx).where('b.id', id).forUpdate('b').first()
  return row && fromRow(row)
}

export async function readCallbacks(db: Db | Tx, ids: string[]): Promise<Callback[]> {
  return ids.length === 0 ? [] : (await read(db).whereIn('b.id', ids)).map(fromRow)
}

/** All owed ones of the organisation, oldest first. */
export async function owedCallbacks(db: Db, organisationId: string, limit = 500): Promise<Callback[]> {
  const rows = await read(db)
    .where('b.organisation_id', organisationId)
    .whereNull('b.cleared_at')
    .orderBy('b.owed_at')
    .limit(limit)
  return rows.map(fromRow)
}

export async function callbackOfCall(db: Db | Tx, callId: string): Promise<string | undefined> {
  return (await db('callbacks').where({ call_id: callId }).first('id'))?.id
}

/** Writes what became of a callback that is held. `note` says why nobody was reached; none stays as it is. */
export async function saveCallback(tx: Tx, after: Callback, note?: string | null): Promise<void> {
  await tx('callbacks')
    .where({ id: after.id })
    .update({
      taken_by: after.takenBy,
      taken_at: after.takenAt,
      lease_until: after.leaseUntil,
      tries: after.tries,
      cleared_at: after.clearedAt,
      cleared_how: after.clearedHow,
      cleared_by: after.clearedBy,
      cleared_call_id: after.clearedCallId,
      ...(note !== undefined && { note }),
    })
}

/** Owed by this line to this number at this campus, to this place, or to this person. One of no line is any line's. */
export async function owedTo(
  tx: Tx,
  whom: {
    organisationId: string
    campusId: string | null
    lineId: string | null
    number: string
    placeId: string | null
    personId: string | null
  },
): Promise<{ id: string; byCaller: boolean }[]> {
  const { rows } = await tx.raw(
    `select b.id, k.by_number or k.by_person as by_caller
       from callbacks b
       join lateral (select coalesce(b.number = :number and b.number <> '' and b.campus_id is not distinct from :campus, false) as by_number,
                            coalesce(c.person_id = :person, false) as by_person
                       from calls c where c.id = b.call_id) k on true
      where b.organisation_id = :org and b.cleared_at is null
        and (b.line_id is null or b.line_id = :line) and (k.by_number or k.by_person or b.place_id = :place)
      order by b.owed_at for update of b`,
    {
      org: whom.organisationId,
      number: whom.number,
      campus: whom.campusId,
      line: whom.lineId,
      place: whom.placeId,
      person: whom.personId,
    },
  )
  return rows.map((row: { id: string; by_caller: boolean }) => ({ id: row.id, byCaller: row.by_caller }))
}
