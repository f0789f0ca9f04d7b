/**
 * A job called out on the air, until somebody says yes.
 *
 *   saying ──said──► waiting ──code, click──► acknowledged
 *     ▲                │  └──by hand────────► cancelled
 *     └─again, B, crew─┤ nobody within the time
 *                      └──► given_up: the supervisors' alarm (a late click still acknowledges)
 *
 * Whoever is called first is called twice, then the B role of their system or the crew once, then it is the supervisors'. Pure.
 */
import { readAni } from '../radio/index.ts'
import type { CalloutStep, CalloutView } from '../wire/radio.ts'

export type CalloutState = CalloutView['state']
export type Tier = NonNullable<CalloutStep['to']>

export type Silence = { do: 'again' } | { do: 'escalate'; to: 'B' | 'crew' } | { do: 'give_up' }

/** How often the first tier is called. */
const TIMES_A = 2

/** Nobody answered in time: what now. `tries`: announcements to this tier so far; `next`: who there is besides. */
export function afterSilence(was: { tier: Tier; tries: number }, next: { b: boolean; crew: boolean }): Silence {
  if (was.tier !== 'A') return { do: 'give_up' }
  if (was.tries < TIMES_A) return { do: 'again' }
  return next.b ? { do: 'escalate', to: 'B' } : next.crew ? { do: 'escalate', to: 'crew' } : { do: 'give_up' }
}

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
