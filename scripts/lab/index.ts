/**
 * A whole desk of its own for one bench, drill or live test: folder, ports, database, PBX, campuses, server. Every
 * part can be killed and started again by hand; nothing is restarted by itself, so that a fault stays a fault.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import {
  demoSettings,
  ensureAsterisk,
  type Instance,
  type PbxSettings,
  type RunningAsterisk,
  renderAll,
  startAsterisk,
} from '../asterisk/index.ts'
import { ROOT } from '../build.ts'
import { type DeskFile, deskFile, writeDeskFile } from '../parts/desk-file.ts'
import { CAMPUS_HOST, type DeskPorts, isolatedPorts } from '../parts/desk-ports.ts'
import type { Running } from '../parts/keep.ts'
import { type Postgres, startPostgres } from '../parts/postgres.ts'
import { makeOnlyForMyself } from '../parts/private.ts'
import { endProcess } from '../parts/processes.ts'
import { quiet, type Say } from '../parts/say.ts'
import { type Secrets, secretsIn } from '../parts/secrets.ts'
import { localUrl, startServer, untilReady } from '../parts/server-process.ts'
import { RadioClient } from './gateways/client.ts'
import type { GatewayProfile } from './gateways/profile.ts'
import { gatewaysWish, startGateways } from './gateways/start.ts'
import { socketIn } from './gateways/words.ts'
import { Wards } from './wards.ts'

export type LabWish = {
  /** Seed the demonstration hospital (default true). */
  readonly demo?: boolean
  /** Start the server with it (default true). Without it the lab is Asterisk and a database. */
  readonly server?: boolean
  /** A PostgreSQL of the lab's own, which may be killed. Default: a database of DATABASE_URL when there is one. */
  readonly ownPostgres?: boolean
  /** More environment for the server: VAULT, S3_*, DESK_LOG … */
  readonly env?: Readonly<Record<string, string>>
  /** The ports the server is told instead of the real ones: a faulty wire stands between. */
  readonly serverSees?: (real: DeskPorts) => Promise<DeskPorts>
  /** The phone system's settings, changed before they are rendered. */
  readonly settings?: (usual: PbxSettings) => PbxSettings
  /** Starts the simulated UHF gateways, with these settings by port (`{}`: the usual ones). Default: none. */
  readonly radio?: Readonly<Record<string, Partial<GatewayProfile>>>
  readonly say?: Say
}

/** A part that runs, and can be made to stop and run again. */
export type Part<T> = {
  /** What runs now. @throws when it does not run. */
  now(): T
  readonly runs: boolean
  /** kill -9, and gone when this resolves. */
  kill(): Promise<void>
  /** As the starter would end it. */
  stop(): Promise<void>
  start(): Promise<T>
}

export type Lab = {
  readonly url: string
  readonly varDir: string
  readonly ports: DeskPorts
  readonly secrets: Secrets
  readonly settings: PbxSettings
  readonly databaseUrl: string
  /** Present when the lab has a PostgreSQL of its own. */
  readonly postgres: Part<Postgres> | undefined
  readonly pbx: Part<RunningAsterisk>
  readonly campus: Part<RunningAsterisk>
  readonly server: Part<Running>
  /** The simulated UHF gateways, when wished for; `radioClient()` speaks to them. */
  readonly radio: Part<Running>
  radioClient(): Promise<RadioClient>
  /** The simulated wards, ready to call. Closed with the lab. */
  wards(): Promise<Wards>
  /** As var/desk.json says, read anew (accounts appear once the server has seeded). */
  file(): DeskFile
  /** One query on the desk's database, as witness. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>
  /** Resolves when `/ready` says so. */
  ready(): Promise<void>
  /** Ends all of it and takes its folder and database away. */
  stop(): Promise<void>
}

/** Starts a lab. When any part does not come up, the others are ended and the error is thrown. */
export async function startLab(wish: LabWish = {}): Promise<Lab> {
  const say = wish.say ?? quiet
  const varDir = mkdtempSync(join(tmpdir(), 'desk-lab-'))
  const endings: (() => Promise<void>)[] = [async () => rmSync(varDir, { recursive: true, force: true })]
  const stop = async () => {
    for (let end = endings.pop(); end; end = endings.pop()) await end().catch((error) => console.error(error))
  }
  try {
    const ports = await isolatedPorts()
    const secrets = secretsIn(varDir)
    const { databaseUrl, postgres } = await database(wish.ownPostgres ?? false, varDir, endings)

    const root = resolve(ROOT, process.env.DESK_ASTERISK_ROOT ?? 'var/asterisk')
    const usual = demoSettings({ varDir, binary: await ensureAsterisk({ root, say }), secrets }, ports)
    const settings = wish.settings ? wish.settings(usual) : usual
    makeOnlyForMyself()
    const instances = await renderAll(settings)
    const pbx = asterisk(instances.pbx, endings)
    const campus = asterisk(instances.campus, endings)
    const radio = part(() => startGateways(gatewaysWish(settings, wish.radio)), endings)
    await Promise.all([pbx.start(), campus.start(), ...(wish.radio ? [radio.start()] : [])])
    const radioClient = async () => {
      const client = await RadioClient.open(socketIn(varDir))
      endings.push(async () => client.close())
      return client
    }

    const seen = (await wish.serverSees?.(ports)) ?? ports
    const server = part(
      () => startServer({ varDir, ports: seen, secrets, databaseUrl, demo: wish.demo ?? true, env: wish.env ?? {} }),
      endings,
    )
    const file = () => {
      const running = { server, pbx, campus, radio }
      const pids = Object.entries(running).flatMap(([name, one]) => (one.runs ? [[name, one.now().pid] as const] : []))
      return deskFile(settings, ports, Object.fromEntries(pids))
    }
    const ready = async () => {
      await untilReady(ports, server.now().pid, varDir)
      writeDeskFile(varDir, file())
    }
    if (wish.server ?? true) {
      await server.start()
      await ready()
    }
    const wards = async () => {
      const at = {
        host: CAMPUS_HOST,
        amiPort: ports.campusAmiPort,
        secret: secrets.campus,
        base: instances.campus.base,
      }
      const open = await Wards.open(at)
      endings.push(async () => open.close())
      return open
    }
    const query: Lab['query'] = async (sql, values) => {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      try {
        return (await client.query(sql, values)).rows
      } finally {
        await client.end()
      }
    }
    return {
      url: localUrl(ports),
      varDir,
      ports,
      secrets,
      settings,
      databaseUrl,
      postgres,
      pbx,
      campus,
      server,
      radio,
      radioClient,
      wards,
      file,
      query,
      ready,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function database(own: boolean, varDir: string, endings: (() => Promise<void>)[]) {
  const shared = process.env.DATABASE_URL
  if (own || !shared) {
    const postgres = part(() => startPostgres({ varDir, say: quiet }), endings)
    return { databaseUrl: (await postgres.start()).url, postgres }
  }
  const name = `lab_${randomBytes(6).toString('hex')}`
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: shared })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await admin(`create database ${name}`)
  endings.push(() => dropped(() => admin(`drop database if exists ${name} with (force)`)))
  const url = new URL(shared)
  url.pathname = `/${name}`
  return { databaseUrl: url.href, postgres: undefined }
}

/** PostgreSQL's own vacuum in that database is nobody's to end: once it is through, the database can go. */
async function dropped(drop: () => Promise<void>, tries = 20): Promise<void> {
  const isVacuumed = (error: unknown) => (error as { code?: string }).code === '42501'
  await drop().catch(async (error) => {
    if (tries === 0 || !isVacuumed(error)) throw error
    await pause(500)
    await dropped(drop, tries - 1)
  })
}

/** The PBX dies with its caller's voice in the spool: a start after that is an ordinary one, never an adoption. */
function asterisk(instance: Instance, endings: (() => Promise<void>)[]): Part<RunningAsterisk> {
  return part(() => startAsterisk(instance), endings)
}

function part<T extends Running>(start: () => Promise<T>, endings: (() => Promise<void>)[]): Part<T> {
  let current: T | undefined
  const end = async (how: (running: T) => Promise<void>) => {
    const running = current
    current = undefined
    if (running) await how(running)
  }
  endings.push(() => end((running) => running.stop()))
  return {
    get runs() {
      return current !== undefined
    },
    now() {
      if (!current) throw new Error('this part of the lab does not run now')
      return current
    },
    async start() {
      if (current) throw new Error('this part of the lab runs already')
      current = await start()
      return current
    },
    stop: () => end((running) => running.stop()),
    kill: () => end((running) => endProcess(running.pid, 'SIGKILL')),
  }
}
