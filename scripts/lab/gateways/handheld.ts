/** What a handheld sends while its key is held: 20 ms at a time, its identity before or after the words. */
import { FRAME, RATE } from '../sound/g711.ts'
import { dtmf, EMERGENCY, type FiveTone, fiveTone, mdc1200, PTT_ID, silence } from '../sound/signalling.ts'
import { type GatewayProfile, identOf } from './profile.ts'

/** 20 ms of sound, or of a key press that the gateway turns into packets of its own. */
export type Slot = Int16Array | { readonly digit: string; readonly step: number; readonly of: number }

/** One transmission of one handheld. */
export class Over {
  readonly unit: string
  readonly what: string
  #slots: Iterator<Slot>
  #tail: Slot[]
  #stopped = false

  constructor(unit: string, what: string, lead: Slot[], body: Iterable<Slot>, tail: Slot[]) {
    this.unit = unit
    this.what = what
    this.#tail = tail
    this.#slots = sequence([lead, body])
  }

  /** The next 20 ms; undefined when the key has been let go. */
  next(): Slot | undefined {
    if (!this.#stopped) {
      const { value, done } = this.#slots.next()
      if (!done) return value
      this.#stopped = true
    }
    return this.#tail.shift()
  }

  /** The finger goes off the key: what comes after the words is still sent. */
  stop(): void {
    this.#stopped = true
  }
}

function* sequence(parts: Iterable<Slot>[]): Generator<Slot> {
  for (const part of parts) yield* part
}

/** Cuts samples into frames, the last one filled with silence. */
export function slots(samples: Int16Array): Int16Array[] {
  const frames: Int16Array[] = []
  for (let at = 0; at < samples.length; at += FRAME) {
    const frame = new Int16Array(FRAME)
    frame.set(samples.subarray(at, at + FRAME))
    frames.push(frame)
  }
  return frames
}

/** A pure tone, for ever when `seconds` is missing. */
export function* toneSlots(hertz: number, seconds?: number, peak = 9_000): Generator<Slot> {
  const step = (2 * Math.PI * hertz) / RATE
  const frames = seconds === undefined ? Infinity : Math.round(seconds * 50)
  for (let n = 0; n < frames; n++)
    yield Int16Array.from({ length: FRAME }, (_, i) => Math.round(peak * Math.sin(step * ((n * FRAME + i) % RATE))))
}

/** The keys of a handheld, in band or as packets of the gateway. */
export function digitSlots(digits: string, asEvents: boolean): Slot[] {
  if (!asEvents) return slots(dtmf(digits))
  const pause = slots(silence(60))
  return [...digits].flatMap((digit) => [...[1, 2, 3, 4, 5].map((step) => ({ digit, step, of: 5 })), ...pause])
}

/** The identity a handheld sends by its gateway's scheme; nothing when the scheme is silent or not in the sound. */
export function identSlots(profile: GatewayProfile, unit: string): Slot[] {
  const ids = identOf(unit)
  const pad = slots(silence(40))
  switch (profile.ident) {
    case 'dtmf':
    case 'event':
      return [...pad, ...digitSlots(ids.dtmf, profile.dtmfAsEvents || profile.ident === 'event'), ...pad]
    case 'mdc1200':
      return [...pad, ...slots(mdc1200(PTT_ID.op, PTT_ID.arg, Number.parseInt(ids.mdc1200, 16))), ...pad]
    case 'zvei1':
    case 'ccir':
      return [...pad, ...slots(fiveTone(profile.ident, ids.fiveTone)), ...pad]
    default:
      return []
  }
}

/** What the emergency button sends by the scheme; a handheld without any sends its DTMF code. */
export function emergencySlots(profile: GatewayProfile, unit: string): Slot[] {
  const ids = identOf(unit)
  const pad = slots(silence(60))
  if (profile.ident === 'mdc1200')
    return [...pad, ...slots(mdc1200(EMERGENCY.op, EMERGENCY.arg, Number.parseInt(ids.mdc1200, 16))), ...pad]
  if (profile.ident === 'zvei1' || profile.ident === 'ccir') {
    const code = `${profile.emergencyTones}${ids.fiveTone.slice(profile.emergencyTones.length)}`
    return [...pad, ...slots(fiveTone(profile.ident as FiveTone, code)), ...pad]
  }
  const code = `${profile.emergencyDtmf}${ids.dtmf.slice(1)}`
  return [...pad, ...digitSlots(code, profile.dtmfAsEvents || profile.ident === 'event'), ...pad]
}
