/** By which ways somebody on a shift was proven to be reachable: rows. */
import type { Tx } from '../../db/index.ts'
import type { ReachWay } from '../../wire/roster.ts'
import { DURING } from '../store.ts'

/** Shifts of a person that run, or begin so soon that what is proven now holds for them. */
export async function shiftsNow(tx: Tx, personId: string, beforeMs: number): Promise<string[]> {
  const { rows } = await tx.raw(
    `select s.id from shifts s where s.person_id = :personId and s.kind <> 'leave' and upper(${DURING}) > now()
        and lower(${DURING}) <= now() + :beforeMs * interval '1 millisecond' order by lower(${DURING})`,
    { personId, beforeMs },
  )
  return rows.map(({ id }: { id: string }) => id)
}

/** False: it was proven already. */
export async function insertProof(
  tx: Tx,
  proof: { shiftId: string; way: ReachWay; at: Date; byId: string | null },
): Promise<boolean> {
  const rows = await tx('reachabilities')
    .insert({ shift_id: proof.shiftId, way: proof.way, proven_at: proof.at, by_id: proof.byId })
    .onConflict()
    .ignore()
    .returning('shift_id')
  return rows.length > 0
}

/** Marks who has been on a shift for so long and was not proven to be reachable. Once a shift. */
export async function markUnreached(tx: Tx, afterMs: number): Promise<{ shiftId: string; personId: string }[]> {
  const { rows } = await tx.raw(
    `update shifts s set unreached_at = now()
      where s.unreached_at is null and s.person_id is not null and s.kind <> 'leave' and ${DURING} @> now()
        and lower(${DURING}) <= now() - :afterMs * interval '1 millisecond'
        and not exists (select from reachabilities r where r.shift_id = s.id)
      returning s.id as "shiftId", s.person_id as "personId"`,
    { afterMs },
  )
  return rows
}
