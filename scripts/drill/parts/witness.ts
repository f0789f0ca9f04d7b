/** Witnesses that are not ours: Asterisk's own record, what the wards counted, the vault's bytes. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Lab } from '../../lab/index.ts'
import { loudness } from '../../lab/sound/measuring.ts'

/** One call as Asterisk wrote it down: read from the CEL by a parser of the drill's own. */
export type WrittenCall = {
  /** the caller's channel */
  root: string
  callId: string | undefined
  /** when it came in, epoch ms */
  cameAt: number
  number: string
  /** the caller stood in a bridge: somebody answered */
  answered: boolean
  /** seconds each station's channel stood in a bridge, and when it first came and last left (epoch ms) */
  talk: Map<string, { station: string; seconds: number; from: number; to: number }>
  over: boolean
}

type CelRow = Record<string, string>

/** Every row of the CEL, oldest file first. */
export async function celRows(lab: Pick<Lab, 'settings'> & { celFile: string }): Promise<CelRow[]> {
  const folder = dirname(lab.celFile)
  const files = (await readdir(folder))
    .filter((name) => name.startsWith('cel.jsonl'))
    .sort()
    .reverse()
  const text = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return text.flatMap((one) =>
    one
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as CelRow),
  )
}

const fieldOf = (row: CelRow, name: string): string => row[name] ?? row[name.toLowerCase()] ?? ''

/** Calls that came in by a trunk, with what Asterisk says became of them. */
export function writtenCalls(rows: CelRow[]): Map<string, WrittenCall> {
  const calls = new Map<string, WrittenCall>()
  const keyOf = new Map<string, string>()
  for (const row of rows) {
    const unique = fieldOf(row, 'uniqueid')
    if (fieldOf(row, 'eventtype') === 'CHAN_START' && /^from-(old|new)$/.test(fieldOf(row, 'context'))) {
      const number = fieldOf(row, 'num')
      const cameAt = Date.parse(fieldOf(row, 'eventtime'))
      calls.set(unique, {
        root: unique,
        callId: undefined,
        cameAt,
        number,
        answered: false,
        talk: new Map(),
        over: false,
      })
    }
    if (fieldOf(row, 'userfield')) keyOf.set(unique, fieldOf(row, 'userfield'))
  }
  const byKey = new Map<string, WrittenCall>()
  for (const call of calls.values()) {
    call.callId = keyOf.get(call.root)
    if (call.callId) byKey.set(call.callId, call)
  }
  const entered = new Map<string, number>()
  for (const row of rows) {
    const unique = fieldOf(row, 'uniqueid')
    const call = calls.get(unique) ?? byKey.get(keyOf.get(unique) ?? '')
    if (!call) continue
    const at = Date.parse(fieldOf(row, 'eventtime'))
    const what = fieldOf(row, 'eventtype')
    if (what === 'BRIDGE_ENTER') {
      if (unique === call.root) call.answered = true
      entered.set(unique, at)
    }
    const since = entered.get(unique)
    if (since !== undefined && (what === 'BRIDGE_EXIT' || what === 'CHAN_END')) {
      entered.delete(unique)
      if (unique !== call.root) {
        const station = fieldOf(row, 'channame').replace(/^PJSIP\/(.+)-\w+$/, '$1')
        const { seconds, from } = call.talk.get(unique) ?? { seconds: 0, from: since }
        call.talk.set(unique, { station, seconds: seconds + (at - since) / 1000, from, to: at })
      }
    }
    if (what === 'CHAN_END' && unique === call.root) call.over = true
  }
  return calls
}

/** A filed recording's bytes, straight from the folder vault: by their own hash, whatever they are called. */
export async function vaultBySha(vaultDir: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  // Before the first recording is filed there is no folder yet.
  if (!existsSync(vaultDir)) return found
  const files = await readdir(vaultDir, { recursive: true, withFileTypes: true })
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name))
    found.set(createHash('sha256').update(bytes).digest('hex'), bytes)
  }
  return found
}

/**
 * Seconds a tone is to be heard on one channel of a stereo 8 kHz 16-bit WAV, in windows of so many milliseconds. 100 tell
 * the faintest trace of a voice from another; 20, a packet's length, count a voice that comes in pieces.
 */
export function secondsOnChannel(wav: Buffer, channel: 0 | 1, hertz: number, windowMs: 20 | 100 = 100): number {
  const over = 0.03
  const frames = Math.floor((wav.length - 44) / 4)
  const window = windowMs * 8
  let seconds = 0
  for (let from = 0; from + window <= frames; from += window) {
    const samples = Float32Array.from(
      { length: window },
      (_, i) => wav.readInt16LE(44 + 4 * (from + i) + 2 * channel) / 32_768,
    )
    if (loudness(samples, hertz) > over) seconds += window / 8_000
  }
  return seconds
}
