/**
 * The radio's figures, on desks of their own, by the gateway simulator's log (one clock for all processes of the machine):
 *
 *   press     an agent's talk key in Chromium: to the first packet at the gateway, from the release to the last, and a chirp
 *             said into the page until it is on the air; a handheld's first packet until the page shows it
 *   numbers   a console without a browser counts in tones of 20 ms: none is cut off after the lead time
 *   transit   our topology beside a bare two-leg ARI bridge
 *   crowd     40 consoles on 4 ports; and eight hours of them on a virtual clock
 *
 *   --presses=200  --chirps=40  --carriers=40  --counts=20  --beeps=60  --minutes=5  --only=press,numbers,transit,crowd
 */
import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { onReachableNetwork } from '../../softphone-console/tests/browser.ts'
import type { Bench } from '../bench.ts'
import { ROOT } from '../build.ts'
import type { RadioClient } from '../lab/gateways/client.ts'
import { type Lab, startLab } from '../lab/index.ts'
import { radioConsole, until } from '../lab/radio-console.ts'
import { percentile } from './parts/figures.ts'
import { openRadioBrowser, type RadioBrowser } from './parts/radio-browser.ts'
import { crowd } from './parts/radio-crowd.ts'
import { chirpOnAir, NUMBERS, numbersMissing, toneOf } from './parts/radio-sound.ts'
import { transit } from './parts/radio-transit.ts'

const FRAME_MS = 20
const PARTS = ['press', 'numbers', 'transit', 'crowd']
/** What our topology may cost beside a bare bridge (RADIO.md §2.2: one softmix and two Local halves). */
const MORE_MS = 45

type Report = Awaited<ReturnType<Bench>>
type Option = (name: string, usual: number) => number

const bench: Bench = async (args) => {
  const written = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1]
  const option: Option = (name, usual) => Number(written(name) ?? usual)
  const only = written('only')?.split(',') ?? PARTS
  onReachableNetwork()
  const reports: Report[] = []
  if (only.includes('press') || only.includes('numbers')) {
    const lab = await startLab({ ownPostgres: true, radio: {} })
    try {
      const radio = await lab.radioClient()
      if (only.includes('press')) reports.push(await pressing(lab, radio, option))
      if (only.includes('numbers')) reports.push(await counting(lab, radio, option('counts', 20)))
    } finally {
      await lab.stop()
    }
  }
  if (only.includes('transit')) reports.push(await transitBesideBare(option('beeps', 60)))
  if (only.includes('crowd')) reports.push(await crowded(option('minutes', 5)))
  return {
    figures: Object.assign({}, ...reports.map((one) => one.figures)),
    goals: Object.assign({}, ...reports.map((one) => one.goals)),
    notes: reports.flatMap((one) => one.notes ?? []),
  }
}
export default bench

async function pressing(lab: Lab, radio: RadioClient, option: Option): Promise<Report> {
  const presses = option('presses', 200)
  const browser = await openRadioBrowser(lab)
  try {
    const told = await press(browser, radio, presses, option('chirps', 40))
    const carriers = await carry(browser, radio, option('carriers', 40))
    return {
      figures: {
        presses: told.access.length,
        press_to_rtp_p50_ms: percentile(told.access, 50),
        press_to_rtp_p95_ms: percentile(told.access, 95),
        press_to_rtp_most_ms: Math.max(...told.access),
        release_to_last_rtp_after_tail_p50_ms: percentile(told.release, 50),
        release_to_last_rtp_after_tail_p95_ms: percentile(told.release, 95),
        presses_failed: told.failed,
        chirps: told.chirps.length,
        microphone_to_air_p50_ms: percentile(told.chirps, 50),
        microphone_to_air_p95_ms: percentile(told.chirps, 95),
        chirps_not_found: told.unheard,
        carriers: carriers.length,
        carrier_to_painted_p50_ms: percentile(carriers, 50),
        carrier_to_painted_p95_ms: percentile(carriers, 95),
        faults_in_the_page: browser.seat.faults.length,
      },
      goals: {
        presses: { least: presses },
        press_to_rtp_p95_ms: { most: 100 },
        release_to_last_rtp_after_tail_p95_ms: { most: 40 },
        presses_failed: { exactly: 0 },
        microphone_to_air_p95_ms: { most: 200 },
        chirps_not_found: { exactly: 0 },
        carrier_to_painted_p95_ms: { most: 120 },
      },
      notes: [
        'the chirp is said by the page itself: a sound card, its driver and the browser’s processing of a microphone are not in it',
        'carrier to painted includes the 60 ms that a click is told from a carrier by',
      ],
    }
  } finally {
    await browser.close()
  }
}

async function counting(lab: Lab, radio: RadioClient, counts: number): Promise<Report> {
  const desk = await radioConsole(lab, { nth: 1, tone: 0 })
  await desk.join('old')
  await desk.shows('old', ({ carrier }) => carrier === 'idle', 20_000)
  let cut = 0
  let lost = 0
  for (let n = 0; n < counts; n++) {
    const told = await count(desk, radio)
    cut += told.missing
    lost += told.lost
  }
  desk.close()
  const idle = await radio.ask('status', {})
  await wait(5_000)
  const after = await radio.ask('status', {})
  return {
    figures: {
      numbers_said: counts * NUMBERS,
      numbers_cut_off: cut,
      lost_packets: lost,
      packets_in_idle: after.reduce((sum, one, n) => sum + one.packets - (idle[n]?.packets ?? 0), 0),
    },
    goals: { numbers_cut_off: { exactly: 0 }, packets_in_idle: { exactly: 0 } },
  }
}

async function transitBesideBare(beeps: number): Promise<Report> {
  const { transmit, receive, bare, lost } = await transit(beeps)
  const bareP95 = percentile(bare, 95)
  const figures: Record<string, number> = {
    beeps: 3 * beeps,
    beeps_lost: lost,
    transit_transmit_over_bare_p95_ms: percentile(transmit, 95) - bareP95,
    transit_receive_over_bare_p95_ms: percentile(receive, 95) - bareP95,
  }
  for (const [name, all] of Object.entries({ bare, transmit, receive })) {
    figures[`transit_${name}_p50_ms`] = percentile(all, 50)
    figures[`transit_${name}_p95_ms`] = percentile(all, 95)
  }
  return {
    figures,
    goals: {
      transit_transmit_over_bare_p95_ms: { most: MORE_MS },
      transit_receive_over_bare_p95_ms: { most: MORE_MS },
      beeps_lost: { exactly: 0 },
    },
  }
}

async function crowded(minutes: number): Promise<Report> {
  const told = await crowd(minutes)
  const { twoHolders, keyedInIdle, withoutEnd, emergenciesLost, codesUnheard } = told.violations
  const goals: Report['goals'] = { server_rss_last_mb: { most: 1.25 * told.rssMb.first + 10 } }
  for (const name of [
    'two_holders',
    'keyed_in_idle',
    'overs_without_one_end',
    'emergencies_lost',
    'whole_codes_unheard',
    'virtual_day_failed',
  ])
    goals[name] = { exactly: 0 }
  return {
    figures: {
      crowd_minutes: minutes,
      crowd_presses: told.presses,
      crowd_granted: told.granted,
      crowd_overs: told.overs,
      crowd_keyings: told.keyings,
      crowd_emergencies: told.emergencies,
      crowd_codes_sent: told.codesSent,
      crowd_codes_whole: told.codesWhole,
      crowd_emergencies_unnamed: told.emergenciesUnnamed,
      two_holders: twoHolders,
      keyed_in_idle: keyedInIdle,
      overs_without_one_end: withoutEnd,
      emergencies_lost: emergenciesLost,
      whole_codes_unheard: codesUnheard,
      server_rss_first_mb: told.rssMb.first,
      server_rss_last_mb: told.rssMb.last,
      virtual_day_failed: virtualDay(),
    },
    goals,
    notes: told.seen.length > 0 ? [`against the “never” list: ${JSON.stringify(told.seen).slice(0, 900)}`] : [],
  }
}

type Presses = { access: number[]; release: number[]; chirps: number[]; failed: number; unheard: number }

/** Presses at random phases of the packet clock; every few of them say the chirp. */
async function press(browser: RadioBrowser, radio: RadioClient, count: number, chirps: number): Promise<Presses> {
  const told: Presses = { access: [], release: [], chirps: [], failed: 0, unheard: 0 }
  const { txTailMs } = (await browser.profile()) ?? { txTailMs: 0 }
  const every = chirps > 0 ? Math.max(1, Math.floor(count / chirps)) : Number.POSITIVE_INFINITY
  // not counted: the first one makes the page and the leg warm
  for (let n = -2; n < count; n++) {
    await browser.free()
    await wait(Math.random() * 2 * FRAME_MS)
    const down = await browser.down()
    const keyed = await radio.until('old', 'keyed', { since: down, ms: 3_000 }).catch(() => undefined)
    if (!keyed) {
      if (n >= 0) told.failed++
      await browser.up()
      await wait(500)
      continue
    }
    const saysIt = n >= 0 && n % every === 0 && told.chirps.length + told.unheard < chirps
    // 200: the gateway's own transmitter is slow, and the page says its tone first
    await wait(saysIt ? 250 : 150)
    const said = saysIt ? await browser.chirp() : 0
    if (saysIt) await wait(450)
    const up = await browser.up()
    const off = await radio.until('old', 'unkeyed', { since: down, ms: 4_000 })
    if (n < 0) continue
    told.access.push((keyed.firstPacket?.mono ?? Number.NaN) - down)
    told.release.push((off.lastPacket?.mono ?? Number.NaN) - up - txTailMs)
    if (!saysIt) continue
    const at = await chirpOnAir(radio, 'old', down)
    if (at === undefined) told.unheard++
    else told.chirps.push(at - said)
  }
  return told
}

/** From a handheld's first packet to the exchange until the page has painted that somebody speaks. */
async function carry(browser: RadioBrowser, radio: RadioClient, count: number): Promise<number[]> {
  const delays: number[] = []
  for (let n = 0; n < count; n++) {
    await browser.free()
    await browser.painted()
    await wait(Math.random() * 2 * FRAME_MS)
    // Longer than half a second: shorter ones in a row are a receiver that flaps.
    const spoken = await radio.ask('speak', { port: 'old', unit: '07', tone: 1500, forMs: 600, ident: false })
    const first = spoken.flatMap((one) => (one.type === 'over' && one.firstPacket ? [one.firstPacket.mono] : []))[0]
    const painted = await browser.painted()
    if (painted !== undefined && first !== undefined) delays.push(painted - first)
  }
  return delays
}

/** Counts aloud from the end of the lead time on, and lets the key go with the last number. */
async function count(
  desk: Awaited<ReturnType<typeof radioConsole>>,
  radio: RadioClient,
): Promise<{ missing: number; lost: number }> {
  const { sound } = desk.leg('old')
  const key = desk.press(['old'])
  const answer = await key.answer()
  if (answer.result !== 'granted') throw new Error(`not granted: ${JSON.stringify(answer)}`)
  await wait(answer.leadMs)
  sound.numbers.push(...Array.from({ length: NUMBERS }, (_, number) => toneOf(number)))
  await until('the last number is said', () => sound.numbers.length === 0)
  key.letGo()
  const off = await radio.until('old', 'unkeyed', { since: key.at, ms: 5_000 })
  const missing = await numbersMissing(radio, 'old', key.at)
  if (missing.length > 0) console.error('numbers missing', missing.join(' '))
  await desk.shows('old', ({ carrier }) => carrier === 'idle')
  return { missing: missing.length, lost: off.lost }
}

/** The floor's rules over eight hours of forty consoles and four ports, without an exchange. 0: every one was kept. */
function virtualDay(): number {
  const { status } = spawnSync(process.execPath, ['server/radio/floor/day.test.ts'], { cwd: ROOT, stdio: 'ignore' })
  return status === 0 ? 0 : 1
}
