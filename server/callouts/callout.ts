/**
 * A job called out on the air, until somebody says yes.
 *
 *   saying ──said──► waiting ──code, click──► acknowledged
 *     ▲                │  └──by hand────────► cancelled
 *     └─again, B, crew─┤ nobody within the time
 *                      └──► given_up: the supervisors' alarm (a late click still acknowledges)
 *
 * Who is called after nobody answered stands in ladder.ts. Pure.
 */
import { readAni } from '../radio/index.ts'
import type { CalloutStep, CalloutView } from '../wire/radio.ts'
import type { Silence, Tier } from './ladder.ts'

export type CalloutState = CalloutView['state']
export type { Tier }

/** How a call-out stands: as much of its row as decides. */
export type Standing = {
  state: CalloutState
  tier: Tier
  tries: number
  unit: string | null
  toPersonId: string | null
}
export type Step = Partial<Omit<CalloutStep, 'step' | 'at'>> & { step: CalloutStep['step'] }
/** What becomes of it. `waitS`: how long is waited from now; null: for nothing */
export type Becomes = Partial<Standing> & { state: CalloutState; waitS: number | null }
export type CalloutAsk =
  | { ask: 'said'; isSaid: boolean; waitS: number }
  /** nobody acknowledged in time; `next`: what the ladder says, and who that is */
  | { ask: 'silence'; next: Silence; to: { unit: string | null; personId: string | null } }
  | { ask: 'acknowledge'; how: 'dtmf' | 'click'; unit: string | null; personId: string | null }
  | { ask: 'cancel'; byId: string }

/** What is asked of a call-out means this; undefined: it is over, or in no state for it. */
export function decide(row: Standing, ask: CalloutAsk): { becomes: Becomes; steps: Step[] } | undefined {
  const called = { to: row.tier, unit: row.unit, personId: row.toPersonId }
  switch (ask.ask) {
    case 'said': {
      if (row.state !== 'saying') return undefined
      const { isSaid, waitS } = ask
      const waiting: Step[] = isSaid ? [{ step: 'waiting', to: row.tier }] : []
      return {
        becomes: { state: 'waiting', tries: row.tries + 1, waitS },
        steps: [{ step: isSaid ? 'said' : 'refused', ...called }, ...waiting],
      }
    }
    case 'silence': {
      if (row.state !== 'waiting') return undefined
      const silent: Step = { step: 'no_answer', ...called }
      const { next, to } = ask
      if (next.do === 'again')
        return { becomes: { state: 'saying', waitS: null }, steps: [silent, { step: 'again', ...called }] }
      if (next.do === 'give_up') {
        const steps: Step[] = [silent, { step: 'escalated', to: 'supervisor' }, { step: 'given_up', to: 'supervisor' }]
        return { becomes: { state: 'given_up', tier: 'supervisor', waitS: null }, steps }
      }
      const { unit, personId } = to
      return {
        becomes: { state: 'saying', tier: next.to, tries: 0, unit, toPersonId: personId, waitS: null },
        steps: [silent, { step: 'escalated', to: next.to, unit, personId }],
      }
    }
    case 'acknowledge': {
      if (!isAnswerable(row.state)) return undefined
      // A click that names nobody means whoever was called.
      const isWhoWasCalled = ask.how === 'click' && ask.unit === null
      const who = isWhoWasCalled ? called : { unit: ask.unit, personId: ask.personId }
      const step: Step = { step: 'acknowledged', to: row.tier, how: ask.how, unit: who.unit, personId: who.personId }
      return { becomes: { state: 'acknowledged', waitS: null }, steps: [step] }
    }
    case 'cancel': {
      if (!isAnswerable(row.state)) return undefined
      const step = row.state === 'given_up' ? 'taken_over' : 'cancelled'
      return { becomes: { state: 'cancelled', waitS: null }, steps: [{ step, personId: ask.byId }] }
    }
  }
}

/** A late answer counts: the supervisor may stand down. */
const isAnswerable = (state: CalloutState): boolean => state === 'saying' || state === 'waiting' || state === 'given_up'

/** The call-out as it stands afterwards. */
export const evolve = <T extends Standing>(row: T, { waitS: _, ...becomes }: Becomes): T => ({ ...row, ...becomes })

type Firsts = { aniPtt: string; aniEmergency: string }
/** `isTorn`: a digit of the code was lost on the way; it holds only when the handheld it came from is known. */
export type Ack = { code: string; ani: { id: string; emergency: boolean } | null; isTorn?: true }

/**
 * An acknowledgement in touch tones: a code that is waited for, alone or with the handheld's own call before or after it
 * (a radio that says who it is by DTMF sends both in one breath). One lost packet can cost a digit: where a single code is
 * waited for, what lacks one of its digits is that code too, beside the call of a handheld. Null: none.
 */
export function readAck(digits: string, codes: readonly string[], { aniPtt, aniEmergency }: Firsts): Ack | null {
  const aniIn = (rest: string) => {
    const ani = readAni(rest, { ptt: aniPtt, emergency: aniEmergency })
    return ani && { id: ani.id, emergency: ani.kind === 'emergency' }
  }
  for (const code of codes) {
    if (digits === code) return { code, ani: null }
    const rest = digits.startsWith(code)
      ? digits.slice(code.length)
      : digits.endsWith(code)
        ? digits.slice(0, -code.length)
        : ''
    const ani = aniIn(rest)
    if (ani) return { code, ani }
  }
  const [code, another] = codes
  if (code === undefined || another !== undefined) return null
  const left = code.length - 1
  for (const [part, rest] of [
    [digits.slice(0, left), digits.slice(left)],
    [digits.slice(-left), digits.slice(0, -left)],
  ] as const) {
    const ani = aniIn(rest)
    if (ani && lacksOne(part, code)) return { code, ani, isTorn: true }
  }
  return null
}

const lacksOne = (part: string, code: string): boolean =>
  [...code].some((_, at) => part === code.slice(0, at) + code.slice(at + 1))

const FIRSTS = [...'2345689']

/**
 * Three digits to answer with, the last two of the ticket when they are free. The first is never one by which a handheld
 * says who it is, nor one that is easily taken for another in speech.
 */
export function ackCodeFor(ticketNumber: number, taken: ReadonlySet<string>, { aniPtt, aniEmergency }: Firsts): string {
  const firsts = FIRSTS.filter((digit) => digit !== aniPtt && digit !== aniEmergency)
  for (let more = 0; more < 100; more++) {
    const tail = String((ticketNumber + more) % 100).padStart(2, '0')
    for (const first of firsts) if (!taken.has(first + tail)) return first + tail
  }
  throw new Error('every code is waited for')
}
