/** The server as a process of ours: started with its whole environment, waited for, ended. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CONSOLE_DIR, ROOT } from '../build.ts'
import type { DeskPorts } from './desk-ports.ts'
import type { Running } from './keep.ts'
import { beganAt, endProcess, forget, remember } from './processes.ts'
import { Stop } from './say.ts'
import type { Secrets } from './secrets.ts'
import { speechProgram, toolsIn } from './tools.ts'

export type ServerWish = {
  readonly varDir: string
  readonly ports: DeskPorts
  readonly secrets: Secrets
  readonly databaseUrl: string
  readonly demo: boolean
  /** The hospital's telephones, when there is such a file. */
  readonly siteFile?: string | undefined
  /** What the person set: it wins over what we make. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The server's whole environment, by server/config.ts. */
export function serverEnv(wish: ServerWish): Record<string, string> {
  const { ports, secrets } = wish
  const env: Record<string, string | undefined> = {
    ESPEAK_NG: speechProgram(toolsIn(wish.varDir)),
    DESK_CONSOLE: CONSOLE_DIR,
    AMI_READER_SECRET: secrets.amiReader,
    AMI_ACTOR_SECRET: secrets.amiActor,
    ARI_SECRET: secrets.ari,
    ...wish.env,
    DESK_VAR: wish.varDir,
    DATABASE_URL: wish.databaseUrl,
    DESK_DEMO: wish.demo ? '1' : '0',
    DESK_HOST: ports.deskHost,
    DESK_PORT: String(ports.deskPort),
    PBX_HOST: ports.host,
    PBX_SIP_PORT: String(ports.sipPort),
    PBX_HTTP_PORT: String(ports.httpPort),
    PBX_AMI_PORT: String(ports.amiPort),
    DESK_SITE: wish.siteFile,
  }
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Where the server's log lies. */
export const serverLog = (varDir: string): string => join(varDir, 'log', 'server.log')

/** Where the process is remembered for a later start. */
export const serverMark = (varDir: string): string => join(varDir, 'run', 'server.json')

/** The address of a desk on this machine; one that listens everywhere is reached by loopback. */
export function localUrl({ deskHost, deskPort }: DeskPorts): string {
  return `http://${['0.0.0.0', '::'].includes(deskHost) ? '127.0.0.1' : deskHost}:${deskPort}`
}

/**
 * Starts the server and waits until it answers at all (`/healthz`).
 * @throws Stop with the end of its log when it ends instead, or says nothing for a minute.
 */
export async function startServer(wish: ServerWish): Promise<Running> {
  const log = serverLog(wish.varDir)
  mkdirSync(dirname(log), { recursive: true })
  if (existsSync(log) && statSync(log).size > 50_000_000) renameSync(log, `${log}.1`)
  const out = openSync(log, 'a', 0o600)
  // Its own session: Ctrl-C at the terminal reaches the starter, which ends things in their order.
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, 'server/main.ts')], {
    cwd: ROOT,
    env: serverEnv(wish),
    stdio: ['ignore', out, out],
    detached: true,
  })
  closeSync(out)
  const pid = child.pid
  if (pid === undefined) throw new Stop('服务器进程无法启动 · the server could not be started')
  child.unref()
  remember(serverMark(wish.varDir), pid)
  await answers(`${localUrl(wish.ports)}/healthz`, pid, log, 60_000).catch(async (error) => {
    // One that never answered would hold the port against the next try.
    await endProcess(pid, 'SIGTERM', 5_000)
    throw error
  })
  return {
    pid,
    async stop() {
      // It gives itself 20 s to tell everybody; calls go on in Asterisk meanwhile.
      await endProcess(pid, 'SIGTERM', 25_000)
      forget(serverMark(wish.varDir))
    },
  }
}

/** Waits until the desk can do its work (`/ready`): database migrated, Asterisk heard. Bounded by `patienceMs`. */
export async function untilReady(ports: DeskPorts, pid: number, varDir: string, patienceMs = 120_000): Promise<void> {
  await answers(`${localUrl(ports)}/ready`, pid, serverLog(varDir), patienceMs)
}

async function answers(url: string, pid: number, log: string, patienceMs: number): Promise<void> {
  let last = ''
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(100)) {
    const reply = await fetch(url, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined)
    if (reply?.ok) return
    last = reply ? await reply.text().catch(() => '') : ''
    if (beganAt(pid) === undefined) break
  }
  const tail = readFileSync(log, 'utf8').trim().split('\n').slice(-12).join('\n  ')
  throw new Stop(`服务器没有就绪 · the server is not ready: ${url} ${last.slice(0, 400)}\n  ${log}:\n  ${tail}`)
}
