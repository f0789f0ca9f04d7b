/**
 * The only room that speaks AMI and ARI. One of these per Asterisk: it hears and tells facts, keeps the wires up, reads
 * back what it missed, and, while this server acts, says the desk's wishes to Asterisk.
 */
import { join } from 'node:path'
import { type CallFact, legsOf, openCalls } from '../calls/index.ts'
import type { Db } from '../db/index.ts'
import type { DeadEnd } from '../dialplan.ts'
import { every, type Repeated } from '../every.ts'
import type { Media } from '../radio/index.ts'
import type { WireHealth } from '../wire/views.ts'
import { type Acting, makeActing } from './acting.ts'
import { type Ami, makeAmi } from './ami/ami.ts'
import { ClockOffset } from './ami/clock-offset.ts'
import { type Hearing, makeHearing } from './ami/hearing.ts'
import { makeTranslator, type Translator } from './ami/translate.ts'
import { type Ari, makeAri } from './ari/ari.ts'
import { CatchingUp } from './catching-up.ts'
import { type Collector, makeCollector } from './cel/collector.ts'
import { makeDoer } from './doing.ts'
import { healthOf } from './health.ts'
import { type MeterFigures, makeMeters } from './meters.ts'
import { PuttingRight } from './putting-right.ts'
import { makeRadioMedia, type RadioMedia } from './radio/index.ts'
import { makeSilence, packetsBy, type Silent } from './sip/silence.ts'
import { SipWatch } from './sip/watch.ts'
import * as store from './store.ts'
import type { Wanted } from './wanted.ts'
import { makeSender, type Sender } from './wishes.ts'
import { makeWitness, type Witness } from './witness.ts'
import { type AmiEvent, type StationFact, word } from './words.ts'

export type { MeterFigures } from './meters.ts'
export { type PhonesWay, watchPhonesWay, waysOf } from './sip/phones-way.ts'
export type { Wanted, WantedMember } from './wanted.ts'
export type { StationFact } from './words.ts'

type Log = {
  info(o: object, m: string): void
  warn(o: object, m: string): void
  error(o: object, m: string): void
}

export type AsteriskOptions = {
  pbx: {
    readonly id: number
    readonly host: string
    readonly httpPort: number
    readonly amiPort: number
    readonly ariSecret: string
    readonly amiReaderSecret: string
    readonly amiActorSecret: string
    readonly cel: string
    /** Where Asterisk records, as this process sees it; without it the radio's recordings are not found. */
    readonly spool?: string
  }
  /** The campuses' gateways, known by the addresses they speak from. */
  trunks: readonly { readonly campus: string; readonly from: readonly string[] }[]
  db: Db
  /** Commits the facts of one call, in order; answers the events that came of it, if it likes. */
  hear(facts: CallFact[]): Promise<unknown>
  stationHear(fact: StationFact): Promise<unknown>
  /** What should be true of stations and queues, as committed now. */
  wanted(): Promise<Wanted>
  /** May whoever sits at a radio account hear a port? Asked before its leg is answered, and again while it listens. */
  mayHear(station: string, port: string): Promise<boolean>
  log: Log
}

export type AsteriskFigures = MeterFigures & {
  ami_connected: 0 | 1
  ami_last_event_age_seconds: number | null
  /** `<trunk> <status>` by number of calls that SIP refused before they were any */
  sip_refused_calls_total: Record<string, number>
  sip_wrong_passwords_total: number
}

export type Asterisk = {
  start(): Promise<void>
  stop(): Promise<void>
  health(): WireHealth[]
  figures(): AsteriskFigures
  /** Where the running dialplan would cut a caller off, and since when that is known. */
  deadEnds(): { all: readonly DeadEnd[]; since: Date }
  /** what to add to a time of Asterisk's to have it by this server's clock */
  clockOffsetMs(): number
  /** Somebody at one address tries SIP passwords: since when, how many; null when nobody does. */
  guessedLately(): { since: Date; count: number } | null
  /** Calls from trunks that SIP refused in the last quarter of an hour; null when there were none. */
  refusedLately(): { since: Date; count: number; what: { zh: string; en: string }[] } | null
  /** this server holds the lock for this Asterisk */
  acting(): boolean
  /** Calls that have stood for an hour or more without any sound; known to the acting server. */
  silent(): Silent[]
  /** What the radio asks of Asterisk; it answers only while this server acts, once started. */
  radio: Media
  /** Forgets nothing and reads everything again: snapshot, CEL, wanted. */
  reset(): Promise<void>
}

const RECONCILE_MS = 30_000
const CEL_IDLE_MS = 5_000
/** While AMI is away, or the file lags, the CEL is all that tells of calls: read it this often. */
const CEL_BEHIND_MS = 1_000
const SILENCE_MS = 60_000
/** An application that another server took is taken back after this long, so that two never take it from each other at once. */
const TAKE_BACK_MS = 1_000

/** Makes the wires to one Asterisk. They dial at `start()`, and again, ever, until `stop()`. */
export const makeAsterisk = (options: AsteriskOptions): Asterisk => new Wires(options)

class Wires implements Asterisk {
  readonly radio: RadioMedia
  readonly #o: AsteriskOptions
  readonly #meters = makeMeters()
  readonly #clock = new ClockOffset()
  readonly #hearing: Hearing
  readonly #reader: Ami
  readonly #actor: Ami
  readonly #ari: Ari
  readonly #acting: Acting
  readonly #sender: Sender
  readonly #collector: Collector
  readonly #catchingUp: CatchingUp
  readonly #puttingRight: PuttingRight
  readonly #sip: SipWatch
  readonly #silence: ReturnType<typeof makeSilence>
  /** contact status of the campuses' gateways, as Asterisk's qualify sees them */
  readonly #trunks = new Map<string, string>()
  #translator: Translator
  #witness: Witness = makeWitness()
  #stopped = true
  #repeated: Repeated[] = []

  constructor(options: AsteriskOptions) {
    const { pbx, db, log, trunks } = options
    const meters = this.#meters
    const isActing = () => this.#acting.isActing()
    this.#o = options
    this.#hearing = makeHearing({
      meters,
      log,
      databaseIsThere: () => store.ping(db),
      onLost: (why) => this.#catchingUp.want(why),
      hear: async (facts) => {
        const came = await options.hear(facts)
        if (Array.isArray(came) && came.length === 0) meters.count('dup_events_suppressed_total', facts.length)
      },
    })
    this.#reader = this.#makeReader()
    this.#actor = makeAmi({
      ...{ host: pbx.host, port: pbx.amiPort, meters, log },
      user: 'actor',
      secret: pbx.amiActorSecret,
      deaf: true,
      onEvent: () => undefined,
      onUp: () => this.#sender.look(),
      onDown: () => undefined,
    })
    this.#ari = this.#makeAri()
    this.radio = makeRadioMedia({
      ari: this.#ari,
      recordings: join(pbx.spool ?? '', 'recording'),
      mayHear: options.mayHear,
      log,
    })
    this.#acting = makeActing({
      db,
      pbx: pbx.id,
      log,
      onGained: () => {
        this.#sip.listen(true)
        this.#ari.listen(true)
        this.#sender.look()
        this.#catchingUp.want('acting')
      },
      // Without PostgreSQL the radio goes on: nobody else can act either, until Asterisk says that somebody took the application.
      onLost: () => this.#stopped && this.#ari.listen(false),
      onWish: () => this.#sender.look(),
    })
    const doIt = makeDoer(this.#actor, this.#reader, this.#ari)
    this.#sender = makeSender({ db, pbx: pbx.id, do: doIt, may: () => isActing() && this.#actor.state().up, log })
    const source = () => this.#catchingUp.source()
    this.#translator = makeTranslator(source)
    this.#collector = makeCollector({ db, pbx: pbx.id, path: pbx.cel, hearing: this.#hearing, source, meters })
    this.#catchingUp = new CatchingUp({
      ...{ pbx: pbx.id, db, meters, log, isActing },
      ...{ reader: this.#reader, hearing: this.#hearing, collector: this.#collector },
      onRead: () => void this.#putRight(),
    })
    this.#puttingRight = new PuttingRight({
      ...{ pbx: pbx.id, log, isActing, do: doIt },
      ...{ reader: this.#reader, actor: this.#actor, ari: this.#ari, sender: this.#sender },
      wanted: () => options.wanted(),
      stationHear: (fact) => options.stationHear(fact),
    })
    this.#sip = new SipWatch({ host: pbx.host, port: pbx.amiPort, cel: pbx.cel, trunks, meters })
    this.#silence = makeSilence({
      open: () => standingCalls(db, pbx.id),
      heard: packetsBy(this.#ari),
      gone: () => this.#catchingUp.want('call_without_channel'),
    })
  }

  async start(): Promise<void> {
    if (!this.#stopped) return
    const { log } = this.#o
    this.#stopped = false
    await this.#catchingUp.start()
    this.#acting.start()
    this.#reader.start()
    this.#actor.start()
    this.#ari.start()
    this.#sender.start()
    const repeat = (name: string, everyMs: number, work: () => Promise<unknown>) =>
      every({ name, everyMs, work, log, atOnce: false })
    this.#repeated = [
      repeat('reading the CEL', CEL_BEHIND_MS, () => this.#collect()),
      repeat('putting stations and queues right', RECONCILE_MS, () => this.#putRight()),
      repeat('looking at standing calls', SILENCE_MS, () => this.#lookForSilence()),
    ]
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const one of this.#repeated) void one.stop()
    this.#catchingUp.stop()
    this.#sip.listen(false)
    this.#reader.stop()
    this.#actor.stop()
    await this.radio.stop()
    this.#ari.stop()
    await this.#sender.stop()
    await this.#hearing.idle()
    await this.#acting.stop()
  }

  health(): WireHealth[] {
    return healthOf({
      ami: this.#reader.state(),
      actor: this.#actor.state(),
      ari: this.#ari.state(),
      cel: this.#collector.state(),
      acting: this.acting(),
      current: this.#catchingUp.isCurrent(),
      trunks: this.#trunks,
      cutOff: this.deadEnds().all,
      refused: this.refusedLately()?.what.map(({ en }) => en) ?? [],
      sipHeard: this.#sip.listens(),
    })
  }

  figures(): AsteriskFigures {
    const { up, lastHeardAt } = this.#reader.state()
    return {
      ...this.#meters.read(),
      ...this.#sip.totals(),
      ami_connected: up && this.#catchingUp.isCurrent() ? 1 : 0,
      ami_last_event_age_seconds: lastHeardAt ? (Date.now() - lastHeardAt.getTime()) / 1000 : null,
    }
  }

  deadEnds() {
    return this.#catchingUp.deadEnds()
  }
  guessedLately() {
    return this.#sip.guessedLately()
  }
  refusedLately() {
    return this.#sip.refusedLately()
  }
  clockOffsetMs(): number {
    return this.#clock.ms
  }
  acting(): boolean {
    return this.#acting.isActing()
  }
  silent(): Silent[] {
    return this.acting() ? this.#silence.silent() : []
  }

  async reset(): Promise<void> {
    this.#puttingRight.forget()
    this.#catchingUp.want('reset')
    await this.#catchingUp.idle()
    await this.#putRight()
  }

  #makeReader(): Ami {
    const { pbx, log } = this.#o
    return makeAmi({
      ...{ host: pbx.host, port: pbx.amiPort, meters: this.#meters, log },
      user: 'reader',
      secret: pbx.amiReaderSecret,
      onEvent: (ami) => this.#heard(ami),
      onUp: () => {
        this.#translator = makeTranslator(() => this.#catchingUp.source())
        const mine = makeWitness()
        this.#witness = mine
        // Not listed, the wire is cut or about to be: the next connection lists them.
        void this.#reader.list('CoreShowChannels').then(mine.adopt, () => undefined)
        this.#hearing.hold()
        this.#catchingUp.want('connected')
      },
      onDown: () => this.#catchingUp.isBlind(this.#reader.state().lastHeardAt ?? new Date()),
    })
  }

  #makeAri(): Ari {
    const { pbx, log } = this.#o
    return makeAri({
      host: pbx.host,
      port: pbx.httpPort,
      user: 'desk',
      secret: pbx.ariSecret,
      meters: this.#meters,
      log,
      onUp: () => {
        this.#sender.look()
        void this.#putRight()
      },
      onEvent: (event) => {
        if (event.type === 'ApplicationReplaced') this.#replaced()
        else this.radio.event(event)
      },
      onListening: (on) => {
        this.radio.control(on)
        // Not ours any more to open again: whoever acts by now has it.
        if (!on && !this.acting()) this.#ari.listen(false)
      },
    })
  }

  /** Asterisk gave the application to another server. One that acts nevertheless takes it back; never two in a row at once. */
  #replaced(): void {
    this.#ari.listen(false)
    setTimeout(() => this.acting() && !this.#stopped && this.#ari.listen(true), TAKE_BACK_MS).unref()
  }

  #heard(ami: AmiEvent): void {
    const { pbx, log } = this.#o
    this.#clock.saw(Number(word(ami, 'timestamp') || Number.NaN) * 1_000, Date.now())
    const event = word(ami, 'event')
    if (event === 'Shutdown') return
    if (!this.#witness.hear(ami)) {
      this.#meters.count('ami_forged_total')
      log.warn({ pbx: pbx.id, event: event.slice(0, 40) }, 'an event that cannot be was refused')
      return
    }
    const fact = this.#translator.call(ami)
    const station = fact ? null : this.#translator.station(ami)
    if (fact) this.#hearing.live(fact)
    else if (station) void this.#puttingRight.tellStation(station)
    // A radio gateway's absence is told by its port.
    else if (event === 'ContactStatus' && !word(ami, 'aor').startsWith('g-'))
      this.#trunks.set(word(ami, 'aor'), word(ami, 'contactstatus'))
  }

  async #putRight(): Promise<void> {
    if (!this.#stopped) await this.#puttingRight.look()
  }

  async #lookForSilence(): Promise<void> {
    if (this.acting() && this.#ari.state().up && this.#catchingUp.isCurrent()) await this.#silence.look()
  }

  /** Answers when to look again, in ms. */
  async #collect(): Promise<number> {
    const { pbx, log } = this.#o
    let wait = CEL_IDLE_MS
    // Blind or not, the file is there: a call that passes while AMI is dead shows within seconds.
    if (this.acting() && this.#catchingUp.source().bootId && !this.#catchingUp.isRunning()) {
      await this.#collector
        .read(!this.#reader.state().up)
        .catch((error) => log.warn({ pbx: pbx.id, err: error }, 'CEL not read'))
      if (!this.#reader.state().up || this.#collector.state().why) wait = CEL_BEHIND_MS
    }
    // One server listens: there is one port.
    this.#sip.listen(this.acting() && !this.#stopped)
    await this.#sip.read()
    return wait
  }
}

/** Open calls with the channels that they still have, as far as is known. */
async function standingCalls(db: Db, pbx: number) {
  const calls = await openCalls(db, pbx)
  return Promise.all(
    calls.map(async ({ id, root, lastAt }) => {
      const legs = (await legsOf(db, id)).filter((leg) => leg.endedAt === null)
      return { id, arrivedAt: lastAt, channels: [...new Set([root, ...legs.map(({ uniqueid }) => uniqueid)])] }
    }),
  )
}
