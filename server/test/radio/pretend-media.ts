/** A pretend exchange on a virtual clock, for the engine's rules; what the real one does is proven on Asterisk. */
import type { Media, MediaFact, PortWish, Voice } from '../../radio/engine/media.ts'

export class VirtualClock {
  now = 1_700_000_000_000
  #due: { at: number; act: () => void }[] = []

  after = (ms: number, act: () => void): (() => void) => {
    const one = { at: this.now + Math.max(0, ms), act }
    this.#due.push(one)
    return () => {
      this.#due = this.#due.filter((other) => other !== one)
    }
  }

  /** Lets time pass; everything due happens in order, with what follows from it. */
  async run(ms: number): Promise<void> {
    const until = this.now + ms
    for (;;) {
      await new Promise((done) => setImmediate(done))
      const next = this.#due.toSorted((one, other) => one.at - other.at)[0]
      if (!next || next.at > until) break
      this.#due = this.#due.filter((one) => one !== next)
      this.now = Math.max(this.now, next.at)
      next.act()
    }
    this.now = until
  }
}

type Carrier = { voice: Voice; lapse: () => void }

export class PretendMedia implements Media {
  readonly clock: VirtualClock
  readonly said: string[] = []
  readonly carriers = new Map<string, Carrier>()
  wanted: readonly PortWish[] = []
  /** orders of this kind are refused */
  refuses = new Set<string>()
  #told: (fact: MediaFact) => void = () => {}
  #epoch = 100

  constructor(clock: VirtualClock) {
    this.clock = clock
  }

  tell(fact: MediaFact): void {
    this.#told(fact)
  }
  control(up: boolean): void {
    if (!up)
      for (const { port } of this.wanted) this.tell({ type: 'down', port, at: this.clock.now, why: 'control_lost' })
    this.tell({ type: 'control', up, at: this.clock.now })
  }
  up(port: string): void {
    this.#drop(port)
    this.#epoch += 1
    this.tell({ type: 'up', port, epoch: this.#epoch, at: this.clock.now })
  }
  down(port: string): void {
    this.#drop(port)
    this.tell({ type: 'down', port, at: this.clock.now, why: 'gateway_lost' })
  }
  leg(port: string, station: string, on = true): void {
    this.tell({ type: 'leg', port, station, channel: `${station}-on-${port}`, on, at: this.clock.now })
  }
  /** The gateway sends this sound, 20 ms at a time. */
  async hears(port: string, frames: readonly Int16Array[]): Promise<void> {
    for (const samples of frames) {
      this.tell({ type: 'heard', port, at: this.clock.now, samples })
      await this.clock.run(20)
    }
  }

  #drop(port: string): void {
    this.carriers.get(port)?.lapse()
    this.carriers.delete(port)
  }
  #lease(port: string, ms: number): () => void {
    return this.clock.after(ms, () => {
      this.carriers.delete(port)
      this.tell({ type: 'down', port, at: this.clock.now, why: 'lapsed' })
    })
  }
  #do(what: string, act: () => void, ms = 10): Promise<void> {
    this.said.push(what)
    const kind = what.split(' ')[0] ?? ''
    return new Promise((resolve, reject) => {
      this.clock.after(ms, () => {
        if (this.refuses.has(kind)) {
          reject(Object.assign(new Error(what), { code: 'asterisk-refused' }))
          return
        }
        act()
        resolve()
      })
    })
  }

  want = (ports: readonly PortWish[]): void => {
    this.wanted = ports
  }
  key: Media['key'] = ({ port, voice, leaseMs }) =>
    this.#do(`key ${port} ${nameOf(voice)}`, () =>
      this.carriers.set(port, { voice, lapse: this.#lease(port, leaseMs) }),
    )
  pass: Media['pass'] = ({ port, from, to }) =>
    this.#do(`pass ${port} ${nameOf(from)} ${nameOf(to)}`, () => {
      const carrier = this.carriers.get(port)
      if (carrier) carrier.voice = to
    })
  renew: Media['renew'] = ({ port, leaseMs }) => {
    const carrier = this.carriers.get(port)
    if (!carrier) return Promise.reject(new Error('not keyed'))
    carrier.lapse()
    carrier.lapse = this.#lease(port, leaseMs)
    return Promise.resolve()
  }
  unkey: Media['unkey'] = ({ port, voice, tailMs }) =>
    this.#do(`unkey ${port} ${nameOf(voice)}`, () => this.#drop(port), tailMs + 10)
  rxGate: Media['rxGate'] = ({ port, open }) => this.#do(`rx-gate ${port} ${open}`, () => {})
  sendDigits: Media['sendDigits'] = ({ port, digits }) => this.#do(`digits ${port} ${digits}`, () => {})
  joinPhone: Media['joinPhone'] = async ({ port, callChannel }) => {
    await this.#do(`join-phone ${port} ${callChannel}`, () => {})
    return { channel: `phone-of-${callChannel}` }
  }
  leavePhone: Media['leavePhone'] = ({ port, channel }) => this.#do(`leave-phone ${port} ${channel}`, () => {})
  cutRecording: Media['cutRecording'] = (port) => this.#do(`cut ${port}`, () => {})
  hear = (told: (fact: MediaFact) => void): void => {
    this.#told = told
  }
  start = (): void => {}
  stop = async (): Promise<void> => {}
}

const nameOf = (voice: Voice): string =>
  voice.kind === 'port' ? `port:${voice.port}` : voice.kind === 'sound' ? voice.path : voice.channel
