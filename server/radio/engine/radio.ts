/**
 * The radio of this server, put together: the engine, what it tells written down, the handhelds kept in memory, and what
 * consoles are shown. Only the acting server's engine runs: two would key against each other.
 *
 *   waiting ──this server acts──▶ running ──acts no more (Asterisk has let the engine go)──▶ waiting
 */

import { type Actor, may } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import { every, type Repeated } from '../../every.ts'
import type { PortNow } from '../../wire/radio.ts'
import type { Alarm } from '../../wire/views.ts'
import { ShownEmergencies } from '../emergencies/shown.ts'
import { readEmergencies, viewOf } from '../emergencies/store.ts'
import { KnownHandhelds } from '../handhelds/known.ts'
import { handheldsInUse } from '../handhelds/store.ts'
import type { Over } from '../overs/over.ts'
import { closeOpenOvers, organisationOf } from '../overs/store.ts'
import { endBrokenOff } from '../ports/admin-store.ts'
import { makePortAlarms } from '../ports/alarms.ts'
import { Commissioning, watched } from '../ports/commissioning.ts'
import { endPatch, readPorts } from '../ports/store.ts'
import { Consoles } from './consoles.ts'
import { RadioEngine } from './engine.ts'
import { type Keeper, makeKeeper, type Work } from './keeper.ts'
import type { Media } from './media.ts'
import { Patching } from './patching.ts'
import type { Log, RadioHooks } from './words.ts'
import { Writing } from './writing.ts'

export type RadioParts = {
  db: Db
  media: Media
  log: Log
  commit: (work: Work) => Promise<unknown>
  isActing: () => boolean
  /** the live socket's: a message for whichever console has one */
  tell: (to: (actor: Actor, seat: string) => Buffer | undefined) => void
  /** where sounds are made that Asterisk shall play */
  soundDir: string
  /** touch tones of a handheld, and who an over turns out to be of: for whoever waits for an answer on the air */
  answers?: {
    /** true: they were an answer, and name nobody else */
    digits: (port: string, said: string, over: Over | null) => boolean
    named: (over: Over) => void
  }
  /** how long a port is watched at rest before agents may key it */
  commissionIdleS?: number
  /** a piece of the continuous recording waits to be filed */
  recorded?: () => void
}

/** What the doors of the radio work with. */
export type RadioDesk = { db: Db; commit: (work: Work) => Promise<unknown>; radio: Radio }

/** Ports, handhelds and emergencies are read anew this often while the engine runs. */
const REFRESH_MS = 5_000
/** And this often while it does not: a server that has just become the acting one takes the radio over within this. */
const LOOK_MS = 500
/** What is not written when the server goes down is waited for this long, then lost. */
const LAST_WORDS_MS = 3_000

/** Begins at once to read what there is, and takes the radio as soon as this server is the acting one. */
export const startRadio = (parts: RadioParts): Radio => new Radio(parts)

export class Radio {
  readonly engine: RadioEngine
  readonly consoles: Consoles
  readonly keeper: Keeper
  readonly patching: Patching
  readonly commissioning: Commissioning
  readonly #parts: RadioParts
  readonly #looking: Repeated
  readonly #alarms = makePortAlarms()
  readonly #handhelds = new KnownHandhelds()
  readonly #shown = new ShownEmergencies()
  /** the ports as the engine has them */
  #portsSet = ''
  /** whose Asterisk this is; the engine knows no other organisation's ports */
  #organisationId = ''
  #started = false
  #running = false
  #stopped = false

  constructor(parts: RadioParts) {
    const { db, log, commit, isActing, tell, soundDir, commissionIdleS } = parts
    this.#parts = parts
    this.keeper = makeKeeper({ commit, log })
    const media = watched(parts.media)
    const engine = new RadioEngine({
      media,
      log,
      handhelds: this.#handhelds,
      hooks: this.#hooks(),
    })
    this.engine = engine
    this.commissioning = new Commissioning({
      ...{ db, commit, engine, media, dir: soundDir, log },
      ...(commissionIdleS === undefined ? {} : { idleS: commissionIdleS }),
    })
    this.patching = new Patching({
      ...{ db, engine, commit, keeper: this.keeper, log },
      portsNow: (of) => this.portsNow(of),
    })
    this.consoles = new Consoles({
      ...{ engine, isActing, tell },
      may: (actor, verb, campus) => may(actor, verb, { kind: 'radio', organisationId: this.#organisationId, campus }),
      emergencies: () => this.#shown.all(),
    })
    this.#looking = every({ name: 'the radio', everyMs: LOOK_MS, log, work: () => this.#look() })
  }

  // These three are handed on alone.
  /** This server's radio runs, and no other's. */
  readonly isRunning = (): boolean => this.#running && this.#parts.isActing()
  /** The handheld whose DTMF call this is. */
  readonly unitOf = (_port: string, ani: string) => this.#handhelds.byId('dtmf', ani)
  /** Something of the ports or handhelds was changed: read at once; while PostgreSQL is away the last ones stand. */
  readonly refresh = (): Promise<void> => this.#refresh().catch(() => undefined)

  /** The ports of one organisation, as the engine has them: others than its own have none here. */
  portsNow(of: string): PortNow[] {
    return of === this.#organisationId ? this.engine.portsNow() : []
  }

  /** What is wrong now, as the console's strip shows it. */
  alarms(): Alarm[] {
    return this.#running ? this.#alarms.now(this.engine.portsNow()) : []
  }

  /** How often each alarm was raised since the start. */
  alarmsRaised(): Record<string, number> {
    return this.#alarms.raised()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    // Not waited for: a dead database must not keep the transmitters on.
    void this.#looking.stop()
    this.patching.stop()
    this.consoles.stop()
    if (this.#started) await this.engine.stop()
    await this.keeper.settle(LAST_WORDS_MS)
  }

  #hooks(): RadioHooks {
    const { answers, log, recorded = () => undefined } = this.#parts
    const { keeper } = this
    const written = new Writing({ keeper, shown: this.#shown, organisationId: () => this.#organisationId, recorded })
    return {
      changed: () => this.consoles.changed(),
      overOpened: (over) => written.overOpened(over),
      overNamed: (over) => {
        answers?.named(over)
        written.overNamed(over)
      },
      overEnded: (over) => written.overEnded(over),
      emergencyRaised: (emergency, how) => written.emergencyRaised(emergency, how),
      emergencyAcknowledged: (emergency, by) => written.emergencyAcknowledged(emergency, by),
      emergencyCleared: (emergency, by, reason) => written.emergencyCleared(emergency, by, reason),
      digits: (port, said, over) => answers?.digits(port, said, over) ?? false,
      alarm: (port, what, on) => {
        log.warn({ port, what, on }, 'the radio raises an alarm')
        this.#alarms.hear(port, what, on)
      },
      gatewayAt: (port, address) => written.gatewayAt(port, address),
      recording: (fact) => written.recording(fact),
    }
  }

  /** Answers when to look again. */
  async #look(): Promise<number> {
    const { isActing, log } = this.#parts
    try {
      await this.#refresh()
      // Acting no more: Asterisk has let the engine go (`control` lost). Acting again later is a new beginning.
      if (!isActing()) this.#running = false
      else if (!this.#running && !this.#stopped) await this.#takeOver()
    } catch (error) {
      log.warn({ code: (error as { code?: string }).code }, 'the radio goes on with what it last knew')
    }
    return this.#running ? REFRESH_MS : LOOK_MS
  }

  /** Ports, handhelds and what is latched, as PostgreSQL has them. */
  async #refresh(): Promise<void> {
    const { db } = this.#parts
    this.#organisationId = await organisationOf(db)
    const of = this.#organisationId
    const [all, handhelds] = await Promise.all([readPorts(db, of), handheldsInUse(db, of)])
    this.#handhelds.set(handhelds, new Map(all.map(({ port, campus }) => [port, campus])))
    // While something waits to be written, the rows are older than what is shown.
    if (this.keeper.waiting() === 0) this.#shown.set((await readEmergencies(db, of)).map(viewOf))
    const list = all.map(({ port, campus, nameZh, nameEn, endpoint, enabled, profile, gatewayAddress }) => ({
      ...{ port, campus, nameZh, nameEn, endpoint, enabled, profile, gatewayAddress },
      record: true,
    }))
    const json = JSON.stringify(list)
    if (json === this.#portsSet) return
    this.#portsSet = json
    this.engine.setPorts(list)
  }

  /** This server has become the acting one. What was on when the last one died has ended; an emergency has not. */
  async #takeOver(): Promise<void> {
    const { db } = this.#parts
    await db.transaction(async (tx) => {
      await closeOpenOvers(tx, 'server_restart')
      await endBrokenOff(tx)
      await endPatch(tx, null, null)
    })
    const kept = await readEmergencies(db, this.#organisationId)
    if (this.#stopped) return
    if (!this.#started) this.engine.start()
    this.#started = true
    this.#running = true
    this.engine.restoreEmergencies(
      kept.map(({ emergencyId: id, port, unit, raw, talker, raisedAt, ackedAt, ackedById }) => ({
        ...{ id, port, unit, raw, talker },
        raisedAt: Date.parse(raisedAt),
        ackedAt: ackedAt === null ? null : Date.parse(ackedAt),
        ackedBy: ackedById,
      })),
    )
  }
}
