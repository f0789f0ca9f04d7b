/**
 * The only room that speaks AMI and ARI. One of these per exchange: it hears and tells facts, keeps the wires up, reads
 * back what it missed, and, while this server acts, says the desk's wishes to Asterisk.
 */
import { join } from 'node:path'
import { type CallFact, isDeskPhone, legsOf, openCalls } from '../calls/index.ts'
import type { Db } from '../db/index.ts'
import type { DeadEnd } from '../dialplan.ts'
import type { Media } from '../radio/index.ts'
import type { WireHealth } from '../wire/views.ts'
import { makeActing } from './acting.ts'
import { makeAmi } from './ami/ami.ts'
import { ClockOffset } from './ami/clock-offset.ts'
import { makeHearing } from './ami/hearing.ts'
import { bootIdOf, channelsOf, deadEndsOf, missing } from './ami/snapshot.ts'
import { makeTranslator, type Translator } from './ami/translate.ts'
import { makeAri } from './ari/ari.ts'
import { makeCollector } from './cel/collector.ts'
import { makeDoer } from './doing.ts'
import { healthOf } from './health.ts'
import { type MeterFigures, makeMeters } from './meters.ts'
import { makeRadioMedia, type RadioMedia } from './radio/index.ts'
import { makeGuesses } from './sip/guesses.ts'
import { makeHepEar, type SipHeard } from './sip/hep.ts'
import { makeRefusalCounter } from './sip/refusals.ts'
import { makeRefused } from './sip/refused.ts'
import { makeSilence, packetsBy, type Silent } from './sip/silence.ts'
import * as store from './store.ts'
import { differences, standing, type Wanted } from './wanted.ts'
import { makeSender } from './wishes.ts'
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
  /** this server holds the lock for this exchange */
  acting(): boolean
  /** Calls that have stood for an hour or more without any sound; known to the acting server. */
  silent(): Silent[]
  /** The exchange's side of the radio; it says what it does only while this server acts, once started. */
  radio: Media
  /** Forgets nothing and reads everything again: snapshot, CEL, wanted. */
  reset(): Promise<void>
}

const RECONCILE_MS = 30_000
const CEL_IDLE_MS = 5_000
const CEL_BEHIND_MS = 1_000
const SILENCE_MS = 60_000

/** Makes the wires to one exchange. They dial at `start()`, and again, ever, until `stop()`. */
export function makeAsterisk(options: AsteriskOptions): Asterisk {
  const { pbx, db, log } = options
  const meters = makeMeters()
  const clock = new ClockOffset()
  let boot = { pbx: pbx.id, bootId: '' }
  let stopped = true
  let current = false
  let blindSince: Date | null = null
  let resyncing: Promise<void> | null = null
  let resyncWanted: string | null = null
  const trunks = new Map<string, string>()
  let cutOff = { all: [] as DeadEnd[], since: new Date() }
  const timers: NodeJS.Timeout[] = []

  const hearing = makeHearing({
    meters,
    log,
    databaseIsThere: () => store.ping(db),
    onLost: (why) => wantResync(why),
    hear: async (facts) => {
      const came = await options.hear(facts)
      if (Array.isArray(came) && came.length === 0) meters.count('dup_events_suppressed_total', facts.length)
    },
  })
  let translator: Translator = makeTranslator(() => boot)
  let witness: Witness = makeWitness()
  const account = { host: pbx.host, port: pbx.amiPort, meters, log }
  const reader = makeAmi({
    ...account,
    user: 'reader',
    secret: pbx.amiReaderSecret,
    onEvent: heard,
    onUp: () => {
      translator = makeTranslator(() => boot)
      const mine = makeWitness()
      witness = mine
      // Not listed, the wire is cut or about to be: the next connection lists them.
      void reader.list('CoreShowChannels').then(mine.adopt, () => undefined)
      hearing.hold()
      wantResync('connected')
    },
    onDown: () => {
      blindSince = reader.state().lastHeardAt ?? new Date()
      current = false
    },
  })
  const actor = makeAmi({
    ...account,
    user: 'actor',
    secret: pbx.amiActorSecret,
    deaf: true,
    onEvent: () => undefined,
    onUp: () => sender.look(),
    onDown: () => undefined,
  })
  const ari = makeAri({
    host: pbx.host,
    port: pbx.httpPort,
    user: 'desk',
    secret: pbx.ariSecret,
    meters,
    log,
    onUp: () => {
      sender.look()
      void reconcile()
    },
    onEvent: (event) => {
      if (event.type === 'ApplicationReplaced') replaced()
      else radio.event(event)
    },
    onListening: (on) => {
      radio.control(on)
      // Not ours any more to open again: whoever acts by now has it.
      if (!on && !acting.isActing()) ari.listen(false)
    },
  })
  const radio: RadioMedia = makeRadioMedia({
    ari,
    recordings: join(pbx.spool ?? '', 'recording'),
    mayHear: options.mayHear,
    log,
  })

  /** Asterisk gave the application to another server. One that acts nevertheless takes it back; never two in a row at once. */
  function replaced(): void {
    ari.listen(false)
    setTimeout(() => acting.isActing() && !stopped && ari.listen(true), 1_000).unref()
  }

  const doIt = makeDoer(actor, reader, ari)
  const acting = makeActing({
    db,
    pbx: pbx.id,
    log,
    onGained: () => {
      sip.listen(true)
      ari.listen(true)
      sender.look()
      wantResync('acting')
    },
    // Without PostgreSQL the radio goes on: nobody else can act either, until Asterisk says that somebody took the application.
    onLost: () => stopped && ari.listen(false),
    onWish: () => sender.look(),
  })
  const sender = makeSender({
    db,
    pbx: pbx.id,
    do: doIt,
    may: () => acting.isActing() && actor.state().up,
    log,
  })
  const collector = makeCollector({ db, pbx: pbx.id, path: pbx.cel, hearing, source: () => boot, meters })
  const refusals = makeRefusalCounter({ cel: pbx.cel, meters })
  const refused = makeRefused(options.trunks)
  const guesses = makeGuesses()
  const heardSip = (heard: SipHeard) => {
    refused.hear(heard, Date.now())
    guesses.hear(heard, Date.now())
  }
  const sip = makeHepEar({ host: pbx.host, port: pbx.amiPort, hear: heardSip })

  function heard(ami: AmiEvent): void {
    clock.saw(Number(word(ami, 'timestamp') || Number.NaN) * 1_000, Date.now())
    if (word(ami, 'event') === 'Shutdown') return
    if (!witness.hear(ami)) {
      meters.count('ami_forged_total')
      log.warn({ pbx: pbx.id, event: word(ami, 'event').slice(0, 40) }, 'an event that cannot be was refused')
      return
    }
    const fact = translator.call(ami)
    const station = fact ? null : translator.station(ami)
    if (fact) hearing.live(fact)
    else if (station) void tellStation(station)
    // A radio gateway's absence is told by its port.
    else if (word(ami, 'event') === 'ContactStatus' && !word(ami, 'aor').startsWith('g-'))
      trunks.set(word(ami, 'aor'), word(ami, 'contactstatus'))
  }

  const stationsTold = new Map<string, string>()
  async function tellStation(fact: StationFact): Promise<void> {
    // The qualify repeats itself every few seconds: only a change is news.
    if (stationsTold.get(fact.station) === fact.type) return
    stationsTold.set(fact.station, fact.type)
    await Promise.resolve(options.stationHear(fact)).catch((error) => {
      stationsTold.delete(fact.station)
      log.warn({ station: fact.station, err: error }, 'a station could not be heard')
    })
  }

  /** Getting up to date never runs twice at once, and is tried every second until it has succeeded. */
  function wantResync(reason: string): void {
    if (!resyncWanted) meters.resync(reason)
    resyncWanted ??= reason
    if (!resyncing && !stopped) {
      resyncing = resync().finally(() => {
        resyncing = null
      })
    }
  }

  async function resync(): Promise<void> {
    while (resyncWanted && reader.state().up && !stopped) {
      const reason = resyncWanted
      resyncWanted = null
      const life = reader.state().since
      try {
        await catchUp()
        if (reader.state().since === life && !resyncWanted) {
          current = true
          blindSince = null
        }
        hearing.release()
        log.info({ pbx: pbx.id, reason }, 'up to date with the exchange')
      } catch (error) {
        current = false
        if (stopped) return
        resyncWanted ??= reason
        log.warn({ pbx: pbx.id, reason, err: error }, 'could not get up to date; trying again')
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
  }

  async function catchUp(): Promise<void> {
    const bootId = await bootIdOf(reader)
    const before = await store.readBoot(db, pbx.id)
    const diedAt = blindSince ?? collector.state().lastRowAt ?? new Date()
    if (bootId !== before) {
      // What the CEL still tells of the earlier life belongs to it.
      if (before) boot = { pbx: pbx.id, bootId: before }
      if (acting.isActing() && before) await collector.read(true)
      await store.saveBoot(db, pbx.id, bootId, reader.state().bootedAt)
    }
    boot = { pbx: pbx.id, bootId }
    await lookAtDialplan()
    if (!acting.isActing()) return
    await collector.read(true)
    const channels = await channelsOf(reader)
    const open = await openCalls(db, pbx.id)
    const withLegs = await Promise.all(open.map(async (call) => ({ ...call, legs: await legsOf(db, call.id) })))
    await hearing.late(missing(withLegs, { bootId, channels }, { diedAt, now: new Date() }, pbx.id))
    void reconcile()
  }

  /** Not being able to look holds nothing up: calls come first. */
  async function lookAtDialplan(): Promise<void> {
    try {
      const all = await deadEndsOf(reader)
      if (all.length !== cutOff.all.length) cutOff = { all, since: new Date() }
      for (const { at, to } of all) log.error({ pbx: pbx.id, at, to }, 'the dialplan jumps to nowhere')
    } catch (error) {
      log.warn({ pbx: pbx.id, err: error }, 'the dialplan could not be looked through')
    }
  }

  const silence = makeSilence({
    async open() {
      const calls = await openCalls(db, pbx.id)
      return Promise.all(
        calls.map(async ({ id, root, lastAt }) => {
          const legs = (await legsOf(db, id)).filter((leg) => leg.endedAt === null)
          return { id, arrivedAt: lastAt, channels: [...new Set([root, ...legs.map(({ uniqueid }) => uniqueid)])] }
        }),
      )
    },
    heard: packetsBy(ari),
    gone: () => wantResync('call_without_channel'),
  })

  async function listen(): Promise<void> {
    if (!acting.isActing() || !ari.state().up || !current) return
    await silence
      .look()
      .catch((error) => log.warn({ pbx: pbx.id, err: error }, 'standing calls could not be looked at'))
  }

  let reconciling: Promise<void> | null = null
  function reconcile(): Promise<void> {
    reconciling ??= putRight()
      .catch((error) => log.warn({ pbx: pbx.id, err: error }, 'stations and queues could not be put right'))
      .finally(() => {
        reconciling = null
      })
    return reconciling
  }

  async function putRight(): Promise<void> {
    if (stopped || !reader.state().up || !ari.state().up) return
    const is = await standing(reader, () => ari.endpoints())
    const at = new Date()
    for (const [station, online] of is.online) {
      if (!isDeskPhone(station)) continue
      const type = online ? 'station-registered' : 'station-unregistered'
      await tellStation({ type, station, at, why: 'snapshot' })
    }
    if (!acting.isActing() || !actor.state().up) return
    for (const wish of differences(await options.wanted(), is)) {
      const key = 'station' in wish ? wish.station : ''
      await sender
        .inTurn(key, () => doIt(wish))
        .catch((error) => log.warn({ verb: wish.verb, err: error }, 'not put right'))
    }
  }

  async function collect(): Promise<void> {
    if (stopped) return
    let wait = CEL_IDLE_MS
    // Blind or not, the file is there: a call that passes while AMI is dead shows within seconds.
    if (acting.isActing() && boot.bootId && !resyncing) {
      await collector.read(!reader.state().up).catch((error) => log.warn({ pbx: pbx.id, err: error }, 'CEL not read'))
      if (!reader.state().up || collector.state().why) wait = CEL_BEHIND_MS
    }
    // One server listens: there is one port.
    sip.listen(acting.isActing())
    await refusals.read()
    if (!stopped) timers[0] = setTimeout(() => void collect(), wait)
  }

  return {
    async start() {
      if (!stopped) return
      stopped = false
      // While the exchange cannot be asked, its CEL can still be read: under the life we last knew.
      const known = await store.readBoot(db, pbx.id).catch(() => null)
      if (known) boot = { pbx: pbx.id, bootId: known }
      acting.start()
      reader.start()
      actor.start()
      ari.start()
      sender.start()
      timers[0] = setTimeout(() => void collect(), CEL_BEHIND_MS)
      timers[1] = setInterval(() => void reconcile(), RECONCILE_MS)
      timers[2] = setInterval(() => resyncWanted && wantResync(resyncWanted), 1_000)
      timers[3] = setInterval(() => void listen(), SILENCE_MS)
    },
    async stop() {
      stopped = true
      clearTimeout(timers[0])
      clearInterval(timers[1])
      clearInterval(timers[2])
      clearInterval(timers[3])
      sip.listen(false)
      reader.stop()
      actor.stop()
      await radio.stop()
      ari.stop()
      await sender.stop()
      await hearing.idle()
      await acting.stop()
    },
    health: () =>
      healthOf({
        ami: reader.state(),
        actor: actor.state(),
        ari: ari.state(),
        cel: collector.state(),
        acting: acting.isActing(),
        current,
        trunks,
        cutOff: cutOff.all,
        refused: refused.lately(Date.now())?.what.map(({ en }) => en) ?? [],
        sipHeard: sip.listens(),
      }),
    refusedLately: () => refused.lately(Date.now()),
    guessedLately: () => guesses.lately(Date.now()),
    deadEnds: () => cutOff,
    figures: () => {
      const { up, lastHeardAt } = reader.state()
      const age = lastHeardAt ? (Date.now() - lastHeardAt.getTime()) / 1000 : null
      const told = { ami_connected: up && current ? 1 : 0, ami_last_event_age_seconds: age } as const
      return {
        ...meters.read(),
        ...told,
        sip_refused_calls_total: refused.totals(),
        sip_wrong_passwords_total: guesses.total(),
      }
    },
    clockOffsetMs: () => clock.ms,
    acting: () => acting.isActing(),
    silent: () => (acting.isActing() ? silence.silent() : []),
    radio,
    async reset() {
      stationsTold.clear()
      wantResync('reset')
      await resyncing
      await reconcile()
    },
  }
}
