/** What is heard on one port's receive leg: a carrier, touch tones, unit codes. Told frames and the time; keeps no clock. */

import type { GatewayProfile } from '../ports/profile.ts'
import { type Cor, type CorSetup, corDeadline, hearFrame, letPass, levelOf, noCarrier } from './cor.ts'
import { readAni } from './ident.ts'
import { makeDtmf } from './tones/dtmf.ts'
import { makeFiveTone } from './tones/five-tone.ts'
import { makeMdc1200, meaningOf } from './tones/mdc1200.ts'

export type Heard =
  | { type: 'carrier'; on: boolean; since: number }
  /** a code that names a handheld; an emergency when it says so */
  | { type: 'code'; how: 'gateway' | 'mdc1200' | 'five_tone' | 'dtmf'; raw: string; emergency: boolean }
  /** touch tones up to a pause or the end of the carrier; what they mean is decided by who waits for them */
  | { type: 'digits'; digits: string }

export type Ear = {
  frame(at: number, samples: Int16Array): Heard[]
  /** a digit the gateway sent as an event (RFC 4733) */
  digit(at: number, digit: string): Heard[]
  /** what a digital gateway said of who speaks */
  unit(raw: string): Heard[]
  pass(now: number): Heard[]
  /** the gateway is gone: no carrier, nothing half heard */
  lost(now: number): void
  deadline(): number | null
}

/** A number ends when no digit came for this long: what gateways are usually set to (JPS ARA-1, "DTMF Digit Timeout"). */
const DIGIT_PAUSE_MS = 1_000
const DIGITS_MOST = 24
/** What handhelds send by themselves: one digit for what it is, three for who. */
const DIGITS_WHOLE = 4
/** Silence of this length behind five tones is their end. */
const CODE_PAUSE_MS = 100
/** When a part of a code was heard this long ago, its rest will not come any more: listening begins anew. */
const CODE_TORN_MS = 1_000
/** For this long after a digit that came as an RFC 4733 event, digits in the sound are taken for the same ones. */
const EVENTS_RULE_MS = 3_000

export function makeEar(profile: GatewayProfile, now: number): Ear {
  const setup: CorSetup = { mode: profile.corMode, debounceMs: profile.rxDebounceMs, vadDb: profile.vadDb }
  const dtmf = makeDtmf()
  const mdc = profile.idScheme === 'mdc1200' ? makeMdc1200() : undefined
  const makeTones = () => (profile.idScheme === '5tone' ? makeFiveTone(profile.fiveTone) : undefined)
  let fiveTone = makeTones()
  let cor: Cor = noCarrier(now)
  let digits = ''
  let digitAt = 0
  let eventAt = -Infinity
  /** the last frame with any sound in it */
  let soundAt = -Infinity

  function turn(after: { cor: Cor; changes: readonly { on: boolean; since: number }[] }): Heard[] {
    cor = after.cor
    const heard: Heard[] = after.changes.map((change) => ({ type: 'carrier', ...change }))
    // The end of the carrier ends a whole number. A part of one waits for its pause: late packets may still bring the rest.
    if (!after.changes.some(({ on }) => !on)) return heard
    return [...(digits.length >= DIGITS_WHOLE ? ended() : []), ...called(fiveTone?.paused()), ...heard]
  }

  /**
   * When packets are late Asterisk puts in frames of zeros and goes on where it was. A code has no silence in it, so such
   * frames are left out, and the code is whole again.
   */
  function codes(at: number, samples: Int16Array): Heard[] {
    if (samples.every((sample) => sample === 0)) return at - soundAt >= CODE_PAUSE_MS ? called(fiveTone?.paused()) : []
    if (at - soundAt > CODE_TORN_MS) fiveTone = makeTones()
    soundAt = at
    const bursts = mdc?.(samples) ?? []
    return [
      ...bursts.flatMap((burst): Heard[] => {
        const meaning = meaningOf(burst)
        if (meaning === 'other') return []
        return [{ type: 'code', how: 'mdc1200', raw: burst.unit, emergency: meaning === 'emergency' }]
      }),
      ...called(fiveTone?.hear(samples)),
    ]
  }

  const called = (calls: readonly string[] = []): Heard[] =>
    calls.map((raw) => ({
      type: 'code',
      how: 'five_tone',
      raw,
      emergency: raw.startsWith(profile.fiveToneEmergency),
    }))

  function ended(): Heard[] {
    const all = digits
    digits = ''
    return all === '' ? [] : [{ type: 'digits', digits: all }]
  }

  function add(at: number, more: string): void {
    if (more === '') return
    digits = (digits + more).slice(-DIGITS_MOST)
    digitAt = at
  }

  return {
    frame(at, samples) {
      const before = paused(at)
      const heard = turn(hearFrame(cor, setup, at, levelOf(samples)))
      const inSound = dtmf(samples)
      if (at - eventAt > EVENTS_RULE_MS) add(at, inSound)
      return [...before, ...heard, ...codes(at, samples)]
    },
    digit(at, digit) {
      const before = paused(at)
      eventAt = at
      add(at, digit)
      return before
    },
    unit(raw) {
      const [id = raw] = raw.trim().split(/\s+/)
      return id === '' ? [] : [{ type: 'code', how: 'gateway', raw: id, emergency: /\bemergency\b/i.test(raw) }]
    },
    pass: (at) => [...paused(at), ...turn(letPass(cor, setup, at))],
    lost(at) {
      cor = noCarrier(at)
      digits = ''
    },
    deadline() {
      const carrier = corDeadline(cor, setup)
      const pause = digits === '' ? null : digitAt + DIGIT_PAUSE_MS
      return carrier === null ? pause : pause === null ? carrier : Math.min(carrier, pause)
    },
  }

  function paused(at: number): Heard[] {
    return digits !== '' && at - digitAt >= DIGIT_PAUSE_MS ? ended() : []
  }
}

/** Who dialled this number, and whether they call for help. Null: handhelds of this port do not send numbers, or it is none. */
export function codeOf(digits: string, profile: GatewayProfile): Extract<Heard, { type: 'code' }> | null {
  if (profile.idScheme !== 'dtmf') return null
  const ani = readAni(digits, { ptt: profile.aniPtt, emergency: profile.aniEmergency })
  return ani && { type: 'code', how: 'dtmf', raw: ani.id, emergency: ani.kind === 'emergency' }
}
