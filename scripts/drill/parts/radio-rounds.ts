/** One fault, so many times over, each while an agent is on the air. The gateway's own account says what came of it. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill, Finding } from '../../drill.ts'
import type { RadioClient } from '../../lab/gateways/client.ts'
import { type Lab, type LabWish, startLab } from '../../lab/index.ts'
import { AGENT_TONE, type Press, type RadioConsole, radioConsole, until } from '../../lab/radio-console.ts'
import { readWav } from '../../lab/sound/measuring.ts'
import { monoMs } from '../../lab/sound/rtp.ts'
import { type Machine, watchMachine } from '../../lab/stood-still.ts'
import { carriersOf } from './radio-carriers.ts'
import { type Aired, airedIn, keptWhole, oversEnded } from './radio-kept.ts'

/** RADIO.md §3.8: in every failure the carrier falls within this. */
const UNKEYED_MS = 3_000
/** after it fell, a carrier that comes back by itself would be seen within this */
const WATCH_MS = 1_000
const BACK_MS = 60_000
/** A busy machine's gap between two packets is no release. */
const GATEWAY = { packetHangMs: 200 }

/** What a drill does at a desk; a console without a browser, or a real one. */
export type RadioDesk = Pick<RadioConsole, 'join' | 'press' | 'shows' | 'close'>
export type RadioLab = { lab: Lab; radio: RadioClient; desk: RadioDesk }
type Watched = RadioLab & { machine: Machine; aired: Aired[] }
export type RadioFault = {
  /** the fault, as a sentence's subject: "the server is killed" */
  readonly what: string
  /** Does it. Resolves when it is done, not when it was noticed. */
  readonly strike: (on: RadioLab, round: number) => Promise<unknown>
  /** Puts back what was taken away; what follows must come by itself. */
  readonly heal: (on: RadioLab, round: number) => Promise<unknown>
  /** end reasons that tell the truth about it */
  readonly endedBy: readonly string[]
  readonly lab?: LabWish
  /** who sits down when the lab stands, saying AGENT_TONE; usually a console of radio-console.ts */
  readonly sit?: (lab: Lab) => Promise<RadioDesk>
  /** ms of WATCH_MS's kind before healing */
  readonly watchMs?: number
  /** of what was on the air in a struck over, so much may be missing in the recording (a killed Asterisk's own buffer) */
  readonly holeMs?: number
  /** how long it is quiet before each round; usually not at all */
  readonly restMs?: number
  readonly done?: () => void
}

export const timesIn = (args: readonly string[], usual = 10): number =>
  Number(args.find((arg) => arg.startsWith('--times='))?.slice(8) ?? (args.includes('--small') ? 2 : usual))

/** A drill of this fault: `--times=10` rounds in one lab. */
export const radioDrill =
  (fault: RadioFault): Drill =>
  async (report, args) => {
    const times = timesIn(args)
    const lab = await startLab({ radio: { old: GATEWAY, new: GATEWAY }, ...fault.lab })
    const machine = await watchMachine()
    let desk: RadioDesk | undefined
    try {
      const radio = await lab.radioClient()
      desk = await (fault.sit?.(lab) ?? radioConsole(lab, { tone: AGENT_TONE }))
      const on: Watched = { lab, radio, desk, machine, aired: [] }
      await desk.join('old', 'new')
      const began = new Date()
      const rounds: Round[] = []
      for (let n = 1; n <= times; n++) {
        const round = await oneRound(on, fault, n)
        rounds.push(round)
        for (const finding of round.findings) if (!finding.holds) report({ ...finding, what: `${n}: ${finding.what}` })
      }
      for (const finding of summed(rounds, fault)) report(finding)
      report(await oversEnded(lab, began, { atLeast: times, reasons: fault.endedBy }))
      for (const finding of await keptWhole(lab, on.aired, { holeMs: fault.holeMs ?? 0, machine })) report(finding)
    } finally {
      desk?.close()
      fault.done?.()
      await lab.stop()
      await machine.close()
    }
  }

/** `stillMs`: of `unkeyedMs`, the machine stood still for so long. */
type Round = { findings: Finding[]; unkeyedMs: number; stillMs: number; backMs: number }

async function oneRound(on: Watched, fault: RadioFault, n: number): Promise<Round> {
  const { radio, desk, machine } = on
  await wait(fault.restMs ?? 0)
  const { key, keyedAt } = await onTheAir(on)
  const struck = monoMs()
  await fault.strike(on, n)
  // What is keyed when a fault strikes must fall; a gateway without power has nothing to fall any more.
  await radio.until('old', 'unkeyed', { since: struck, ms: UNKEYED_MS + 2_000 }).catch(() => undefined)
  await wait(fault.watchMs ?? WATCH_MS)
  const carriers = async () =>
    carriersOf(
      (await radio.ask('log', { since: keyedAt })).filter(({ port }) => port === 'old'),
      machine,
    )
  // What the machine's standing still tore apart was one carrier: it has fallen when its last piece has.
  const fell = (await carriers())[0]?.to
  const unkeyedMs = fell ? Math.max(0, fell.mono - struck) : Number.POSITIVE_INFINITY
  // Told beside the figure, never taken off it: a transmitter that is on too long is on too long.
  const stillMs = fell ? machine.stoodStill(fell.wall - unkeyedMs, fell.wall) : 0
  const log = await radio.ask('log', { since: keyedAt })
  const silent = await wasTheAgent(on, keyedAt).catch((error: Error) => error)
  await fault.heal(on, n)
  const healed = monoMs()
  // The finger has not left the key all this while.
  await desk.shows('old', ({ carrier, control }) => carrier === 'idle' && control.state === 'up', BACK_MS)
  await wait(500)
  const others = (await radio.ask('log', { since: struck })).filter(
    ({ port, type }) => type === 'keyed' && port !== 'old',
  )
  const again = [...(await carriers()).slice(1), ...others]
  key.letGo()
  const findings: Finding[] = [
    {
      what: `unkeyed within ${UNKEYED_MS / 1000} s (${Math.round(unkeyedMs)} ms, the machine stood still for ${Math.round(stillMs)} of them)`,
      holds: unkeyedMs <= UNKEYED_MS,
      seen: { struck, log },
    },
    { what: 'nothing is keyed by itself afterwards', holds: again.length === 0, seen: again },
  ]
  const back = await keysAgain(on).catch((error: Error) => error)
  findings.push({
    what: 'a new press is on the air again',
    holds: !(back instanceof Error),
    seen: String(back),
  })
  findings.push({ what: 'the agent was heard before', holds: !silent, seen: String(silent) })
  return { findings, unkeyedMs, stillMs, backMs: back instanceof Error ? Number.NaN : back - healed }
}

/** An agent who is on the air of `old` for a while, key held. @throws when that cannot be brought about. */
async function onTheAir({ radio, desk }: RadioLab): Promise<{ key: Press; keyedAt: number }> {
  const key = await granted(desk)
  const { mono } = await radio.until('old', 'keyed', { since: key.at })
  await wait(700)
  return { key, keyedAt: mono }
}

/** Was it the agent's voice that was on the air, and how much of it? Asked when it is over: listening back takes the simulator's time. */
async function wasTheAgent({ radio, aired }: Watched, since: number): Promise<void> {
  const { hertz, wav, from } = await radio.ask('heard', { port: 'old', since })
  aired.push(airedIn(await readWav(wav), from.wall))
  if (Math.abs((hertz ?? 0) - AGENT_TONE) > 20) throw new Error(`${AGENT_TONE} Hz was to be on the air, not ${hertz}`)
}

/** Presses until it is granted, as a person does who needs the channel. */
async function granted(desk: RadioDesk): Promise<Press> {
  return until(
    'a press is granted',
    async () => {
      const key = desk.press(['old'])
      const answer = await key.answer(() => true, 2_000).catch(() => undefined)
      if (answer?.result === 'granted') return key
      key.letGo()
      await wait(200)
      return undefined
    },
    BACK_MS,
  )
}

/** When a new press was on the air; then it is let go. */
async function keysAgain(on: Watched): Promise<number> {
  const { key, keyedAt } = await onTheAir(on)
  key.letGo()
  await on.radio.until('old', 'unkeyed', { since: keyedAt, ms: 3_000 })
  await wasTheAgent(on, keyedAt)
  await on.desk.shows('old', ({ carrier }) => carrier === 'idle')
  return keyedAt
}

function summed(rounds: Round[], { what }: RadioFault): Finding[] {
  const held = (of: (round: Round) => boolean) => rounds.filter(of).length
  const all = rounds.length
  const most = (values: number[]) => Math.round(Math.max(...values))
  const fell = held(({ findings }) => findings[0]?.holds ?? false)
  const alone = held(({ findings }) => findings[1]?.holds ?? false)
  const back = held(({ findings }) => findings[2]?.holds ?? false)
  const slowest = rounds.toSorted((a, b) => b.unkeyedMs - a.unkeyedMs)[0]
  const still = Math.round(slowest?.stillMs ?? 0)
  const after = `after ${Math.round(slowest?.unkeyedMs ?? Number.NaN)} ms at most`
  return [
    {
      what: `${what} while keyed: unkeyed ${fell} of ${all} times, ${after}${still > 0 ? `, the machine standing still for ${still} of them` : ''}`,
      holds: fell === all,
    },
    { what: `nobody else was keyed, ${alone} of ${all} times`, holds: alone === all },
    {
      what: `keyed again without anybody’s help, ${back} of ${all} times, ${most(rounds.map(({ backMs }) => backMs))} ms after it was healed at most`,
      holds: back === all,
    },
  ]
}
