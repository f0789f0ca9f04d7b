/**
 * Getting up to date with Asterisk: after each connection, each loss and each change of who acts. First what the CEL still
 * tells is read, then how things stand is asked, and calls that ended unseen are ended. Never twice at once, and tried each
 * second until it has succeeded.
 */
import { legsOf, openCalls } from '../calls/index.ts'
import type { Db } from '../db/index.ts'
import type { DeadEnd } from '../dialplan.ts'
import type { Ami } from './ami/ami.ts'
import type { Hearing } from './ami/hearing.ts'
import { bootIdOf, channelsOf, deadEndsOf, missing } from './ami/snapshot.ts'
import type { Collector } from './cel/collector.ts'
import type { Meters } from './meters.ts'
import * as store from './store.ts'
import type { Source } from './words.ts'

export type CatchingUpOptions = {
  pbx: number
  db: Db
  reader: Ami
  hearing: Hearing
  collector: Collector
  isActing(): boolean
  /** everything has been read back: stations and queues may be looked at */
  onRead(): void
  meters: Meters
  log: {
    info(o: object, m: string): void
    warn(o: object, m: string): void
    error(o: object, m: string): void
  }
}

const AGAIN_MS = 1_000

export class CatchingUp {
  readonly #o: CatchingUpOptions
  #stopped = true
  #source: Source
  #isCurrent = false
  #blindSince: Date | null = null
  /** why it is wanted */
  #wanted: string | null = null
  #running: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #deadEnds = { all: [] as DeadEnd[], since: new Date() }

  constructor(options: CatchingUpOptions) {
    this.#o = options
    this.#source = { pbx: options.pbx, bootId: '' }
  }

  async start(): Promise<void> {
    this.#stopped = false
    // While Asterisk cannot be asked, its CEL can still be read: under the life we last knew.
    const known = await store.readBoot(this.#o.db, this.#o.pbx).catch(() => null)
    if (known) this.#source = { pbx: this.#o.pbx, bootId: known }
    this.#timer = setInterval(() => this.#wanted && this.want(this.#wanted), AGAIN_MS)
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
  }

  /** The life of Asterisk that facts come from. */
  source(): Source {
    return this.#source
  }

  isCurrent(): boolean {
    return this.#isCurrent
  }

  isRunning(): boolean {
    return this.#running !== null
  }

  /** Where the running dialplan would cut a caller off, and since when that is known. */
  deadEnds(): { all: readonly DeadEnd[]; since: Date } {
    return this.#deadEnds
  }

  /** Nothing is heard live any more. */
  isBlind(since: Date): void {
    this.#blindSince = since
    this.#isCurrent = false
  }

  want(reason: string): void {
    if (!this.#wanted) this.#o.meters.resync(reason)
    this.#wanted ??= reason
    if (this.#running || this.#stopped) return
    this.#running = this.#run().finally(() => {
      this.#running = null
    })
  }

  /** Resolves when nothing is being read back. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    const { pbx, reader, hearing, log } = this.#o
    while (this.#wanted && reader.state().up && !this.#stopped) {
      const reason = this.#wanted
      this.#wanted = null
      const life = reader.state().since
      try {
        await this.#catchUp()
        if (reader.state().since === life && !this.#wanted) {
          this.#isCurrent = true
          this.#blindSince = null
        }
        hearing.release()
        log.info({ pbx, reason }, 'up to date with Asterisk')
      } catch (error) {
        this.#isCurrent = false
        if (this.#stopped) return
        this.#wanted ??= reason
        log.warn({ pbx, reason, err: error }, 'could not get up to date; trying again')
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
  }

  async #catchUp(): Promise<void> {
    const { pbx, db, reader, hearing, collector, isActing, onRead } = this.#o
    const bootId = await bootIdOf(reader)
    const before = await store.readBoot(db, pbx)
    const diedAt = this.#blindSince ?? collector.state().lastRowAt ?? new Date()
    if (bootId !== before) {
      // What the CEL still tells of the earlier life belongs to it.
      if (before) this.#source = { pbx, bootId: before }
      if (isActing() && before) await collector.read(true)
      await store.saveBoot(db, pbx, bootId, reader.state().bootedAt)
    }
    this.#source = { pbx, bootId }
    await this.#lookAtDialplan()
    if (!isActing()) return
    await collector.read(true)
    const channels = await channelsOf(reader)
    const open = await openCalls(db, pbx)
    const withLegs = await Promise.all(open.map(async (call) => ({ ...call, legs: await legsOf(db, call.id) })))
    await hearing.late(missing(withLegs, { bootId, channels }, { diedAt, now: new Date() }, pbx))
    onRead()
  }

  /** Not being able to look holds nothing up: calls come first. */
  async #lookAtDialplan(): Promise<void> {
    const { pbx, reader, log } = this.#o
    try {
      const all = await deadEndsOf(reader)
      if (all.length !== this.#deadEnds.all.length) this.#deadEnds = { all, since: new Date() }
      for (const { at, to } of all) log.error({ pbx, at, to }, 'the dialplan jumps to nowhere')
    } catch (error) {
      log.warn({ pbx, err: error }, 'the dialplan could not be looked through')
    }
  }
}
