import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Every voice is kept as Asterisk's own `wav`: 8 kHz, 16 bit, one channel. */
export const RATE = 8_000
export const BYTES_PER_SAMPLE = 2
export const HEADER_BYTES = 44

/** Where the samples of a WAV file lie. `torn`: the writer died before it closed the header. */
export type WavLayout = {
  rate: number
  channels: number
  bits: number
  dataAt: number
  dataBytes: number
  torn: boolean
}

/** The 44 bytes that open a PCM WAV file of so many bytes of sound (RIFF / WAVE_FORMAT_PCM, Multimedia Programming Interface 1.0, 1991). */
export function wavHeader(dataBytes: number, channels: number, rate = RATE): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * channels * BYTES_PER_SAMPLE, 28)
  header.writeUInt16LE(channels * BYTES_PER_SAMPLE, 32)
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataBytes, 40)
  return header
}

/**
 * Reads the layout from a file's first bytes and its true size. A header the
 * writer never closed (kill -9 leaves RIFF=0 and data=0) or that promises more
 * than there is, is believed only up to the file's end. Undefined: not a PCM WAV.
 */
export function readLayout(head: Buffer, fileBytes: number): WavLayout | undefined {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return
  let format: { rate: number; channels: number; bits: number } | undefined
  for (let at = 12; at + 8 <= head.length; ) {
    const id = head.toString('latin1', at, at + 4)
    const length = head.readUInt32LE(at + 4)
    if (id === 'fmt ' && at + 24 <= head.length && head.readUInt16LE(at + 8) === 1) {
      format = {
        channels: head.readUInt16LE(at + 10),
        rate: head.readUInt32LE(at + 12),
        bits: head.readUInt16LE(at + 22),
      }
    }
    if (id === 'data') {
      if (format?.bits !== 16 || format.channels < 1) return
      const there = Math.max(0, fileBytes - at - 8)
      const torn = length > there || (length === 0 && there > 0)
      const frame = format.channels * BYTES_PER_SAMPLE
      const bytes = torn ? there : length
      return { ...format, dataAt: at + 8, dataBytes: bytes - (bytes % frame), torn }
    }
    at += 8 + length + (length & 1)
  }
}

/** Opens for reading, never through a symbolic link: the spool is writable by Asterisk, and nothing in it may point elsewhere. */
export function openPlain(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
}

/** The layout of a file on disk; undefined when it is no WAV (yet): shorter than its header, or something else. */
export async function layoutOf(path: string): Promise<WavLayout | undefined> {
  const file = await openPlain(path)
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(Math.min(size, 4096))
    await file.read(head, 0, head.length, 0)
    return readLayout(head, size)
  } finally {
    await file.close()
  }
}

/**
 * Closes the header of a file whose writer died, so that any player can read
 * it. Its time of last writing is kept: that is when the recorder stopped.
 * Says whether there was anything to do.
 */
export async function repairHeader(path: string): Promise<boolean> {
  const layout = await layoutOf(path)
  if (!layout?.torn) return false
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const { atime, mtime } = await file.stat()
    const size = Buffer.alloc(4)
    size.writeUInt32LE(layout.dataAt + layout.dataBytes - 8)
    await file.write(size, 0, 4, 4)
    size.writeUInt32LE(layout.dataBytes)
    await file.write(size, 0, 4, layout.dataAt - 4)
    await file.utimes(atime, mtime)
    await file.sync()
  } finally {
    await file.close()
  }
  return true
}
