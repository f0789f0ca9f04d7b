/**
 * What a desk costs on which nothing happens: processor time of Asterisk, of the server and of one whole Chromium, and
 * what passes on the wires, with silent ports and agents who are ready and listen. One console is a real Chromium with its
 * real legs, the others are consoles without a browser (SIP and RTP are real). In percent of one core, from each process's
 * own seconds, so that a busy machine changes it little.
 *
 *   --ports=2,4  --consoles=0,1,10,40  --seconds=20  --settle=8      1 is the Chromium
 */
import { setTimeout as wait } from 'node:timers/promises'
import { aReadySeat, onReachableNetwork } from '../../softphone-console/tests/browser.ts'
import type { Bench } from '../bench.ts'
import { type Lab, startLab } from '../lab/index.ts'
import { type RadioConsole, radioConsole } from '../lab/radio-console.ts'
import { agents, morePorts, PORTS, withFourPorts } from './parts/radio-many.ts'
import { cpuSeconds, cpuSecondsOfChromium, cpuSecondsOfTree, passed } from './parts/work.ts'

const GOALS: Record<string, number> = {
  p2_c0_asterisk: 4,
  p2_c0_server: 2,
  p2_c1_server: 2,
  p2_c1_chromium: 6,
  p2_c1_asterisk_a_console: 0.5,
  p2_c40_asterisk_a_console: 0.5,
}

const bench: Bench = async (args) => {
  const option = (name: string, usual: string) =>
    (args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? usual).split(',').map(Number)
  const counts = option('consoles', '0,1,10,40')
  const [seconds = 20] = option('seconds', '20')
  const [settle = 8] = option('settle', '8')
  onReachableNetwork()
  const figures: Record<string, number> = {}
  for (const ports of option('ports', '2,4')) {
    const told = await idle(ports, counts, { seconds, settle })
    for (const [name, value] of Object.entries(told)) figures[`p${ports}_${name}`] = value
  }
  const due = Object.entries(GOALS).filter(([name]) => name in figures)
  return {
    figures,
    goals: Object.fromEntries(due.map(([name, most]) => [name, { most }])),
    notes: [
      'percent of one core; p2_c10: two ports, ten consoles; asterisk_a_console: what each adds to Asterisk, all its legs',
      'a console without a browser speaks plain G.711 over UDP: encryption and Opus are in the figure of one console, a Chromium',
      'loopback: all that passes there, also between server and database; datagrams: RTP, RTCP, ICE, SIP',
    ],
  }
}
export default bench

/** A page that was just used keeps its microphone open for so long (softphone-console/src/lib/phone/microphone.ts). */
const MICROPHONE_SLEEPS_MS = 32_000

type Window = { seconds: number; settle: number }

/** One desk with so many ports, and each count of consoles on it in turn. */
async function idle(ports: number, counts: readonly number[], window: Window): Promise<Record<string, number>> {
  const codes = PORTS.slice(0, ports)
  const lab = await startLab({
    ownPostgres: true,
    ...(ports > 2 && { settings: withFourPorts }),
    radio: Object.fromEntries(codes.map((port) => [port, {}])),
  })
  const figures: Record<string, number> = {}
  const joined: RadioConsole[] = []
  try {
    if (ports > 2) await morePorts(lab)
    const clients = await agents(lab, Math.max(...counts))
    let unattended = Number.NaN
    for (const count of counts) {
      for (const client of count > 1 ? clients.slice(joined.length, count) : []) {
        const one = await radioConsole(lab, { client, tone: 0 })
        joined.push(one)
        await one.join(...codes)
      }
      const told = count === 1 ? await withChromium(lab, ports, window) : await spent(lab, window)
      for (const [name, value] of Object.entries(told)) figures[`c${count}_${name}`] = value
      const { asterisk = Number.NaN } = told
      if (count === 0) unattended = asterisk
      else figures[`c${count}_asterisk_a_console`] = (asterisk - unattended) / count
    }
    return figures
  } finally {
    for (const one of joined) one.close()
    await lab.stop()
  }
}

async function withChromium(lab: Lab, ports: number, window: Window): Promise<Record<string, number>> {
  const seat = await aReadySeat(lab)
  try {
    const heard = seat.page.getByText('信道畅通')
    await seat.page.waitForFunction(() => document.querySelectorAll('section.port').length > 0)
    await heard.nth(ports - 1).waitFor({ timeout: 30_000 })
    await wait(MICROPHONE_SLEEPS_MS)
    return await spent(lab, window, seat.pid)
  } finally {
    await seat.close()
  }
}

/** Waits until what was just begun has settled, then measures for the window. */
async function spent(lab: Lab, { seconds, settle }: Window, chromium?: number): Promise<Record<string, number>> {
  await wait(settle * 1_000)
  const read = () => ({
    at: performance.now(),
    ...passed(),
    percent: {
      asterisk: cpuSeconds(lab.pbx.now().pid),
      server: cpuSeconds(lab.server.now().pid),
      postgres: cpuSecondsOfTree(lab.postgres?.now().pid ?? 0),
      ...(chromium !== undefined && ofChromium(chromium)),
    } as Record<string, number>,
  })
  const before = read()
  await wait(seconds * 1_000)
  const after = read()
  const took = (after.at - before.at) / 1_000
  const percent = Object.entries(after.percent).map(([name, value]) => [
    name,
    (100 * (value - (before.percent[name] ?? 0))) / took,
  ])
  return {
    ...Object.fromEntries(percent),
    loopback_bytes_a_second: (after.bytes - before.bytes) / took,
    datagrams_a_second: (after.datagrams - before.datagrams) / took,
  }
}

function ofChromium(pid: number): Record<string, number> {
  const kinds = cpuSecondsOfChromium(pid)
  const named = Object.entries(kinds).map(([kind, seconds]) => [`chromium_${kind.replaceAll('-', '_')}`, seconds])
  return { chromium: Object.values(kinds).reduce((sum, one) => sum + one, 0), ...Object.fromEntries(named) }
}
