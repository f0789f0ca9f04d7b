/**
 * Call-outs at work. The rows are the truth: this only says what waits to be said, hears the codes, and lets time pass.
 * After a restart, or at another server that became the acting one, it goes on from the rows.
 */
import { clock, type Db, type Tx } from '../db/index.ts'
import { every, type Repeated } from '../every.ts'
import {
  type Announced,
  DEFAULT_PROFILE,
  type Over,
  PRIORITY,
  type RadioEngine,
  type RadioEvent,
  type RadioLog,
} from '../radio/index.ts'
import { Refusal } from '../refusal.ts'
import { readAck } from './callout.ts'
import type { CalloutEvent } from './events.ts'
import type { Speech } from './speech.ts'
import * as store from './store.ts'
import type { Language } from './words.ts'
import { acknowledge, afterNothing, afterSaying, told } from './working.ts'

/** Done in one transaction with what follows from it. */
export type Work = (tx: Tx) => Promise<(CalloutEvent | RadioEvent)[]>

export type CalloutParts = {
  db: Db
  commit: (work: Work) => Promise<unknown>
  isActing: () => boolean
  engine: Pick<RadioEngine, 'port' | 'raise' | 'announce'>
  speech: Pick<Speech, 'make'>
  /** how long an answer is waited for */
  waitS: number
  /** the handheld whose DTMF call this is */
  unitOf: (port: string, ani: string) => { code: string; holderId: string | null } | null
  log: RadioLog
}

const LOOK_MS = 1_000
/** A busy channel is waited for so long. */
const FREE_MS = 30_000
/** A handheld says who it is so soon after its code. */
const NAME_MS = 5_000
/** The transmitter's limit cuts in the middle of a word: keep away from it. */
const LIMIT_MARGIN_S = 1
/** Two minutes of a database that is away. */
const MOST_TRIES = 120

export class Callouts {
  readonly #parts: CalloutParts
  readonly #saying = new Map<string, AbortController>()
  readonly #unnamed = new Map<string, { calloutId: string; until: number }>()
  readonly #looking: Repeated
  #open: store.CalloutRow[] = []
  #isStopped = false

  constructor(parts: CalloutParts) {
    this.#parts = parts
    this.#looking = every({ name: 'callouts', everyMs: LOOK_MS, work: () => this.#look(), log: parts.log })
  }

  /** Something was written: look now. */
  nudge(): void {
    this.#looking.nudge()
  }

  /** A word is on the air whatever the disk says: it is written down when the disk is back. */
  async #write(work: Work): Promise<void> {
    const { commit, log } = this.#parts
    for (let tries = 0; !this.#isStopped; tries++) {
      try {
        await commit(work)
        return
      } catch (error) {
        if (tries === MOST_TRIES) throw error
        log.warn({ code: (error as { code?: string }).code }, 'a call-out is written down later')
        await new Promise((go) => setTimeout(go, LOOK_MS).unref())
      }
    }
  }

  async #say(row: store.CalloutRow): Promise<void> {
    const { log, waitS } = this.#parts
    const stop = new AbortController()
    this.#saying.set(row.id, stop)
    try {
      const how = await this.#announced(row, stop.signal)
      await this.#write((tx) => afterSaying(tx, row.id, how, waitS))
    } catch (error) {
      log.error({ calloutId: row.id, err: error }, 'a call-out could not be carried on')
    } finally {
      this.#saying.delete(row.id)
      this.nudge()
    }
  }

  async #announced(row: store.CalloutRow, signal: AbortSignal): Promise<Announced> {
    const { engine, speech, log } = this.#parts
    const profile = engine.port(row.port)?.profile
    if (!profile) return { result: 'not_said', why: 'offline' }
    try {
      const { words: text, language } = row
      const mostS = profile.totS - LIMIT_MARGIN_S
      const { path } = await speech.make({ text, language, leadMs: profile.txLeadMs, mostS })
      return await engine.announce({
        port: row.port,
        path,
        kind: 'announcement',
        prio: PRIORITY.announcement,
        talker: { kind: 'announcement', name: '', unit: null, personId: null, how: null, confidence: 100 },
        words: row.words,
        ticketId: row.ticketId,
        waitMs: FREE_MS,
        signal,
      })
    } catch (error) {
      const why = error instanceof Refusal ? error.code : 'failed'
      log.warn({ calloutId: row.id, why, err: error }, 'a call-out could not be said')
      return { result: 'not_said', why }
    }
  }

  async #look(): Promise<void> {
    const { db, commit, isActing } = this.#parts
    if (!isActing()) return
    // A row read while its announcement ended would be said once more.
    const busy = new Set(this.#saying.keys())
    this.#open = await store.openCallouts(db)
    // Cancelled, by whichever server was asked: what is on the air of it is cut.
    for (const id of busy)
      if (!this.#open.some((row) => row.id === id) && (await store.readCallout(db, id))?.state === 'cancelled')
        this.#saying.get(id)?.abort()
    for (const row of this.#open) {
      if (busy.has(row.id)) continue
      if (row.state === 'saying') void this.#say(row)
      else if (row.isDue) {
        await commit((tx) => afterNothing(tx, row.id))
        this.nudge()
      }
    }
  }

  /** Touch tones from a handheld. True: they were an acknowledgement, and name nobody else. */
  digits(port: string, said: string, over: Over | null): boolean {
    const { engine, unitOf, log } = this.#parts
    const waiting = this.#open.filter((row) => row.port === port)
    const codes = waiting.map(({ ackCode }) => ackCode)
    const ack = readAck(said, codes, engine.port(port)?.profile ?? DEFAULT_PROFILE)
    const row = ack && waiting.find(({ ackCode }) => ackCode === ack.code)
    if (!row) return false
    const known = ack.ani ? unitOf(port, ack.ani.id) : null
    // Somebody who acknowledges and calls for help in one breath is in danger first.
    if (ack.ani?.emergency)
      engine.raise({ port, unit: known?.code ?? null, raw: known ? null : ack.ani.id, how: 'unit_code' })
    if (ack.isTorn && !known) return false
    const sure = over?.talker && over.talker.how !== 'holder' ? over.talker : null
    const unit = known?.code ?? sure?.unit ?? null
    const personId = known ? known.holderId : (sure?.personId ?? null)
    this.#open = this.#open.filter((one) => one !== row)
    if (unit === null && over) this.#unnamed.set(over.overId, { calloutId: row.id, until: Date.now() + NAME_MS })
    const who = { how: 'dtmf' as const, unit, personId, overId: over?.overId ?? null }
    this.#write((tx) => acknowledge(tx, row.id, who)).catch((error: Error) =>
      log.error({ calloutId: row.id, err: error }, 'an acknowledgement was not written down'),
    )
    return true
  }

  /** An over has a name now; it may be the one that acknowledged. */
  named({ overId, talker }: Over): void {
    const ack = this.#unnamed.get(overId)
    if (!ack || !talker?.unit || talker.how === 'holder') return
    this.#unnamed.delete(overId)
    const { unit, personId } = talker
    if (ack.until > Date.now())
      void this.#write(async (tx) => {
        const named = await store.nameAck(tx, ack.calloutId, unit, personId)
        const row = await store.readCallout(tx, ack.calloutId)
        return named && row ? [told(row, 'acknowledged', await clock(tx))] : []
      }).catch(() => undefined)
  }

  /** Makes the sound, so that a desk without a voice says so at once. */
  async rehearse(words: string, language: Language, port: string): Promise<number> {
    const { engine, speech } = this.#parts
    const profile = engine.port(port)?.profile ?? DEFAULT_PROFILE
    const mostS = profile.totS - LIMIT_MARGIN_S
    return (await speech.make({ text: words, language, leadMs: profile.txLeadMs, mostS })).seconds
  }

  stop(): void {
    this.#isStopped = true
    void this.#looking.stop()
  }
}
