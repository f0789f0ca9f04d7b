/** How a shift comes to be and changes: held, decided, saved. */
import { randomUUID } from 'node:crypto'
import { clock, type Tx } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import type { ShiftEvent } from './events.ts'
import {
  decide,
  evolve,
  plan,
  planned,
  restOf,
  type Shift,
  type ShiftAsk,
  type ShiftRefusal,
  type ShiftWish,
} from './shift.ts'
import * as store from './store.ts'

/** Where in a form a refusal belongs. */
const FIELD: Partial<Record<ShiftRefusal, string>> = {
  'ends-before-it-begins': 'to',
  'shift-too-long': 'to',
  'to-the-same-person': 'personId',
}

const refusing = (decided: ShiftEvent[] | ShiftRefusal): ShiftEvent[] => {
  if (typeof decided !== 'string') return decided
  const field = FIELD[decided]
  throw new Refusal(decided, field ? { field } : {})
}

/** Puts a new shift on the roster; `personId` null: nobody holds it yet. */
export async function planShift(
  tx: Tx,
  organisationId: string,
  wish: Omit<ShiftWish, 'id'>,
  byId: string,
): Promise<{ shift: Shift; events: ShiftEvent[] }> {
  const whole = { ...wish, id: randomUUID() as string }
  const events = refusing(plan(whole, byId, await clock(tx)))
  await overlapSaid(() => store.insertShift(tx, organisationId, whole, { byId }))
  return { shift: planned(whole), events }
}

/** Asks it of a shift that is held. */
export async function askShift(
  tx: Tx,
  organisationId: string,
  shift: Shift,
  ask: ShiftAsk,
): Promise<{ shift: Shift; events: ShiftEvent[] }> {
  const events = refusing(decide(shift, ask, await clock(tx)))
  const after = events.reduce(evolve, shift)
  if (events.length > 0) await overlapSaid(() => store.saveShift(tx, shift, after))
  for (const event of events)
    if (event.verb === 'taken')
      await overlapSaid(() =>
        store.insertShift(tx, organisationId, restOf(shift, event), { byId: ask.byId, takenFrom: shift.personId }),
      )
  return { shift: after, events }
}

/** Two at one time, said of whom: PostgreSQL's exclusion_violation. */
async function overlapSaid<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint = '' } = error as { code?: string; constraint?: string }
    if (code === '23P01' && constraint === 'a_person_is_on_one_shift_of_a_kind_at_a_time')
      throw new Refusal('person-on-shift-then', { field: 'personId' })
    throw error
  }
}
