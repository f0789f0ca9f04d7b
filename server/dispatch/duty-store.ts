/** Who is on shift. */
import type { Tx } from '../db/index.ts'
import type { OnDuty } from './rank.ts'

export type Standing = {
  personId: string
  duty: OnDuty
  campus: string | null
  until: Date | null
  isReachable: boolean
}

export async function standings(tx: Tx, ids: string[], at: Date): Promise<Map<string, Standing>> {
  const { rows } = await tx.raw(
    `select s.person_id as "personId", 'shift' as duty, c.code as campus, upper(coalesce(s.actual, s.planned)) as until, true as "isReachable"
       from shifts s left join campuses c on c.id = s.campus_id where s.person_id = any(?) and coalesce(s.actual, s.planned) @> cast(? as timestamptz)`,
    [ids, at],
  )
  return new Map(rows.map((row: Standing) => [row.personId, row]))
}
