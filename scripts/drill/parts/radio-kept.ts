/** What is left of the radio in the database and in the spool, after a fault. */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { laidBytes } from '../../../recordings/lay.ts'
import { findPieces, listPieces, planPieces } from '../../../recordings/pieces.ts'
import type { Finding } from '../../drill.ts'
import type { Lab } from '../../lab/index.ts'
import { AGENT_TONE, until } from '../../lab/radio-console.ts'
import { loudness } from '../../lab/sound/measuring.ts'
import type { Machine } from '../../lab/stood-still.ts'
import { vaultBySha } from './witness.ts'

type OverRow = { port: string; kind: string; ended_by: string | null; from_at: Date; to_at: Date | null }

/** Every over since `began` has ended for a reason; so many transmissions, and the struck ones for one of `reasons`. */
export async function oversEnded(
  lab: Lab,
  began: Date,
  { atLeast, reasons }: { atLeast: number; reasons: readonly string[] },
): Promise<Finding> {
  const read = () =>
    lab.query<OverRow>(
      `select p.code as port, o.kind, o.ended_by, o.from_at, o.to_at from radio_overs o
         join radio_ports p on p.id = o.port_id where o.from_at >= $1 order by o.from_at`,
      [began],
    )
  const isOver = (rows: OverRow[]) => rows.length >= atLeast && rows.every(({ ended_by }) => ended_by !== null)
  const rows = await until(
    'every over has ended',
    async () => {
      const now = await read()
      return isOver(now) ? now : undefined
    },
    10_000,
  ).catch(read)
  const struck = rows.filter(({ ended_by }) => ended_by !== null && reasons.includes(ended_by)).length
  const counted: Record<string, number> = {}
  for (const { ended_by } of rows) counted[ended_by ?? 'open'] = (counted[ended_by ?? 'open'] ?? 0) + 1
  const told = Object.entries(counted)
    .map(([why, n]) => `${why} ${n}`)
    .join(', ')
  return {
    what: `each over has one end and its reason (${told})`,
    holds: isOver(rows) && struck >= atLeast,
    seen: counted,
  }
}

/** Sound of one channel of one recording, and when its first sample was heard (epoch ms). */
type Sound = { startAt: number; samples: Float32Array }
/** The agent's tone as handhelds heard it: between two moments (epoch ms), so many milliseconds of it. */
export type Aired = { from: number; to: number; ms: number }

/** Two clocks of 20 ms tear a window at either end of a tone. */
const EDGES_MS = 60
/** The recording and the gateway may differ so much about when it was. */
const PLACE_MS = 300
const STEP_MS = 20
const STEP = STEP_MS * 8
const WRITTEN_MS = 3_000

/** What of this was the agent's voice. `wall`: when it begins, epoch ms. */
export function airedIn(heard: Float32Array, wall: number): Aired {
  const at: number[] = []
  for (let from = 0; from + STEP <= heard.length; from += STEP)
    if (isTone(heard.subarray(from, from + STEP))) at.push(wall + from / 8)
  return { from: at[0] ?? wall, to: (at.at(-1) ?? wall) + STEP_MS, ms: at.length * STEP_MS }
}

/**
 * What handhelds heard of the agent is in the recording of what the gateway was sent, at its place. Missing may be, of
 * each over, `holeMs` (what a killed Asterisk had not written yet) and as much as the machine itself stood still meanwhile.
 */
export async function keptWhole(
  lab: Lab,
  aired: readonly Aired[],
  { holeMs, machine }: { holeMs: number; machine: Machine },
): Promise<Finding[]> {
  // Asterisk's recorders hand two seconds at a time to the disk.
  await wait(WRITTEN_MS)
  const sounds = [...(await piecesInSpool(lab)), ...(await filedInVault(lab))]
  const kept = keptOf(aired, (at) => isHeardAt(sounds, at), machine)
  const missing = kept.map(({ ms, keptMs, stillMs }) => ms - keptMs - stillMs - EDGES_MS)
  const holed = kept.filter((_, i) => (missing[i] ?? 0) > holeMs)
  const [states] = await lab.query<{ missing: number }>(
    `select count(*)::int as missing from recordings where state = 'missing'`,
  )
  const seconds = (of: 'ms' | 'keptMs' | 'stillMs') => (kept.reduce((all, one) => all + one[of], 0) / 1_000).toFixed(1)
  const most = Math.max(0, ...missing)
  const still = seconds('stillMs')
  return [
    {
      what: `recording whole: ${kept.length} overs, ${seconds('ms')} s of the agent on the air, ${seconds('keptMs')} s at their places in the recording${
        most > 0 ? `, ${most} ms of one over missing at most (${holeMs} may be)` : ''
      }${still === '0.0' ? '' : `; the machine stood still for ${still} s of it`}`,
      holds: aired.length > 0 && kept.every(({ ms }) => ms > 0) && holed.length === 0,
      seen: holed,
    },
    { what: 'no recording is missing', holds: states?.missing === 0, seen: states },
  ]
}

/** As the archive would lay them. */
async function piecesInSpool(lab: Lab): Promise<Sound[]> {
  const spool = join(lab.varDir, 'pbx/spool')
  const sounds: Sound[] = []
  for (const name of (await listPieces(spool)).filter((one) => one.startsWith('radio-old-tx-'))) {
    const piece = { name, channel: 1 as const, startedAt: Number.parseInt(name.split('-')[3] ?? '', 16) }
    const plan = planPieces(await findPieces(spool, [piece]))
    if (!plan) continue
    const parts: Buffer[] = []
    for await (const part of laidBytes(plan)) parts.push(part)
    sounds.push({ startAt: plan.startAt, samples: pcmOf(Buffer.concat(parts)) })
  }
  return sounds
}

/** Received left, transmitted right. */
async function filedInVault(lab: Lab): Promise<Sound[]> {
  const rows = await lab.query<{ started_at: Date; sha256: Buffer }>(
    `select r.started_at, r.sha256 from recordings r join radio_segments s on s.recording_id = r.id
       join radio_ports p on p.id = s.port_id where p.code = 'old' and r.sha256 is not null`,
  )
  const vault = await vaultBySha(join(lab.varDir, 'vault'))
  return rows.flatMap(({ started_at, sha256 }) => {
    const bytes = vault.get(Buffer.from(sha256).toString('hex'))
    return bytes ? [{ startAt: started_at.getTime(), samples: pcmOf(bytes) }] : []
  })
}

/** The right channel. */
function pcmOf(wav: Buffer): Float32Array {
  const from = wav.indexOf('data') + 8
  const frames = Math.floor((wav.length - from) / 4)
  return Float32Array.from({ length: frames }, (_, i) => wav.readInt16LE(from + 4 * i + 2) / 32_768)
}

const isTone = (piece: Float32Array): boolean => piece.length === STEP && loudness(piece, AGENT_TONE) > 0.03

/** Whether the agent's tone is in any of these then, epoch ms. */
function isHeardAt(sounds: readonly Sound[], at: number): boolean {
  return sounds.some(({ startAt, samples }) => {
    const first = Math.round((at - startAt) * 8)
    return first >= 0 && isTone(samples.subarray(first, first + STEP))
  })
}

/** `stillMs`: how long the machine stood still around it. `keptMs`: how much of it is kept where it belongs, never more than `ms`. */
export type Kept = Aired & { stillMs: number; keptMs: number }

/** What of each over is kept at its place. A sound counts once, for the first over that it may be of. */
export function keptOf(
  aired: readonly Aired[],
  isHeard: (at: number) => boolean,
  machine: Pick<Machine, 'stoodStill'>,
): Kept[] {
  const counted = new Set<number>()
  return aired
    .toSorted((a, b) => a.from - b.from)
    .map((over) => {
      const stillMs = Math.round(machine.stoodStill(over.from - PLACE_MS, over.to + PLACE_MS))
      const place = PLACE_MS + stillMs
      let keptMs = 0
      const last = Math.floor((over.to + place) / STEP_MS)
      for (let step = Math.ceil((over.from - place) / STEP_MS); step < last && keptMs < over.ms; step++) {
        if (counted.has(step) || !isHeard(step * STEP_MS)) continue
        counted.add(step)
        keptMs += STEP_MS
      }
      return { ...over, stillMs, keptMs }
    })
}
