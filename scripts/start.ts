/**
 * `npm start`: Asterisk, PostgreSQL, the PBX, two simulated campuses, the console and the server, all of it real; then
 * stays up and keeps them up. Ctrl-C ends what it started, in order, the database last.
 *
 * `--no-demo` seeds nothing but the first administrator. A real hospital's telephones stand in `$DESK_VAR/site.json` (or
 * DESK_SITE): with that file there is no demonstration either.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigRefused, readConfig } from '../server/config.ts'
import { loadSite, SiteRefused } from '../server/site.ts'
import {
  deadEndsTold,
  demoSettings,
  ensureAsterisk,
  renderCampus,
  renderPbx,
  siteSettings,
  startAsterisk,
} from './asterisk/index.ts'
import { buildConsole, ROOT } from './build.ts'
import { gatewaysWish, startGateways } from './lab/gateways/start.ts'
import { deskFile, removeDeskFile, writeDeskFile } from './parts/desk-file.ts'
import { choosePorts } from './parts/desk-ports.ts'
import { type Kept, keep, type Running } from './parts/keep.ts'
import { writePhones } from './parts/phones-file.ts'
import { startPostgres } from './parts/postgres.ts'
import { closeToOthers, makeOnlyForMyself } from './parts/private.ts'
import { endProcess, forget, remember, remembered } from './parts/processes.ts'
import { rootWarning } from './parts/root.ts'
import { fail, Stop, say, step } from './parts/say.ts'
import { secretsIn } from './parts/secrets.ts'
import { serverMark, startServer, untilReady } from './parts/server-process.ts'
import { writeSiteExample } from './parts/site-example.ts'
import { ensureTools, toolsIn } from './parts/tools.ts'
import { farewell, greet } from './parts/words.ts'

const started = performance.now()
/** What is to be ended, the latest first. */
const endings: { what: string; end: () => Promise<void> }[] = []
let ending: Promise<void> | undefined

function stopAll(): Promise<void> {
  ending ??= (async () => {
    for (let next = endings.pop(); next; next = endings.pop()) {
      const { what, end } = next
      await end().catch((error: Error) => say(`${what}: ${error.message}`))
    }
  })()
  return ending
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (!ending) say(farewell())
    stopAll().then(() => process.exit(0))
  })

/** Keeps a part up, and has it ended in its turn. */
async function up<T extends Running>(what: string, start: () => Promise<T>): Promise<Kept<T>> {
  const kept = await keep(what, start, say, () => writeFile?.())
  if (ending) {
    // Ctrl-C came while it was starting: nobody else would end it now.
    await kept.stop()
    throw new Stop('已停止 · stopped')
  }
  endings.push({ what, end: () => kept.stop() })
  return kept
}

/** Writes var/desk.json anew; set once everything runs. */
let writeFile: (() => void) | undefined

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  const unknown = args.find((word) => word !== '--no-demo')
  if (unknown) throw new Stop(`不认识的参数 · unknown option: ${unknown} (--no-demo)`)
  if (existsSync(join(ROOT, '.env'))) process.loadEnvFile(join(ROOT, '.env'))
  const env = process.env
  const varDir = resolve(ROOT, env.DESK_VAR || 'var')
  const siteFile = resolve(ROOT, env.DESK_SITE || join(varDir, 'site.json'))
  const site = siteOrStop(siteFile)
  const demo = !site && !args.includes('--no-demo') && env.DESK_DEMO !== '0'
  if (site) say(`站点配置 · site: ${siteFile}`)
  closeToOthers(varDir)
  const secrets = withGiven(secretsIn(varDir))
  refuseBadSettings(varDir)
  refuseLongPath(varDir)
  await clearTheWay(varDir)

  // Four slow things that do not need each other; the machine has more than one core.
  const root = resolve(ROOT, env.DESK_ASTERISK_ROOT || join(varDir, 'asterisk'))
  const [binary, database] = await Promise.all([
    ensureAsterisk({ root, say }),
    env.DATABASE_URL
      ? undefined
      : step(say, 'PostgreSQL', () => up('PostgreSQL', () => startPostgres({ varDir, say }))),
    buildConsole(say),
    // Announcements on the radio are spoken by it; a desk without it has everything else.
    ensureTools(toolsIn(varDir), say, ['espeak-ng']).catch((error: Error) => say(error.message)),
  ])
  // Programs are installed for whoever runs them; what is made from here on is of people.
  makeOnlyForMyself()
  closeToOthers(varDir)
  const databaseUrl = env.DATABASE_URL || database?.current().url || ''

  const sip = site && { ...site.sip, rtpStart: site.rtp.start, rtpEnd: site.rtp.end }
  const ports = await choosePorts(varDir, env, say, sip)
  const base = { varDir, binary, secrets }
  const settings = site ? siteSettings(site, base, ports) : demoSettings(base, ports)
  const instance = await renderPbx(settings)
  for (const told of await deadEndsTold(instance)) say(told)
  writePhones(settings)
  const pbx = await step(say, `Asterisk ${binary.version}`, () =>
    up('PBX', () => startAsterisk(instance, { adopt: true })),
  )
  // A real hospital has gateways of its own; the simulated ones belong to the demonstration.
  const campus = demo
    ? await step(say, '两个院区(模拟) · both campuses (simulated)', () =>
        up('campus', async () => startAsterisk(await renderCampus(settings), { adopt: true })),
      )
    : undefined
  const radio = demo
    ? await step(say, '两院区对讲网关(模拟) · both UHF gateways (simulated)', () =>
        up('radio', () => startGateways(gatewaysWish(settings))),
      )
    : undefined
  const wish = { varDir, ports, secrets, databaseUrl, demo, siteFile, env: ownNames(env) }
  const server = await step(say, '服务器 · server', async () => {
    const kept = await up('server', () => startServer(wish))
    await untilReady(ports, kept.current().pid, varDir)
    return kept
  })

  writeFile = () => {
    const pids = {
      starter: process.pid,
      server: server.current().pid,
      pbx: pbx.current().pid,
      ...(campus ? { campus: campus.current().pid } : {}),
      ...(radio ? { radio: radio.current().pid } : {}),
      ...(database ? { postgres: database.current().pid } : {}),
    }
    writeDeskFile(varDir, deskFile(settings, ports, pids))
  }
  writeFile()
  const example = demo || site ? undefined : writeSiteExample(siteFile)
  greet(deskFile(settings, ports, {}), { demo, example, siteFile }, (performance.now() - started) / 1000)
  // Last, where it is read.
  const warning = rootWarning()
  if (warning) console.error(warning)
}

function siteOrStop(file: string): ReturnType<typeof loadSite> {
  try {
    return loadSite(file)
  } catch (error) {
    throw error instanceof SiteRefused ? new Stop(error.message) : error
  }
}

/** Our variables that the person set; what the server does not know of stays out of it. */
function ownNames(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|DESK_ASTERISK_ROOT|DESK_TOOLS)/.test(name)))
}

function withGiven(made: ReturnType<typeof secretsIn>): ReturnType<typeof secretsIn> {
  const { AMI_READER_SECRET, AMI_ACTOR_SECRET, ARI_SECRET } = process.env
  return {
    ...made,
    amiReader: AMI_READER_SECRET || made.amiReader,
    amiActor: AMI_ACTOR_SECRET || made.amiActor,
    ari: ARI_SECRET || made.ari,
  }
}

/** Asterisk's console is a socket file, whose whole path Linux limits to 107 bytes. */
function refuseLongPath(varDir: string): void {
  const bytes = Buffer.byteLength(join(varDir, 'campus/run/asterisk.ctl'))
  if (bytes > 107)
    throw new Stop(
      `数据目录的路径太长(多 ${bytes - 107} 字节):${varDir}。请用 DESK_VAR 另设一个较短的目录。\n` +
        `  The data folder's path is ${bytes - 107} bytes too long for Asterisk: give a shorter one by DESK_VAR.`,
    )
}

/** The server would refuse them as well, but only after everything else has come up. */
function refuseBadSettings(varDir: string): void {
  const secret = 'x'.repeat(32)
  const made = {
    DATABASE_URL: 'postgres://desk@127.0.0.1/desk',
    AMI_READER_SECRET: secret,
    AMI_ACTOR_SECRET: secret,
    ARI_SECRET: secret,
  }
  // `NAME=` counts as not set, and what is not set we make.
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  try {
    readConfig({ ...made, ...set, DESK_VAR: varDir })
  } catch (error) {
    throw error instanceof ConfigRefused ? new Stop(error.message) : error
  }
}

/** Another `npm start` on this folder is told apart from one that was killed; what the latter left is ended. */
async function clearTheWay(varDir: string): Promise<void> {
  const mark = join(varDir, 'run', 'starter.json')
  const other = remembered(mark)
  if (other !== undefined)
    throw new Stop(
      `值班台已在运行(进程 ${other},数据目录 ${varDir})。要停止它:kill ${other}\n` +
        `  A desk already runs on ${varDir} (process ${other}). To stop it: kill ${other}`,
    )
  remember(mark, process.pid)
  endings.push({
    what: 'marks',
    end: async () => {
      removeDeskFile(varDir)
      forget(mark)
    },
  })
  const orphan = remembered(serverMark(varDir))
  if (orphan !== undefined) {
    say(`结束上次留下的服务器进程 ${orphan} · ending the server ${orphan} of an earlier run`)
    await endProcess(orphan)
    forget(serverMark(varDir))
  }
}

await main().catch(async (error) => {
  const stopped = ending !== undefined
  await stopAll()
  if (!stopped) fail(error)
})
