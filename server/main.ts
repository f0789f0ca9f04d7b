/** The server's start and stop, in order. Nothing on a caller's path waits for any of it. */
import type { Logger } from 'pino'
import { folderVault, makeRecordings, minioVault } from '../recordings/index.ts'
import { accessRoutes } from './access/grants/routes.ts'
import { forgiveIdleness, makeDoorkeeper, may } from './access/index.ts'
import { sessionRoutes } from './access/sessions/routes.ts'
import { hearStation, sweep, wanted } from './agents/index.ts'
import { agentRoutes } from './agents/routes.ts'
import { startArchive } from './archive/index.ts'
import { archiveRoutes } from './archive/routes.ts'
import { type Asterisk, makeAsterisk, watchPhonesWay, waysOf } from './asterisk/index.ts'
import { calloutFrames, startCallouts } from './callouts/index.ts'
import { calloutRoutes } from './callouts/routes.ts'
import { endUnheard, hear } from './calls/index.ts'
import { callRoutes } from './calls/routes.ts'
import { type Config, ConfigRefused, readConfig } from './config.ts'
import { type Db, migrate, openDb, watchPulse } from './db/index.ts'
import { type Commit, makeCommit } from './desk.ts'
import { nightWanted, organisationId } from './directory/index.ts'
import { directoryRoutes } from './directory/routes.ts'
import { seed } from './directory/seed/index.ts'
import { dispatchFrames, sending, startLadder } from './dispatch/index.ts'
import { dispatchRoutes } from './dispatch/routes.ts'
import { seedEquipment } from './equipment/index.ts'
import { equipmentRoutes } from './equipment/routes.ts'
import { type DueRows, every, type Repeated } from './every.ts'
import { deskFigures } from './figures.ts'
import { DeskHealth } from './health.ts'
import { makeLog } from './log.ts'
import { handhelds, makeHearers, radioFrames, radioTimeline, seedRadio, startRadio } from './radio/index.ts'
import { clipRoutes } from './radio/overs/clip-routes.ts'
import { radioRoutes } from './radio/routes.ts'
import { rosterFrames, seedRoster, watchRoster } from './roster/index.ts'
import { dutyRoutes, rosterRoutes } from './roster/routes.ts'
import { deskFrames, markPainted, queuesNow } from './screens/index.ts'
import { popRoutes } from './screens/routes.ts'
import { sheetRoutes } from './sheets/directory/routes.ts'
import { DEMO_TRUNKS, loadSite, type Site, SiteRefused } from './site.ts'
import { callTicketRoutes } from './tickets/call-routes.ts'
import { callbackRoutes } from './tickets/callbacks/routes.ts'
import { aboutCall, searchTickets, startWaking } from './tickets/index.ts'
import { seedCauses } from './tickets/life/seed-store.ts'
import { ticketRoutes } from './tickets/routes.ts'
import { makeApp, SESSION_COOKIE } from './web/app.ts'
import { healthRoutes } from './web/health.ts'
import { Live } from './web/live.ts'

const SWEEP_EVERY_MS = 1_000
/** No sweep for this long: PostgreSQL or this server was away. Shorter than any idle time, longer than a slow commit. */
const AWAY_MS = 30_000
const MIGRATE_AGAIN_MS = 2_000

async function main(): Promise<void> {
  const { config, site } = settingsOrExit()
  const log = ownProcess(config)
  const db = openDb(config.databaseUrl)
  await firstLight(db, config, site, log)

  // What a ringing telephone waits for has connections of its own: nobody's long list stands before it.
  const atOnce = openDb(config.databaseUrl, { max: 8, name: 'desk-at-once', plansOnce: true })

  const commit = makeCommit(db, (told) => live.publish(told))
  const commitHeard = makeCommit(atOnce, (told) => live.publish(told))
  const pulse = watchPulse(db, log)
  const recordings = makeRecordings({ vault: await openVault(config.vault), spool: config.pbx.spool })
  const archive = startArchive({ db, commit, recordings, pbx: config.pbx.id, log })

  const asterisk = makeAsterisk({
    pbx: config.pbx,
    trunks: site?.trunks ?? DEMO_TRUNKS,
    db,
    log,
    ...ears({ db, atOnce, commit, commitHeard, ended: () => archive.nudge() }),
  })

  const phones = watchPhonesWay(waysOf(config))
  const org = await organisationId(db)
  const health = new DeskHealth({ log, db, pulse, asterisk, phones, archive, radio: () => radio })
  const live = new Live({
    db: atOnce,
    log,
    doorkeeper: makeDoorkeeper(atOnce, config.sessions.idleMinutes),
    sees: (actor, thing) => may(actor, 'see', thing),
    frames: [
      deskFrames(atOnce, org),
      radioFrames(atOnce, org),
      calloutFrames(atOnce, org),
      dispatchFrames(atOnce),
      rosterFrames,
    ],
    now: async () => ({ organisationId: org, queues: await queuesNow(db, org), health: health.now() }),
    came: (actor, seat) => radio.consoles.came(actor, seat),
    left: (seat) => radio.consoles.left(seat),
    heard: async (actor, said, seat) => {
      if (said.kind !== 'painted') return radio.consoles.heard(actor, said, seat)
      const saidAt = Date.now()
      const ringAt = await markPainted(db, said.callId, said.legUniqueid, actor.personId)
      if (ringAt) health.painted({ ringAt, saidAt, browserMs: said.afterMs })
    },
  })

  const radio = startRadio({
    db,
    media: asterisk.radio,
    log,
    commit: (work) => commit(work),
    isActing: () => asterisk.acting(),
    soundDir: config.speech.dir,
    answers: {
      digits: (port, said, over) => callouts.digits(port, said, over),
      named: (over) => callouts.named(over),
    },
    commissionIdleS: config.commissionIdleS,
    tell: (to) => live.tell(to),
    recorded: () => archive.nudge(),
  })
  const callouts = startCallouts({ db, log, radio, commit, speech: config.speech, waitS: config.calloutS })

  let due: Record<string, DueRows> = {}
  let draining = false
  // Ready once Asterisk was heard; a wire that is cut later makes the desk degraded, never unready: voice first.
  let heardAsterisk = false
  const ready = (): boolean => {
    heardAsterisk ||= asterisk.health().some(({ wire, state }) => wire === 'ami' && state === 'well')
    return heardAsterisk && !draining
  }
  const app = await makeApp({
    config,
    db,
    doorkeeper: makeDoorkeeper(db, config.sessions.idleMinutes),
    log,
    live,
    routes: allRoutes({
      ...{ config, db, commit, health, recordings, radio, callouts, asterisk, ready },
      figures: deskFigures({ db, asterisk, archive, phones, health, radio, live, due: () => due }),
    }),
  })

  await asterisk.start()
  await app.listen({ host: config.host, port: config.port })
  log.info({ port: config.port }, 'the desk listens')

  const roster = watchRoster({ commit, acting: () => asterisk.acting(), log })
  const sweeping = startSweep({ log, commit, asterisk, sessions: config.sessions })
  due = startDue({ db, commit, log })

  onSignal(log, async () => {
    draining = true
    await Promise.all([sweeping, roster, ...Object.values(due)].map((loop) => loop.stop()))
    await live.stop()
    await app.close()
    callouts.stop()
    await radio.stop()
    await asterisk.stop()
    await archive.stop()
    await health.stop()
    phones.stop()
    await pulse.stop()
    await Promise.all([db.destroy(), atOnce.destroy()])
  })
}

const VERSION = '0.1.0'

const openVault = (vault: Config['vault']) => (vault.kind === 'folder' ? folderVault(vault.dir) : minioVault(vault))

/** Rows that are due by themselves, of every kind. */
const startDue = (parts: { db: Db; commit: Commit; log: Logger }): Record<string, DueRows> => ({
  rung: startLadder(parts),
  ticket: startWaking(parts),
})

type EarsParts = { db: Db; atOnce: Db; commit: Commit; commitHeard: Commit; ended: () => void }

/** What the desk does with what Asterisk says, and what it wants of it. */
const ears = ({ db, atOnce, commit, commitHeard, ended }: EarsParts): EarsOf => ({
  async hear(facts) {
    const told = await commitHeard((tx) => hear(tx, facts))
    if (told.some((event) => event.type === 'call.ended')) ended()
    return told
  },
  async stationHear(fact) {
    const registered = fact.type === 'station-registered'
    await commit((tx) => hearStation(tx, { station: fact.station, registered, why: fact.why }))
  },
  wanted: async () => ({ ...(await wanted(db)), night: await nightWanted(db) }),
  mayHear: makeHearers(atOnce),
})
type EarsOf = Pick<Parameters<typeof makeAsterisk>[0], 'hear' | 'stationHear' | 'wanted' | 'mayHear'>

type RouteParts = {
  config: Config
  db: Db
  commit: Commit
  health: DeskHealth
  recordings: ReturnType<typeof makeRecordings>
  radio: ReturnType<typeof startRadio>
  callouts: ReturnType<typeof startCallouts>
  asterisk: Asterisk
  ready: () => boolean
  figures: Parameters<typeof healthRoutes>[0]['figures']
}

const allRoutes = ({ config, db, commit, health, recordings, radio, callouts, asterisk, ...status }: RouteParts) => [
  healthRoutes({
    ready: status.ready,
    wires: () => health.now().wires,
    figures: status.figures,
    acting: () => asterisk.acting(),
    version: VERSION,
  }),
  sessionRoutes({
    db,
    commit,
    cookie: SESSION_COOKIE,
    secure: config.publicUrl?.startsWith('https:') ?? false,
    absoluteMinutes: config.sessions.absoluteMinutes,
  }),
  accessRoutes({ db, commit }),
  sheetRoutes({ db, commit }),
  equipmentRoutes({ db, commit }),
  directoryRoutes({ db, commit, tickets: (actor, q, limit) => searchTickets(db, actor, q, limit) }),
  popRoutes({ db, commit, health: () => health.now(), painted: (pop) => health.painted(pop) }),
  agentRoutes({ db, commit, sipSocket: config.sipSocket, credentialMinutes: config.sessions.absoluteMinutes }),
  ticketRoutes({ db, commit, sending, more: (actor, ticketId) => radioTimeline(db, actor, ticketId) }),
  callRoutes({ db, commit, aboutCall }),
  callTicketRoutes({ db, commit }),
  dispatchRoutes({ db, commit }),
  callbackRoutes({ db, commit }),
  archiveRoutes({ db, commit, recordings }),
  radioRoutes({ db, commit, radio }),
  rosterRoutes({ db, commit, handhelds: handhelds(db) }),
  dutyRoutes({ db, commit, handhelds: handhelds(db), changed: radio.refresh }),
  calloutRoutes({ db, commit, callouts }),
  clipRoutes({ db, commit, recordings }),
]

type SweepParts = { log: Logger; commit: Commit; asterisk: Asterisk; sessions: Config['sessions'] }

/** What ends by the clock: wrap-ups, idle sessions, calls nobody hears of any more. Only where the exchange is led. */
function startSweep({ log, commit, asterisk, sessions }: SweepParts): Repeated {
  let sweptAt = Date.now()
  return every({
    name: 'sweep',
    everyMs: SWEEP_EVERY_MS,
    log,
    async work() {
      if (!asterisk.acting()) return
      await commit(async (tx) => {
        if (Date.now() - sweptAt > AWAY_MS) await forgiveIdleness(tx, sessions.idleMinutes)
        return [...(await sweep(tx, sessions)), ...(asterisk.figures().ami_connected ? await endUnheard(tx) : [])]
      })
      sweptAt = Date.now()
    },
  })
}

function settingsOrExit(): { config: Config; site: Site | undefined } {
  try {
    const config = readConfig(process.env)
    return { config, site: loadSite(config.siteFile) }
  } catch (error) {
    if (!(error instanceof ConfigRefused || error instanceof SiteRefused)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(78) // EX_CONFIG of sysexits.h: starting again changes nothing
  }
}

function ownProcess(config: Config): Logger {
  // Voices, names and numbers: what this process makes is for its own user alone.
  process.umask(0o077)
  const log = makeLog(config.logLevel)
  if (process.getuid?.() === 0) log.warn({ uid: 0 }, 'the server runs as root: start it as an ordinary user')
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'a bug ended the server')
    process.exit(1)
  })
  return log
}

/** Ends the process once, in order, when it is told to. */
function onSignal(log: Logger, stop: () => Promise<void>): void {
  let isGoing = false
  const go = async (signal: string) => {
    if (isGoing) return
    isGoing = true
    log.info({ signal }, 'going down; calls go on in Asterisk')
    // Whatever hangs, the process leaves: Asterisk keeps the calls, and the next start reads what it missed.
    setTimeout(() => process.exit(1), 20_000).unref()
    await stop()
    process.exit(0)
  }
  process.on('SIGTERM', () => void go('SIGTERM'))
  process.on('SIGINT', () => void go('SIGINT'))
}

/** The database up to date and not empty. While PostgreSQL is away this waits and says so: Asterisk takes the calls. */
async function firstLight(db: Db, config: Config, site: Site | undefined, log: Logger): Promise<void> {
  for (;;) {
    try {
      const done = await migrate(db)
      if (done.length > 0) log.info({ migrations: done }, 'the database was brought up to date')
      await forgiveIdleness(db, config.sessions.idleMinutes)
      await seed(db, { demo: config.demo, varDir: config.varDir, site })
      await seedEquipment(db, { demo: config.demo && !site, today: new Date() })
      await seedRadio(db, { demo: config.demo && !site, ports: site?.radio ?? [] })
      await seedRoster(db, { demo: config.demo && !site })
      await seedCauses(db, { demo: config.demo && !site })
      return
    } catch (error) {
      const { code } = error as { code?: string }
      const isAway =
        code === undefined ||
        /^(ECONN|ENOTFOUND|EAI_|57P|08)/.test(code) ||
        (error as Error).name === 'KnexTimeoutError'
      if (!isAway || !(error instanceof Error) || error.name === 'TypeError') throw error
      log.warn({ err: error }, 'PostgreSQL is not there yet')
      await new Promise((resolve) => setTimeout(resolve, MIGRATE_AGAIN_MS))
    }
  }
}

await main()
