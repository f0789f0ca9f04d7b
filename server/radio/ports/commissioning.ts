/**
 * The commissioning run of a port, before agents may key it, shows that it sends nothing while left alone, and that Asterisk
 * takes it off the air by itself when nobody renews the lease. What counts is the packets Asterisk sent, not what was
 * ordered; and afterwards what somebody beside the gateway saw of its lamp (`witnessed`).
 *
 *   idle (nothing is sent for a minute) ──► keyed (a test tone) ──► lapse (nobody renews: off within 3 s) ──► report
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clock, type Db } from '../../db/index.ts'
import type {
  CommissioningFault,
  CommissioningProgress,
  CommissioningReport,
  CommissioningWitness,
} from '../../wire/radio.ts'
import type { RadioEngine } from '../engine/engine.ts'
import type { Work } from '../engine/keeper.ts'
import type { Media, MediaFact } from '../engine/media.ts'
import { airWav, RATE } from '../engine/sound.ts'
import type { Log } from '../engine/words.ts'
import { PRIORITY } from '../floor/words.ts'
import { speaker } from '../hearing/ident.ts'
import * as ports from './admin-store.ts'

export type WatchedMedia = Media & {
  /** leases of this port are not renewed while on: as if the server were dead */
  starve(port: string, on: boolean): void
  /** hears what Asterisk tells; answers how to stop */
  follow(told: (fact: MediaFact) => void): () => void
}

/** Asterisk with an ear for the commissioning run, and a way to stop renewing. */
export function watched(media: Media): WatchedMedia {
  const starved = new Set<string>()
  const followers = new Set<(fact: MediaFact) => void>()
  return {
    want: (ports) => media.want(ports),
    key: (order) => media.key(order),
    pass: (order) => media.pass(order),
    renew: (order) => (starved.has(order.port) ? Promise.resolve() : media.renew(order)),
    unkey: (order) => media.unkey(order),
    rxGate: (order) => media.rxGate(order),
    sendDigits: (order) => media.sendDigits(order),
    joinPhone: (order) => media.joinPhone(order),
    leavePhone: (order) => media.leavePhone(order),
    cutRecording: (port) => media.cutRecording(port),
    hear: (told) =>
      media.hear((fact) => {
        for (const follower of followers) follower(fact)
        told(fact)
      }),
    start: () => media.start(),
    stop: () => media.stop(),
    starve: (port, on) => void (on ? starved.add(port) : starved.delete(port)),
    follow(told) {
      followers.add(told)
      return () => followers.delete(told)
    },
  }
}

type CommissioningParts = {
  db: Db
  commit: (work: Work) => Promise<unknown>
  engine: Pick<RadioEngine, 'announce'>
  media: WatchedMedia
  dir: string
  log: Log
  /** how long it is left alone instead of a minute */
  idleS?: number
}

const IDLE_S = 60
const LAPSE_MOST_MS = 3_000
const TONE_S = 20
/**
 * The test tone must be seen in the packet counters within this; they are read once a second, and the port may be in use
 * at first.
 */
const KEYED_WITHIN_MS = 15_000
const AFTER_MS = 2_500
const FIRST_COUNT_MS = 5_000

class Failed extends Error {
  readonly why: CommissioningFault
  constructor(why: CommissioningFault) {
    super(why)
    this.why = why
  }
}

export class Commissioning {
  readonly #parts: CommissioningParts
  readonly #running = new Map<string, CommissioningProgress>()

  constructor(parts: CommissioningParts) {
    this.#parts = parts
  }

  /** Begins a run, one at a time on a port. Undefined: one runs already. */
  async begin(port: { id: string; port: string }, byId: string): Promise<string | undefined> {
    const { db, log, idleS = IDLE_S } = this.#parts
    if (this.#running.has(port.port)) return undefined
    this.#running.set(port.port, { phase: 'idle', seconds: 0, ofSeconds: idleS })
    try {
      const id = await ports.beginCommissioning(db, port.id, byId)
      void this.#run(port, id, byId).catch((error: Error) => log.error({ err: error }, 'a commissioning was not kept'))
      return id
    } catch (error) {
      this.#running.delete(port.port)
      throw error
    }
  }

  /**
   * What was seen at the gateway itself is kept with the last run, and has the last word. False: there is none to keep
   * it with.
   */
  async witnessed(port: { id: string; port: string }, seen: CommissioningWitness, byId: string): Promise<boolean> {
    if (this.#running.has(port.port)) return false
    let kept = false
    await this.#parts.commit(async (tx) => {
      const run = await ports.keepWitness(tx, port.id, seen)
      kept = run !== undefined
      if (!run) return []
      const at = await clock(tx)
      return [{ type: 'radio.port-commissioned', portId: port.id, ...run, at, byId }]
    })
    return kept
  }

  progress(port: string): CommissioningProgress | null {
    return this.#running.get(port) ?? null
  }

  async #idle(port: string, report: CommissioningReport): Promise<void> {
    const { media, idleS = IDLE_S } = this.#parts
    const seen = { samples: 0, packets: 0, down: false }
    // The count that is going on includes what was sent before: the watch begins with the next one.
    await until<true>(media, FIRST_COUNT_MS, (fact) => (countOf(fact, port) === undefined ? undefined : true))
    const stop = media.follow((fact) => {
      if (fact.type === 'down' && fact.port === port) seen.down = true
      const sent = countOf(fact, port)
      if (sent === undefined) return
      seen.samples += 1
      // Half a packet a second is a packet too.
      seen.packets += Math.ceil(sent)
    })
    try {
      for (let second = 0; second < idleS && !seen.down; second++) {
        this.#running.set(port, { phase: 'idle', seconds: second, ofSeconds: idleS })
        await pause(1_000)
      }
    } finally {
      stop()
    }
    const { samples, packets } = seen
    const passed = !seen.down && packets === 0 && samples >= idleS / 2
    report.idle = { seconds: idleS, samples, packets, passed }
    if (seen.down) throw new Failed('gateway_lost')
    if (packets > 0) throw new Failed('sends_in_idle')
    if (!passed) throw new Failed('not_counted')
  }

  /** `over`: takes the test tone off the air, should it still be on. */
  async #lapse(port: string, report: CommissioningReport, over: AbortSignal): Promise<void> {
    const { media, engine, dir } = this.#parts
    this.#running.set(port, { phase: 'keyed', seconds: 0, ofSeconds: KEYED_WITHIN_MS / 1_000 })
    const path = join(dir, 'commissioning-tone')
    await mkdir(dir, { recursive: true })
    await writeFile(`${path}.wav`, airWav(tone()))
    const keyed = until<number>(media, KEYED_WITHIN_MS, (fact) => {
      const sent = countOf(fact, port)
      return sent !== undefined && sent > 10 ? sent : undefined
    })
    void engine.announce({
      ...{ port, path, kind: 'test', prio: PRIORITY.test, talker: speaker('test', ''), words: null, ticketId: null },
      waitMs: KEYED_WITHIN_MS,
      signal: over,
    })
    const pps = await keyed
    if (pps === undefined) throw new Failed('not_keyed')
    report.keyedPps = pps

    this.#running.set(port, { phase: 'lapse', seconds: 0, ofSeconds: LAPSE_MOST_MS / 1_000 })
    const from = performance.now()
    const off = until<true>(media, LAPSE_MOST_MS + AFTER_MS, (fact) => {
      if (fact.type === 'down' && fact.port === port) return true
      return countOf(fact, port) === 0 ? true : undefined
    })
    media.starve(port, true)
    const isOff = await off
    const ms = Math.round(performance.now() - from)
    // The second in which it fell silent is partly full: counting begins after it.
    await pause(AFTER_MS)
    const after = await until<number>(media, FIRST_COUNT_MS, (fact) => countOf(fact, port))
    if (after === undefined) throw new Failed('not_counted')
    const packetsAfter = Math.ceil(after)
    const passed = isOff === true && ms <= LAPSE_MOST_MS && packetsAfter === 0
    report.lapse = { ms, packetsAfter, passed }
    if (!isOff || packetsAfter > 0) throw new Failed('not_unkeyed')
    if (!passed) throw new Failed('too_late')
  }

  async #run(port: { id: string; port: string }, id: string, byId: string): Promise<void> {
    const { media, commit, log } = this.#parts
    const over = new AbortController()
    const report: CommissioningReport = { idle: null, keyedPps: null, lapse: null, why: null }
    try {
      await this.#idle(port.port, report)
      await this.#lapse(port.port, report, over.signal)
    } catch (error) {
      report.why = error instanceof Failed ? error.why : 'interrupted'
      log.warn({ port: port.port, why: report.why, err: error }, 'a port was not commissioned')
    } finally {
      // Before its lease may be renewed again.
      over.abort()
      media.starve(port.port, false)
      this.#running.delete(port.port)
    }
    const passed = report.why === null
    await commit(async (tx) => {
      await ports.endCommissioning(tx, { id, portId: port.id, passed, report })
      const at = await clock(tx)
      return [{ type: 'radio.port-commissioned', portId: port.id, commissioningId: id, passed, at, byId }]
    })
  }
}

/** Packets a second sent to this port's gateway, if this fact tells them. */
const countOf = (fact: MediaFact, port: string): number | undefined =>
  fact.type === 'evidence' && fact.port === port ? (fact.sentPps ?? undefined) : undefined

const pause = (ms: number) => new Promise<void>((go) => setTimeout(go, ms).unref())

function until<T>(media: WatchedMedia, ms: number, found: (fact: MediaFact) => T | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    const end = (value: T | undefined) => {
      clearTimeout(timer)
      stop()
      resolve(value)
    }
    const timer = setTimeout(() => end(undefined), ms)
    const stop = media.follow((fact) => {
      const value = found(fact)
      if (value !== undefined) end(value)
    })
  })
}

const tone = () =>
  Float32Array.from({ length: TONE_S * RATE }, (_, i) => 8_000 * Math.sin((2 * Math.PI * 1_000 * i) / RATE))
