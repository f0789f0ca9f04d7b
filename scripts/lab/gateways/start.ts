/** Starts and ends the gateway simulator (gateways.ts) as a process. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type PbxSettings, phonePassword, RADIO_HOSTS } from '../../asterisk/index.ts'
import { ROOT } from '../../build.ts'
import type { Running } from '../../parts/keep.ts'
import { beganAt, endProcess, forget, remember, remembered } from '../../parts/processes.ts'
import { Stop } from '../../parts/say.ts'
import type { GatewaysWish } from './gateways.ts'
import type { GatewayProfile } from './profile.ts'

/** What the simulator needs to know of a desk's phone system. `profiles`: settings by port, laid over the usual ones. */
export function gatewaysWish(
  settings: PbxSettings,
  profiles: Readonly<Record<string, Partial<GatewayProfile>>> = {},
): GatewaysWish {
  return {
    varDir: settings.varDir,
    pbx: { host: settings.pbx.sipHost, port: settings.pbx.sipPort },
    gateways: settings.radio.map(({ port, gateway }) => {
      // One that registers may speak from any port; it is dialled where it said it is.
      const [address = '', sipPort = '0'] = gateway?.split(':') ?? [RADIO_HOSTS[port === 'new' ? 'new' : 'old']]
      const profile = { ...DEMO_PROFILES[port], ...(gateway ? {} : { registerS: 60 }), ...profiles[port] }
      return {
        port,
        address,
        sipPort: Number(sipPort),
        password: phonePassword(settings.secrets, `g-${port}`),
        profile,
      }
    }),
  }
}

/** The two campuses' handhelds say who they are in different ways, as grown hospitals' do. */
const DEMO_PROFILES: Readonly<Record<string, Partial<GatewayProfile>>> = {
  old: { ident: 'dtmf', identAt: 'trail' },
  new: { ident: 'mdc1200', identAt: 'lead' },
}

/** @throws Stop with what it said when it does not come up within 15 s. */
export async function startGateways(wish: GatewaysWish): Promise<Running> {
  const mark = join(wish.varDir, 'run', 'radio-sim.json')
  const before = remembered(mark)
  if (before !== undefined) await endProcess(before, 'SIGTERM', 3_000)
  const file = join(wish.varDir, 'log', 'radio-sim.log')
  mkdirSync(join(wish.varDir, 'log'), { recursive: true })
  const out = openSync(file, 'w', 0o600)
  // Its own session: Ctrl-C at the terminal reaches the starter, which ends things in their order.
  const child = spawn(process.execPath, [join(ROOT, 'scripts/lab/gateways/gateways.ts')], {
    cwd: ROOT,
    env: { ...process.env, RADIO_SIM: JSON.stringify(wish) },
    stdio: ['ignore', out, out],
    detached: true,
  })
  closeSync(out)
  const { pid } = child
  if (pid === undefined) throw new Stop('对讲网关模拟器无法启动 · the gateway simulator could not be started')
  child.unref()
  remember(mark, pid)
  const said = () => readFileSync(file, 'utf8')
  for (const until = Date.now() + 15_000; !said().includes('ready\n'); await pause(50)) {
    if (beganAt(pid) !== undefined && Date.now() < until) continue
    await endProcess(pid, 'SIGTERM', 1_000)
    throw new Stop(`对讲网关模拟器没有启动 · the gateway simulator did not come up: ${said().trim().slice(-400)}`)
  }
  return {
    pid,
    async stop() {
      await endProcess(pid, 'SIGTERM', 3_000)
      forget(mark)
    },
  }
}
