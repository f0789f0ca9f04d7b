/** The control socket of the gateway simulator. Whoever may open the file may speak on the air. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { wavHeader } from '../../../recordings/wav.ts'
import { FRAME, RATE } from '../sound/g711.ts'
import { monoMs } from '../sound/rtp.ts'
import { joined, silence } from '../sound/signalling.ts'
import { asWav8k } from '../sound/sound-file.ts'
import { sounding, timeline } from './air.ts'
import type { Gateway } from './gateway.ts'
import { digitSlots, type Slot, slots, toneSlots } from './handheld.ts'
import { instant, type LogEntry } from './keyed-log.ts'
import type { HeardOnAir, SpeakWish, Wish, Wishes } from './words.ts'

type Answers = {
  [W in Wish]: (ask: Wishes[W]['ask'], on: Socket) => Promise<Wishes[W]['answer']> | Wishes[W]['answer']
}

export class Control {
  readonly #gateways: ReadonlyMap<string, Gateway>
  readonly #folder: string
  readonly #watching = new Set<Socket>()
  readonly #open = new Set<Socket>()
  #server: Server | undefined
  #made = 0

  constructor(gateways: readonly Gateway[], folder: string) {
    this.#gateways = new Map(gateways.map((gateway) => [gateway.port, gateway]))
    this.#folder = folder
  }

  /** @throws when the socket cannot be made; one left by a killed process is replaced. */
  async listen(path: string): Promise<void> {
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true })
    const server = createServer((socket) => this.#meet(socket))
    this.#server = server
    await new Promise<void>((done, fail) => {
      server.once('error', fail)
      server.listen(path, done)
    })
  }

  tell(entry: LogEntry): void {
    for (const socket of this.#watching) socket.write(`${JSON.stringify({ entry })}\n`)
  }

  close(): void {
    this.#server?.close()
    for (const socket of this.#open) socket.destroy()
  }

  #meet(socket: Socket): void {
    this.#open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#open.delete(socket)
      this.#watching.delete(socket)
    })
    createInterface({ input: socket }).on('line', async (line) => {
      const answer = await this.#answer(line, socket)
      if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`)
    })
  }

  async #answer(line: string, socket: Socket): Promise<unknown> {
    let id: unknown
    try {
      const asked = JSON.parse(line) as { id: unknown; do: Wish }
      id = asked.id
      const answer = this.#answers[asked.do] as ((ask: unknown, on: Socket) => unknown) | undefined
      if (!answer) throw new Error(`no such wish: ${asked.do}`)
      return { id, answer: (await answer(asked, socket)) ?? null }
    } catch (error) {
      return { id, error: (error as Error).message }
    }
  }

  #gateway(port: string): Gateway {
    const gateway = this.#gateways.get(port)
    if (!gateway) throw new Error(`no such port: ${port} (${[...this.#gateways.keys()].join(', ')})`)
    return gateway
  }

  readonly #answers: Answers = {
    status: () => [...this.#gateways.values()].map((gateway) => gateway.status()),
    speak: (wish) => this.#gateway(wish.port).speak(wish.unit, what(wish), body(wish), wish.ident !== false),
    emergency: async ({ port, unit }) => {
      await this.#gateway(port).emergency(unit)
      return null
    },
    ack: ({ port, unit, dtmf }) => {
      const gateway = this.#gateway(port)
      const pad = slots(silence(120))
      const keys = [...pad, ...digitSlots(dtmf, gateway.profile.dtmfAsEvents), ...pad]
      return gateway.speak(unit, `keys ${dtmf}`, keys)
    },
    stop: ({ port, unit }) => {
      this.#gateway(port).stop(unit)
      return null
    },
    mode: ({ port, set }) => this.#gateway(port).set(set),
    kill: ({ port }) => {
      this.#gateway(port).kill()
      return null
    },
    revive: async ({ port }) => {
      await this.#gateway(port).start()
      return null
    },
    hangup: async ({ port }) => {
      await this.#gateway(port).hangUp()
      return null
    },
    register: ({ port, seconds }) => this.#gateway(port).register(seconds),
    log: ({ port, since }) =>
      [...this.#gateways.values()]
        .filter((gateway) => port === undefined || gateway.port === port)
        .flatMap((gateway) => gateway.log.since(since ?? 0))
        .sort((a, b) => a.mono - b.mono),
    heard: (ask) => this.#heard(this.#gateway(ask.port), ask),
    watch: (_, socket) => {
      this.#watching.add(socket)
      return null
    },
  }

  #heard(gateway: Gateway, { since, wav }: Wishes['heard']['ask']): HeardOnAir {
    const now = monoMs()
    const from = Math.max(since, now - 600_000)
    const frames = gateway.transmitter.air.since(from)
    const line = timeline(frames, from, now)
    const file = wav ?? join(this.#folder, `${gateway.port}-heard-${process.pid}-${++this.#made}.wav`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wavOf(line))
    return {
      wav: file,
      from: instant(from),
      seconds: line.length / RATE,
      airMs: (frames.length * FRAME * 1_000) / RATE,
      ...sounding(joined(frames.map((frame) => frame.samples))),
      frames: frames.map(({ at, seq }) => ({ mono: at, seq, sample: Math.round(((at - from) * RATE) / 1_000) })),
    }
  }
}

const what = ({ wav, tone, forMs }: SpeakWish): string =>
  wav === undefined ? `${tone ?? 0} Hz${forMs === undefined ? '' : ` ${forMs} ms`}` : wav

/** @throws when neither a sound nor a tone is asked for, or the file is no 16-bit WAV. */
function body({ wav, tone, forMs }: SpeakWish): Iterable<Slot> {
  if (wav !== undefined) return slots(samplesOf(asWav8k(readFileSync(wav))))
  if (tone === undefined) throw new Error('wav or tone is missing')
  return toneSlots(tone, forMs === undefined ? undefined : forMs / 1_000)
}

function samplesOf(wav: Buffer): Int16Array {
  return Int16Array.from({ length: (wav.length - 44) >> 1 }, (_, i) => wav.readInt16LE(44 + 2 * i))
}

/** 16-bit mono at 8 kHz. */
function wavOf(samples: Int16Array): Buffer {
  const sound = Buffer.alloc(2 * samples.length)
  for (const [i, sample] of samples.entries()) sound.writeInt16LE(sample, 2 * i)
  return Buffer.concat([wavHeader(sound.length, 1), sound])
}
