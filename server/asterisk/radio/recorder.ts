/**
 * The continuous recording of one gateway's leg: what it sends (rx) and what it is sent (tx), apart, in Asterisk, so that
 * it goes on while the server is dead. Each is a snoop that is recorded as it is: it has a frame for every 20 ms, of zeros
 * when nothing passes, so that silence is written too and a second of the file is a second of the day.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MediaFact } from '../../radio/index.ts'
import { unlessGone } from '../ari/rest.ts'
import type { Beat } from './beat.ts'
import { made, piece, pieceOf, type Side } from './ids.ts'
import { lostIn, makeTimes } from './times.ts'
import type { Wire } from './wire.ts'

export type Piece = { name: string; channel: string; side: Side; startedAt: number }

/** The new piece is sure to be written before the old one ends: no syllable falls between. */
const OVERLAP_MS = 500
/** Asterisk hands two seconds at a time to the disk: each of them is looked at. */
const LOOK_MS = 1_000
const WAV_HEAD = 44
const BYTES_PER_MS = 16
const SIDES = ['rx', 'tx'] as const

export type Recorder = {
  /** Channels that must live, or the recording has a hole. */
  ids(): string[]
  pieces(): Piece[]
  /** Both sides are written, from now on; what was already is left as it is. */
  begin(gateway: string): Promise<void>
  /** Both sides in a new piece, and the old ones handed over. */
  cut(gateway: string): Promise<void>
  /** One of its channels ended: that piece is over. */
  lost(channel: string): void
  end(): Promise<void>
  /** Nothing is looked at any more; what is written goes on. */
  letGo(): void
}

export type RecorderOptions = {
  wire: Wire
  port: string
  /** where Asterisk records into, as this process sees it */
  folder: string
  tell: (fact: MediaFact) => void
  /** of another thread of the same Asterisk */
  beat: Pick<Beat, 'halts'>
}

export function makeRecorder({ wire, port, folder, tell, beat }: RecorderOptions, kept: Piece[] = []): Recorder {
  const now = new Map<Side, Piece>(kept.map((one) => [one.side, one]))
  const times = makeTimes(folder, beat)
  const look = ({ name, startedAt }: Piece) => times.look(name, startedAt).catch(() => undefined)
  let looking: NodeJS.Timeout | undefined
  const letGo = () => {
    clearInterval(looking)
    looking = undefined
  }

  async function open(gateway: string, side: Side): Promise<Piece> {
    const channel = made(port, side)
    try {
      await wire.snoop(channel, gateway, side === 'rx' ? 'in' : 'out')
      const name = piece(port, side, Date.now())
      const startedAt = await wire.record(channel, name)
      tell({ type: 'recording', port, side, segment: name, startedAt, on: true })
      return { name, channel, side, startedAt }
    } catch (error) {
      await wire.hangUp(channel).catch(() => undefined)
      throw error
    }
  }

  async function close(one: Piece): Promise<void> {
    const { name, side, startedAt } = one
    if (now.get(side) === one) now.delete(side)
    tell({ type: 'recording', port, side, segment: name, startedAt, on: false })
    await wire.stopRecord(name).catch(unlessGone)
    await look(one)
    times.forget(name)
    await wire.hangUp(one.channel)
    const found = await foundOne(folder, `${name}.wav`, startedAt)
    if (found) tell(found)
  }

  return {
    ids: () => [...now.values()].map((one) => one.channel),
    pieces: () => [...now.values()],
    async begin(gateway) {
      looking ??= setInterval(() => {
        for (const one of now.values()) void look(one)
      }, LOOK_MS).unref()
      await Promise.all(
        SIDES.filter((side) => !now.has(side)).map(async (side) => void now.set(side, await open(gateway, side))),
      )
    },
    async cut(gateway) {
      const old = [...now.values()]
      const fresh = await Promise.all(SIDES.map((side) => open(gateway, side)))
      for (const one of fresh) now.set(one.side, one)
      await new Promise((done) => setTimeout(done, OVERLAP_MS))
      await Promise.all(old.map(close))
    },
    lost(channel) {
      for (const one of now.values()) if (one.channel === channel) void close(one).catch(() => undefined)
    },
    async end() {
      letGo()
      await Promise.all([...now.values()].map(close))
    },
    letGo,
  }
}

/** Complete pieces in the spool, of any port, that nobody writes to any more. */
export async function foundPieces(folder: string, live: ReadonlySet<string>): Promise<MediaFact[]> {
  const names = await readdir(folder).catch(() => [])
  const all = names
    .filter((name) => name.endsWith('.wav') && !live.has(name.slice(0, -4)))
    .map((name) => foundOne(folder, name))
  return (await Promise.all(all)).filter((fact) => fact !== undefined)
}

/** The piece that is written of this side now, by its file: ARI does not list what it records. */
export async function livePiece(wire: Wire, folder: string, port: string, side: Side): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).map((name) => name.replace(/\.wav$/, ''))
  const own = names.flatMap((name) => {
    const is = pieceOf(name)
    return is?.port === port && is.side === side ? [{ name, at: is.startedAt }] : []
  })
  for (const { name } of own.sort((a, b) => b.at - a.at)) if (await wire.isRecording(name)) return name
  return undefined
}

async function foundOne(folder: string, file: string, began?: number): Promise<MediaFact | undefined> {
  const segment = file.replace(/\.wav$/, '')
  const known = pieceOf(segment)
  const path = join(folder, file)
  const size = known && (await stat(path).catch(() => undefined))?.size
  if (!known || !size) return undefined
  // By its length: a killed Asterisk wrote to the end, whatever the file's own time says.
  const startedAt = began ?? known.startedAt
  const writtenMs = Math.max(0, Math.round((size - WAV_HEAD) / BYTES_PER_MS))
  const endedAt = startedAt + writtenMs + Math.round(await lostIn(folder, segment, startedAt))
  return { type: 'segment', ...known, startedAt, segment, endedAt, path }
}
