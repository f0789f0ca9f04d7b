/** One keyed transmission, from its first word to its last: what is told of it while it lasts and when it has ended. */
import type { OverEnd, OverKind, Talker } from '../../wire/radio.ts'
import { type Clue, type Identity, identify, UNKNOWN } from '../hearing/ident.ts'

/** Times are epoch milliseconds of this host. */
export type Over = {
  overId: string
  port: string
  epoch: number
  kind: OverKind
  from: number
  to: number | null
  endedBy: OverEnd | null
  overlap: boolean
  emergency: boolean
  talker: Talker | null
  /** what the handheld's radio sent, as it was decoded */
  raw: string | null
  /** the ticket open at the keying desk, or an announcement's */
  ticketId: string | null
  callId: string | null
  words: string | null
}

/** An over shorter than this is kept but filed under no ticket: it is a click or a slip of the finger. */
export const SHORT_OVER_MS = 300
export const isShort = ({ from, to }: Over): boolean => to !== null && to - from < SHORT_OVER_MS

/** A code that is understood within this after an over belongs to it: many radios send theirs at the end. */
const BACKFILL_MS = 2_000

type Entry = { over: Over; identity: Identity; number: number }

/** The overs that are on, and each port's last reception, whose name may still come. */
export class OverBook {
  readonly #open = new Map<string, Entry>()
  readonly #last = new Map<string, Entry>()

  open(number: number, over: Over): void {
    this.#open.set(`${over.port} ${number}`, { over, identity: UNKNOWN, number })
  }

  /** Takes the over out, ended. */
  end(port: string, number: number, to: number, endedBy: OverEnd): Over | undefined {
    const entry = this.#open.get(`${port} ${number}`)
    if (!entry) return undefined
    this.#open.delete(`${port} ${number}`)
    entry.over = { ...entry.over, to: Math.max(to, entry.over.from), endedBy }
    if (entry.over.kind === 'rx') this.#last.set(port, entry)
    return entry.over
  }

  /** A clue to the handheld that speaks, or has just spoken, on this port. Undefined: it changed nothing. */
  clue(port: string, clue: Clue, now: number): Over | undefined {
    const last = this.#last.get(port)
    const isFresh = last && now - (last.over.to ?? 0) < BACKFILL_MS
    const entry = this.#entry(port, 'rx') ?? (isFresh ? last : undefined)
    return entry && this.#identify(entry, clue)
  }

  /** An agent says who it was. Only for an over still remembered. */
  tag(overId: string, clue: Clue): Over | undefined {
    const all = [...this.#open.values(), ...this.#last.values()]
    const entry = all.find(({ over }) => over.overId === overId && over.kind === 'rx')
    return entry && this.#identify(entry, clue)
  }

  #identify(entry: Entry, clue: Clue): Over | undefined {
    const after = identify(entry.identity, clue)
    if (after === entry.identity) return undefined
    entry.identity = after
    entry.over = { ...entry.over, talker: after.talker, raw: after.raw }
    return entry.over
  }

  #entry(port: string, kind: 'rx' | 'tx'): Entry | undefined {
    return [...this.#open.values()].findLast(
      ({ over }) => over.port === port && (over.kind === 'rx') === (kind === 'rx'),
    )
  }

  /** What is on at a port now: its own transmission before its reception. */
  onAir(port: string): Over | undefined {
    return (this.#entry(port, 'tx') ?? this.#entry(port, 'rx'))?.over
  }
  receiving(port: string): Over | undefined {
    return this.#entry(port, 'rx')?.over
  }

  /** Spoken over by us. */
  overlap(port: string, number: number): void {
    const entry = this.#open.get(`${port} ${number}`)
    if (entry) entry.over = { ...entry.over, overlap: true }
  }
  /** The one who speaks is in danger. */
  emergency(port: string): Over | undefined {
    const entry = this.#entry(port, 'rx')
    if (entry) entry.over = { ...entry.over, emergency: true }
    return entry?.over
  }
  /** The relays of a reception carry its talker's name. */
  relays(voicePorts: (port: string) => boolean, talker: Talker): Over[] {
    const named: Over[] = []
    for (const entry of this.#open.values()) {
      if (entry.over.kind !== 'relay' || !voicePorts(entry.over.port)) continue
      entry.over = { ...entry.over, talker: { ...talker, kind: 'relay' } }
      named.push(entry.over)
    }
    return named
  }
}
