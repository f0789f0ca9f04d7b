/**
 * The consoles' side of the radio: presses, heartbeats and releases from the live socket, their answers, and what every
 * console is shown. A press belongs to its socket: with the socket gone, all its keys are let go.
 */
import type { Actor } from '../../access/index.ts'
import type { EmergencyView, PttAnswer, RadioFromConsole, RadioFromServer } from '../../wire/radio.ts'
import { type FloorAnswer, PRIORITY } from '../floor/words.ts'
import type { RadioEngine } from './engine.ts'
import type { Voice } from './media.ts'
import { later } from './words.ts'

export type ConsolesParts = {
  engine: RadioEngine
  may: (actor: Actor, verb: 'see' | 'key', campus: string) => boolean
  /** only the acting server holds the exchange */
  isActing: () => boolean
  /** all that are latched, with their tickets and names */
  emergencies: () => EmergencyView[]
  /** the live socket's: a message for whichever console `to` has one for */
  tell: (to: (actor: Actor, seat: string) => Buffer | undefined) => void
  now?: () => number
  after?: (ms: number, act: () => void) => () => void
}

/** What is shown is sent at most so often; and so often even unchanged, while anything is on. */
const SHOW_MS = 50
const SHOW_AT_LEAST_MS = 1_000

type Wish = { id: string; port: string }
type Seat = { last: number; presses: Map<number, Wish[]> }
type Denial = Extract<PttAnswer, { result: 'denied' }>['why']

export type Consoles = ReturnType<typeof makeConsoles>

export function makeConsoles(parts: ConsolesParts) {
  const { engine, may, isActing, emergencies, tell } = parts
  const now = parts.now ?? Date.now
  const after = parts.after ?? later
  const seats = new Map<string, Seat>()
  const shown = new Map<string, { json: string; at: number }>()
  let showing: (() => void) | undefined
  let shownAt = -Infinity

  const send = (seat: string, said: RadioFromServer): void => {
    const message = Buffer.from(JSON.stringify(said))
    tell((_, id) => (id === seat ? message : undefined))
  }

  function press(actor: Actor, seat: string, said: Extract<RadioFromConsole, { kind: 'ptt' }>): void {
    const own = seats.get(seat) ?? { last: -1, presses: new Map() }
    seats.set(seat, own)
    // An older press that comes late was let go of long ago.
    if (said.press <= own.last) return
    own.last = said.press
    const wishes: Wish[] = []
    own.presses.set(said.press, wishes)
    const answer = (port: string, told: PttBody) =>
      send(seat, { kind: 'ptt', answer: { press: said.press, port, ...told } })
    const deny = (port: string, why: Denial) => answer(port, { result: 'denied', why, talker: null })

    const station = stationOf(actor)
    const isJoined = (port: string) => station !== null && engine.legOf(port, station) !== undefined
    const allowed = said.ports.filter((port) => {
      const why = whyNot(actor, port)
      if (why) deny(port, why)
      return !why
    })
    for (const group of engine.groups(allowed)) {
      const [port] = group
      if (port === undefined || station === null || !engine.matesOf(port).some(isJoined)) {
        for (const one of group) deny(one, 'not_joined')
        continue
      }
      const id = `${seat}/${said.press}@${port}`
      wishes.push({ id, port })
      engine.ask(port, {
        asker: {
          id,
          // One finger: a person at a station, in whichever window.
          source: `${actor.personId} ${station}`,
          kind: 'console',
          prio: supervises(actor, engine.port(port)?.campus) ? PRIORITY.supervisor : PRIORITY.dispatcher,
          talker: { kind: 'agent', name: actor.name, unit: null, personId: actor.personId, how: null, confidence: 100 },
          ...(said.override === true && { override: true }),
        },
        voice: (on) => voiceOn(on, station),
        ticketId: said.ticketId ?? null,
        answered: (told) => {
          for (const one of group) answer(one, bodyOf(told, one))
        },
      })
    }
  }

  function whyNot(actor: Actor, port: string): Denial | undefined {
    const known = engine.port(port)
    if (!known?.enabled || !may(actor, 'key', known.campus)) return 'not_allowed'
    if (!isActing()) return 'not_acting'
    return engine.isControlled() ? undefined : 'offline'
  }

  /** Its own leg on the port; without one, what it says on another port of the same patch. */
  function voiceOn(port: string, station: string): Voice | null {
    const channel = engine.legOf(port, station)
    if (channel !== undefined) return { kind: 'leg', channel }
    const other = engine.matesOf(port).find((mate) => engine.legOf(mate, station) !== undefined)
    return other === undefined ? null : { kind: 'port', port: other }
  }

  function mayStill(actor: Actor, { port }: Wish): boolean {
    const campus = engine.port(port)?.campus
    return campus !== undefined && may(actor, 'key', campus)
  }

  /** What this person may see; the same for all who may see the same. */
  function viewFor(actor: Actor, all: RadioNow): { key: string; message: () => Buffer | undefined } {
    const ports = all.ports.filter(({ campus }) => may(actor, 'see', campus))
    const codes = new Set(ports.map(({ port }) => port))
    const key = [...codes].join(' ')
    const message = () => {
      const seen = all.emergencies.filter(({ port }) => codes.has(port))
      return codes.size === 0 ? undefined : Buffer.from(JSON.stringify({ kind: 'radio', ports, emergencies: seen }))
    }
    return { key, message }
  }
  type RadioNow = Extract<RadioFromServer, { kind: 'radio' }>
  const allNow = (): RadioNow => ({ kind: 'radio', ports: engine.portsNow(), emergencies: emergencies() })

  function show(): void {
    showing = undefined
    shownAt = now()
    const all = allNow()
    const made = new Map<string, Buffer | undefined>()
    tell((actor) => {
      const { key, message } = viewFor(actor, all)
      if (!made.has(key)) made.set(key, unlessShown(key, message()))
      return made.get(key)
    })
    if (engine.isAnythingOn() || all.emergencies.length > 0) schedule(SHOW_AT_LEAST_MS)
  }

  /** The same again within a second is not worth sending. */
  function unlessShown(key: string, message: Buffer | undefined): Buffer | undefined {
    const json = message?.toString() ?? ''
    const had = shown.get(key)
    if (had && had.json === json && now() - had.at < SHOW_AT_LEAST_MS) return undefined
    shown.set(key, { json, at: now() })
    return message
  }

  let due = Infinity
  function schedule(ms: number): void {
    const at = now() + ms
    if (showing && due <= at) return
    showing?.()
    due = at
    showing = after(ms, show)
  }

  return {
    /** Something of the radio has changed: at once if nothing was sent lately. */
    changed: (): void => schedule(Math.max(0, SHOW_MS - (now() - shownAt))),
    came(actor: Actor, seat: string): void {
      const message = viewFor(actor, allNow()).message()
      if (message) tell((_, id) => (id === seat ? message : undefined))
    },
    heard(actor: Actor, said: RadioFromConsole, seat: string): void {
      if (said.kind === 'ptt') {
        press(actor, seat, said)
        return
      }
      const wishes = seats.get(seat)?.presses.get(said.press) ?? []
      for (const wish of wishes) {
        if (said.kind === 'unptt') engine.release(wish.port, wish.id, 'released')
        // Rights taken away meanwhile end what they allowed.
        else if (!mayStill(actor, wish)) engine.release(wish.port, wish.id, 'console_lost')
        else engine.held(wish.port, wish.id)
      }
      if (said.kind === 'unptt') seats.get(seat)?.presses.delete(said.press)
    },
    left(seat: string): void {
      const own = seats.get(seat)
      seats.delete(seat)
      for (const wishes of own?.presses.values() ?? []) {
        for (const { port, id } of wishes) engine.release(port, id, 'console_lost')
      }
    },
    stop: (): void => showing?.(),
  }
}

type PttBody = PttAnswer extends infer A ? (A extends unknown ? Omit<A, 'press' | 'port'> : never) : never

function bodyOf(told: FloorAnswer, port: string): PttBody {
  if (told.result !== 'granted') return told
  const { failed, leadMs, overlap } = told
  if (failed.includes(port)) return { result: 'failed', why: 'not_transmitted' }
  return { result: 'granted', leadMs, totAt: new Date(told.totAt).toISOString(), overlap }
}

/** The radio station beside a browser's own: r1001 of b1001. */
const stationOf = ({ station }: Actor): string | null =>
  station && /^b\d{4}$/.test(station) ? `r${station.slice(1)}` : null

const supervises = ({ grants }: Actor, campus: string | undefined): boolean =>
  grants.some(({ role, campus: of }) => role === 'supervisor' && (of === null || of === campus))
