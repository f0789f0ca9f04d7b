/** Sound, streamed by us, whole or the range that a player asks for, and only once it is written down that somebody listens. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Outage } from '../refusal.ts'

/** `read`: bytes [from, to], both ends included; all of them without a range. */
export type Sound = {
  bytes: number
  read: (range?: { from: number; to: number }) => Promise<Readable | Buffer>
}

/**
 * Answers with a WAV or a range of it (RFC 9110 §14.2). Nobody hears a byte that is not written down: no audit line, no
 * sound. @throws Outage postgres when `writeDown` fails; whatever `read` throws
 */
export async function sendSound(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, read }: Sound,
  range: { from: number; to: number } | 'none' | 'unsatisfiable',
  writeDown: () => Promise<unknown>,
): Promise<FastifyReply> {
  reply
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'no-store')
    .header('content-type', 'audio/wav')
    .header('content-disposition', 'inline')
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${bytes}`).send()

  const whole = range === 'none'
  reply.header('content-length', whole ? bytes : range.to - range.from + 1)
  if (!whole) reply.code(206).header('content-range', `bytes ${range.from}-${range.to}/${bytes}`)
  // Fastify calls nothing 0 bytes long; a stream keeps the length it was given
  if (request.method === 'HEAD') return reply.send(Readable.from([]))

  const sound = await read(whole ? undefined : range)
  try {
    await writeDown()
  } catch (error) {
    if (!Buffer.isBuffer(sound)) sound.destroy()
    throw new Outage('postgres', { cause: error })
  }
  // a player that leaves, or seeks, ends the reading from the vault at once
  if (!Buffer.isBuffer(sound)) request.raw.once('close', () => sound.destroy())
  return reply.send(sound)
}
