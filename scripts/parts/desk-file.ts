/** var/desk.json: what a running desk tells tools outside it. Written whole and renamed; mode 600, it holds passwords. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PbxSettings } from '../asterisk/index.ts'
import { socketIn } from '../lab/gateways/words.ts'
import { CAMPUS_HOST, type DeskPorts } from './desk-ports.ts'
import { Stop } from './say.ts'
import { localUrl, serverLog } from './server-process.ts'

/** As the server writes them into accounts.json when it seeds. */
type Account = { readonly name: string; readonly password: string; readonly display: string }

export type DeskFile = {
  /** The console. */
  readonly url: string
  /** By campus: `to` is where a call goes, `from` the address its trunk is known by. */
  readonly trunks: Readonly<Record<string, { readonly to: string; readonly from: string }>>
  /** Dialled number by `campus/line`. */
  readonly lines: Readonly<Record<string, string>>
  /** By role. Empty until a desk is seeded or its first administrator is made. */
  readonly accounts: Readonly<Record<string, readonly Account[]>>
  /**
   * The simulated UHF gateways by port: where the exchange calls them, the socket that makes handhelds speak, and the
   * file in which each writes down when it was keyed. Empty when none are simulated.
   */
  readonly radio: Readonly<Record<string, { readonly gateway: string; readonly control: string; readonly log: string }>>
  readonly pids: Readonly<Record<string, number>>
  readonly paths: Readonly<Record<string, string>>
  /** The simulated campuses' own manager port, for `npm run call`. */
  readonly campus: { readonly host: string; readonly amiPort: number }
}

/** Puts the file together. `pids` of what runs now. */
export function deskFile(settings: PbxSettings, ports: DeskPorts, pids: Record<string, number>): DeskFile {
  const { varDir } = settings
  const to = `${settings.pbx.sipHost}:${ports.sipPort}`
  return {
    url: localUrl(ports),
    trunks: Object.fromEntries(
      settings.trunks.map(({ campus, from }) => [campus, { to, from: (from[0] ?? '').replace('/32', '') }]),
    ),
    lines: Object.fromEntries(
      settings.lines.flatMap((line) =>
        Object.entries(line.numbers).map(([campus, number]) => [`${campus}/${line.code}`, number]),
      ),
    ),
    accounts: accountsIn(varDir),
    radio: Object.fromEntries(
      'radio' in pids
        ? settings.radio.map(({ port, gateway = '' }) => [
            port,
            { gateway, control: socketIn(varDir), log: join(varDir, 'radio-sim', `${port}.jsonl`) },
          ])
        : [],
    ),
    pids,
    paths: {
      var: varDir,
      secrets: join(varDir, 'secrets.json'),
      pbx: join(varDir, 'pbx'),
      campus: join(varDir, 'campus'),
      spool: join(varDir, 'pbx/spool'),
      cel: join(varDir, 'pbx/log/cel-custom/cel.jsonl'),
      vault: join(varDir, 'vault'),
      serverLog: serverLog(varDir),
    },
    campus: { host: CAMPUS_HOST, amiPort: ports.campusAmiPort },
  }
}

/** The accounts the server made when it seeded; none when it has made none. */
function accountsIn(varDir: string): DeskFile['accounts'] {
  const file = join(varDir, 'accounts.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DeskFile['accounts']) : {}
}

export function writeDeskFile(varDir: string, file: DeskFile): void {
  mkdirSync(varDir, { recursive: true })
  const path = join(varDir, 'desk.json')
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function removeDeskFile(varDir: string): void {
  rmSync(join(varDir, 'desk.json'), { force: true })
}

/** @throws Stop when no desk runs on `varDir`. */
export function readDeskFile(varDir: string): DeskFile {
  try {
    return JSON.parse(readFileSync(join(varDir, 'desk.json'), 'utf8')) as DeskFile
  } catch {
    throw new Stop(
      `值班台没有在运行(没有 ${join(varDir, 'desk.json')}),请先 npm start · No desk is running here: npm start first`,
    )
  }
}
