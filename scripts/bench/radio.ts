/**
 * The radio's figures on a desk of its own, by the gateway simulator's log (one clock for all processes of the machine).
 * The console is a process without a browser: live socket, SIP leg, a tone for a voice.
 *
 *   --presses=200   how many   --carriers=60   how often a handheld is keyed
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { AGENT_TONE, type RadioConsole, radioConsole, until } from '../drill/parts/radio-console.ts'
import { startLab } from '../lab.ts'
import type { RadioClient } from '../radio/client.ts'
import { monoMs } from '../radio/rtp.ts'
import { percentile } from './parts/figures.ts'

const FRAME_MS = 20

const bench: Bench = async (args) => {
  const option = (name: string, usual: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? usual)
  const lab = await startLab({ radio: {} })
  try {
    const radio = await lab.radioClient()
    const desk = await radioConsole(lab)
    await desk.join('old')
    await desk.shows('old', ({ carrier }) => carrier === 'idle', 20_000)
    const presses = await press(desk, radio, option('presses', 200))
    const carriers = await carry(desk, radio, option('carriers', 60))
    const idle = await radio.ask('status', {})
    await wait(5_000)
    const after = await radio.ask('status', {})
    desk.close()
    const figures: Record<string, number> = {
      presses: presses.access.length,
      press_to_rtp_p50_ms: percentile(presses.access, 50),
      press_to_rtp_p95_ms: percentile(presses.access, 95),
      press_to_rtp_most_ms: Math.max(...presses.access),
      release_to_last_rtp_after_tail_p50_ms: percentile(presses.release, 50),
      release_to_last_rtp_after_tail_p95_ms: percentile(presses.release, 95),
      presses_failed: presses.failed,
      lost_packets: presses.lost,
      voice_missing_at_the_head_after_lead: presses.clipped,
      carriers: carriers.length,
      carrier_to_console_p50_ms: percentile(carriers, 50),
      carrier_to_console_p95_ms: percentile(carriers, 95),
      packets_in_idle: after.reduce((sum, one, n) => sum + one.packets - (idle[n]?.packets ?? 0), 0),
    }
    return {
      figures,
      goals: {
        presses: { least: option('presses', 200) },
        press_to_rtp_p95_ms: { most: 100 },
        release_to_last_rtp_after_tail_p95_ms: { most: 40 },
        voice_missing_at_the_head_after_lead: { exactly: 0 },
        carrier_to_console_p95_ms: { most: 120 },
        packets_in_idle: { exactly: 0 },
        presses_failed: { exactly: 0 },
      },
      notes: [
        'the press is the word on the live socket: a browser’s own key handling is not in it',
        'carrier to console includes the 60 ms that a click is told from a carrier by',
      ],
    }
  } finally {
    await lab.stop()
  }
}
export default bench

type Presses = { access: number[]; release: number[]; failed: number; lost: number; clipped: number }

/** Presses at random phases of the packet clock; each is held for about half a second. */
async function press(desk: RadioConsole, radio: RadioClient, count: number): Promise<Presses> {
  const told: Presses = { access: [], release: [], failed: 0, lost: 0, clipped: 0 }
  const timers = desk.port('old')?.timers ?? { txLeadMs: 0, txTailMs: 0 }
  for (let n = 0; n < count; n++) {
    await wait(Math.random() * 2 * FRAME_MS)
    const key = desk.press(['old'])
    const answer = await key.answer()
    if (answer.result !== 'granted') {
      told.failed++
      key.letGo()
      await wait(300)
      continue
    }
    await wait(timers.txLeadMs + 300)
    const released = monoMs()
    key.letGo()
    const off = await radio.until('old', 'unkeyed', { since: key.at, ms: 4_000 })
    const first = off.firstPacket?.mono ?? Number.NaN
    told.access.push(first - key.at)
    told.release.push((off.lastPacket?.mono ?? Number.NaN) - released - timers.txTailMs)
    told.lost += off.lost
    told.clipped += await framesMissing(radio, key.at, first + timers.txLeadMs, released)
    await desk.shows('old', ({ carrier }) => carrier === 'idle')
  }
  return told
}

/** Frames of 20 ms between two moments in which the agent's voice was not on the air. */
async function framesMissing(radio: RadioClient, since: number, from: number, to: number): Promise<number> {
  const { hertz, frames } = await radio.ask('heard', { port: 'old', since })
  if (Math.abs(hertz - AGENT_TONE) > 20) return Math.ceil((to - from) / FRAME_MS)
  const heard = frames.filter(({ mono }) => mono >= from && mono < to).map(({ seq }) => seq)
  const [first = 0] = heard
  return heard.length === 0 ? 1 : (((heard.at(-1) ?? first) - first) & 0xffff) + 1 - heard.length
}

/** From a handheld's first packet to the exchange until the console is told that somebody speaks. */
async function carry(desk: RadioConsole, radio: RadioClient, count: number): Promise<number[]> {
  const delays: number[] = []
  for (let n = 0; n < count; n++) {
    await wait(Math.random() * 2 * FRAME_MS)
    let shownAt = 0
    desk.onTold = (ports, at) => {
      if (shownAt === 0 && ports.some(({ port, carrier }) => port === 'old' && carrier === 'rx')) shownAt = at
    }
    // Longer than half a second: shorter ones in a row are a receiver that flaps.
    const spoken = await radio.ask('speak', { port: 'old', unit: '07', tone: 1500, forMs: 600, ident: false })
    const first = spoken.flatMap((entry) =>
      entry.type === 'over' && entry.firstPacket ? [entry.firstPacket.mono] : [],
    )[0]
    if (shownAt > 0 && first !== undefined) delays.push(shownAt - first)
    await until('the port is at rest', () => desk.port('old')?.carrier === 'idle')
  }
  desk.onTold = undefined
  return delays
}
