/** Swaps: rows. */
import type { Db, Tx } from '../../db/index.ts'
import type { PersonRef } from '../../wire/views.ts'
import { DURING } from '../store.ts'
import type { Swap, SwapEvent, SwapState } from './swap.ts'

const SWAP = `x.id, x.shift_id as "shiftId", x.for_shift_id as "forShiftId", x.from_id as "fromId", x.to_id as "toId", x.state`

/** A swap, held until the transaction ends. */
export async function holdSwap(tx: Tx, organisationId: string, id: string): Promise<Swap | undefined> {
  const { rows } = await tx.raw(
    `select ${SWAP} from shift_changes x where x.id = ? and x.organisation_id = ? for update of x`,
    [id, organisationId],
  )
  return rows[0]
}

export async function insertSwap(tx: Tx, organisationId: string, swap: Omit<Swap, 'state'>, at: Date): Promise<void> {
  await tx('shift_changes').insert({
    id: swap.id,
    organisation_id: organisationId,
    shift_id: swap.shiftId,
    for_shift_id: swap.forShiftId,
    from_id: swap.fromId,
    to_id: swap.toId,
    state: 'asked',
    asked_at: at,
  })
}

export async function saveSwap(tx: Tx, swap: Swap, { at, byId, verb }: SwapEvent): Promise<void> {
  await tx('shift_changes')
    .where({ id: swap.id })
    .update({
      state: swap.state,
      ...(verb === 'agreed' && { agreed_at: at }),
      ...(verb === 'seen' && { seen_at: at, seen_by_id: byId }),
    })
}

export type SwapShift = {
  shiftId: string
  from: Date
  to: Date
  crew: string | null
  line: string | null
  campus: string | null
}
export type SwapShown = {
  swapId: string
  state: SwapState
  from: PersonRef
  to: PersonRef
  shift: SwapShift
  forShift: SwapShift | null
  askedAt: Date
}

/** What is asked or not seen yet, and what was decided in the last two weeks; newest first. */
export async function readSwaps(db: Db | Tx, organisationId: string): Promise<SwapShown[]> {
  const person = (p: string) => `jsonb_build_object('id', ${p}.id, 'name', ${p}.name, 'title', ${p}.title)`
  const during = (s: string) => DURING.replaceAll('s.', `${s}.`)
  const shift = (s: string, as: string) =>
    `${s}.id as "${as}Id", lower(${during(s)}) as "${as}From", upper(${during(s)}) as "${as}To",
     (select code from crews where id = ${s}.crew_id) as "${as}Crew", (select code from campuses where id = ${s}.campus_id) as "${as}Campus",
     (select l.code from crews w join lines l on l.id = w.line_id where w.id = ${s}.crew_id) as "${as}Line"`
  const { rows } = await db.raw(
    `select x.id as "swapId", x.state, x.asked_at as "askedAt", ${person('f')} as from, ${person('t')} as to, ${shift('s', 'one')}, ${shift('o', 'other')}
       from shift_changes x join people f on f.id = x.from_id join people t on t.id = x.to_id
            join shifts s on s.id = x.shift_id left join shifts o on o.id = x.for_shift_id
      where x.organisation_id = ? and (x.state in ('asked', 'agreed') or x.asked_at > now() - interval '14 days')
      order by x.asked_at desc limit 200`,
    [organisationId],
  )
  const shiftOf = (row: Record<string, never>, as: 'one' | 'other'): SwapShift =>
    ({
      ...{ shiftId: row[`${as}Id`], from: row[`${as}From`], to: row[`${as}To`], crew: row[`${as}Crew`] },
      ...{ line: row[`${as}Line`], campus: row[`${as}Campus`] },
    }) as unknown as SwapShift
  return rows.map((row: Record<string, never>) => ({
    ...{ swapId: row.swapId, state: row.state, from: row.from, to: row.to, askedAt: row.askedAt },
    shift: shiftOf(row, 'one'),
    forShift: row.otherId ? shiftOf(row, 'other') : null,
  }))
}
