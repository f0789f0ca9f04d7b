/** The ears of all ports: what they hear is told to the floors, and tells who speaks. */

import type { Board } from '../engine/floors.ts'
import type { EngineParts, Log, RadioHooks } from '../engine/words.ts'
import type { Over, OverBook } from '../overs/over.ts'
import type { GatewayProfile } from '../ports/profile.ts'
import { codeOf, type Ear, type Heard, makeEar } from './ear.ts'
import { callForHelpBehind, type KnownHandheld } from './ident.ts'

type HearingParts = {
  board: Board
  book: OverBook
  handhelds: EngineParts['handhelds']
  digits: RadioHooks['digits']
  log: Log
  now: () => number
  steady: () => number
  after: (ms: number, act: () => void) => () => void
  named: (over: Over | undefined) => void
  /** a handheld calls for help; null: one the register does not know. `raw`: what was heard of its number */
  emergency: (port: string, unit: KnownHandheld | null, raw: string) => void
}
/** A timer that fires later than this shows that the process stood still: frames that came meanwhile are not read yet. */
const LATE_MS = 40
/** Then they are given this long to be read, or their speaker would seem to have stopped. */
const READ_MS = 20

type DtmfCall = ReturnType<typeof codeOf>
type Listener = { ear: Ear; profile: GatewayProfile; cancel: () => void; at: number | null }

export type Hearing = ReturnType<typeof makeHearing>

export function makeHearing({
  board,
  book,
  handhelds,
  digits,
  log,
  now,
  steady,
  after,
  named,
  emergency,
}: HearingParts) {
  const ears = new Map<string, Listener>()

  function told(port: string, list: readonly Heard[]): void {
    for (const heard of list) {
      if (heard.type === 'carrier') {
        // Frames are dated by this host's clock, floors by one that never goes back.
        const since = steady() - (now() - heard.since)
        board.tell(port, { type: 'carrier', port, on: heard.on, since })
      } else if (heard.type === 'code') hearCode(port, heard)
      else if (!board.isKeyed(port)) hearDigits(port, heard.digits)
      else hearCallForHelp(port, heard.digits)
    }
  }

  /**
   * Digits are known only after a pause, when somebody may have keyed over the handheld already. A call for help still
   * counts.
   */
  function hearCallForHelp(port: string, all: string): void {
    const code = callIn(port, all)
    if (code?.emergency) hearCode(port, code)
  }

  function hearDigits(port: string, all: string): void {
    log.info({ port, count: all.length }, 'touch tones from a handheld')
    if (digits(port, all, book.receiving(port) ?? null)) return
    const code = callIn(port, all)
    if (code) hearCode(port, code)
  }

  function callIn(port: string, all: string): DtmfCall {
    const profile = ears.get(port)?.profile
    const isKnown = (id: string) => handhelds.byId('dtmf', id) !== null
    const call = profile ? codeOf(all, profile) : null
    if (profile?.idScheme !== 'dtmf' || (call && isKnown(call.raw))) return call
    const raw = callForHelpBehind(all, profile.aniEmergency, isKnown)
    return raw === null ? call : { type: 'code', how: 'dtmf', raw, emergency: true }
  }

  function hearCode(port: string, { how, raw, emergency: isForHelp }: Extract<Heard, { type: 'code' }>): void {
    const first = how === 'five_tone' && isForHelp ? ears.get(port)?.profile.fiveToneEmergency : undefined
    const unit = handhelds.byId(how, raw, first && raw.slice(first.length))
    // While we transmit a code may be our own sound coming back, so it names nobody; a call for help is believed all the same.
    if (!board.isKeyed(port)) named(book.clue(port, { how, raw, unit }, now()))
    if (isForHelp) emergency(port, unit, raw)
  }

  /** Wakes the ear at its next deadline, if no frame does so earlier. */
  function arm(port: string): void {
    const had = ears.get(port)
    const at = had?.ear.deadline() ?? null
    if (!had || at === null || (had.at !== null && had.at <= at)) return
    had.cancel()
    had.at = at
    const pass = () => {
      had.at = null
      told(port, had.ear.pass(now()))
      arm(port)
    }
    had.cancel = after(Math.max(1, at - now()), () => {
      if (now() - at < LATE_MS) return pass()
      had.cancel = after(READ_MS, pass)
    })
  }

  return {
    /** Gives the port a new ear when its profile has changed. */
    setPort(port: string, profile: GatewayProfile): void {
      const had = ears.get(port)
      if (had && JSON.stringify(had.profile) === JSON.stringify(profile)) return
      had?.cancel()
      ears.set(port, { ear: makeEar(profile, now()), profile, cancel: () => {}, at: null })
    },
    hear(port: string, what: (ear: Ear) => Heard[]): void {
      const listener = ears.get(port)
      if (!listener) return
      told(port, what(listener.ear))
      arm(port)
    },
    /** The gateway is gone, or another one. */
    lost: (port: string): void => ears.get(port)?.ear.lost(now()),
    forget(port: string): void {
      ears.get(port)?.cancel()
      ears.delete(port)
    },
    stop(): void {
      for (const { cancel } of ears.values()) cancel()
    },
  }
}
