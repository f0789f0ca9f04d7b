/** What is left of the radio in the database and in the spool, after a fault. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loudness } from '../../asterisk/tones.ts'
import type { Finding } from '../../drill.ts'
import type { Lab } from '../../lab.ts'
import type { LogEntry } from '../../radio/keyed-log.ts'
import { AGENT_TONE, until } from './radio-console.ts'
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

/** Sound of one channel of one file, and when its first sample was heard (epoch ms). */
type Sound = { startAt: number; samples: Float32Array }
type Aired = { from: number; to: number }

/** The edges of an over: the tail is keyed in silence, and a frame or two are on their way at either end. */
const EDGES_MS = 400
const WINDOW = 160
const WRITTEN_MS = 3_000

/**
 * Whatever the gateway `old` put on the air since `began` by its own log is in the recording of what it was sent, at its
 * place; of each over `holeMs` may be missing besides (what a killed Asterisk had not written yet).
 */
export async function keptWhole(lab: Lab, began: Date, { holeMs }: { holeMs: number }): Promise<Finding[]> {
  // Asterisk's recorders hand two seconds at a time to the disk.
  await wait(WRITTEN_MS)
  const aired = await airedSince(lab, began)
  const sounds = [...(await piecesInSpool(lab)), ...(await filedInVault(lab))]
  const kept = aired.map(({ from, to }) => ({ from, to, ms: heardBetween(sounds, from - EDGES_MS, to + EDGES_MS) }))
  const holed = kept.filter(({ from, to, ms }) => ms < to - from - EDGES_MS - holeMs)
  const [states] = await lab.query<{ missing: number }>(
    `select count(*)::int as missing from recordings where state = 'missing'`,
  )
  const sum = (values: number[]) => (values.reduce((all, one) => all + one, 0) / 1_000).toFixed(1)
  return [
    {
      what: `recording whole: ${kept.length} overs on the air for ${sum(aired.map(({ from, to }) => to - from))} s, ${sum(kept.map(({ ms }) => ms))} s of the agent’s tone at their places`,
      holds: aired.length > 0 && holed.length === 0,
      seen: holed.map(({ from, to, ms }) => ({ airedMs: Math.round(to - from), keptMs: ms })),
    },
    { what: 'no recording is missing', holds: states?.missing === 0, seen: states },
  ]
}

async function airedSince(lab: Lab, began: Date): Promise<Aired[]> {
  const text = await readFile(join(lab.varDir, 'radio-sim/old.jsonl'), 'utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LogEntry)
    .flatMap((entry) =>
      entry.type === 'unkeyed' && entry.firstPacket && entry.lastPacket && entry.wall >= began.getTime()
        ? [{ from: entry.firstPacket.wall, to: entry.lastPacket.wall }]
        : [],
    )
}

async function piecesInSpool(lab: Lab): Promise<Sound[]> {
  const folder = join(lab.varDir, 'pbx/spool/recording')
  const names = (await readdir(folder)).filter((name) => name.startsWith('radio-old-tx-') && name.endsWith('.wav'))
  return Promise.all(
    names.map(async (name) => ({
      startAt: Number.parseInt(name.split('-')[3] ?? '', 16),
      samples: pcmOf(await readFile(join(folder, name)), 1, 0),
    })),
  )
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
    return bytes ? [{ startAt: started_at.getTime(), samples: pcmOf(bytes, 2, 1) }] : []
  })
}

/** A header that its writer has not finished yet is not asked. */
function pcmOf(wav: Buffer, channels: number, channel: number): Float32Array {
  const from = wav.indexOf('data') + 8
  const frames = Math.floor((wav.length - from) / (2 * channels))
  return Float32Array.from({ length: frames }, (_, i) => wav.readInt16LE(from + 2 * (i * channels + channel)) / 32_768)
}

/** Milliseconds of the agent's tone between two moments; what lies in two files counts once. */
function heardBetween(sounds: readonly Sound[], from: number, to: number): number {
  let ms = 0
  for (let at = from; at < to; at += 20) {
    const isHeard = sounds.some(({ startAt, samples }) => {
      const first = Math.round((at - startAt) * 8)
      const piece = first < 0 ? samples.subarray(0, 0) : samples.subarray(first, first + WINDOW)
      return piece.length === WINDOW && loudness(piece, AGENT_TONE) > 0.03
    })
    if (isHeard) ms += 20
  }
  return ms
}
