import { Cell } from '../desk/cell.ts'

/** One ring: 1 s of two soft notes, 2 s of quiet. Seconds. */
const NOTE_S = 0.5
const PERIOD_S = 3
/** Rings scheduled ahead: timers of a hidden tab sleep, the sound card's clock does not. */
const RINGS_AHEAD = 20
/** A busy computer takes so long to start its sound, or to let this page run again. Milliseconds. */
const SLOW_MS = 5_000
/** From soft to loud in this many seconds. */
const RISE_S = 6
const SOFT = 0.3
const LOUD = 0.8
const OUTPUT_KEY = 'desk.ring.output'

/** Why a ring would not be heard. */
export type SoundFault = 'locked' | 'no_output' | 'silent' | 'no_second_output'

/**
 * The desk's own sounds, made on the spot: no file to fetch when the server is away. The ring goes to the headset and to a
 * second output, because the headset lies on the table when nobody is on a call.
 */
export class Sound {
  #context: AudioContext | undefined
  #bus: GainNode | undefined
  #second: { element: HTMLAudioElement; node: MediaStreamAudioDestinationNode } | undefined
  #notes = new Set<OscillatorNode>()
  #ringing = new Cell(false)
  #locked = new Cell(false)

  /** Told when sound that was held back comes free. */
  onUnlocked: () => void = () => {}

  get ringing(): boolean {
    return this.#ringing.value
  }

  /** True when the browser keeps sound back until somebody touches the page. */
  get locked(): boolean {
    return this.#locked.value
  }

  /** Device id of the second output for the ring; null = only the default one. */
  get secondOutput(): string | null {
    try {
      return localStorage.getItem(OUTPUT_KEY)
    } catch {
      return null
    }
  }

  /** Chooses the second output; remembered for this browser. */
  async chooseSecondOutput(deviceId: string | null): Promise<void> {
    try {
      if (deviceId) localStorage.setItem(OUTPUT_KEY, deviceId)
      else localStorage.removeItem(OUTPUT_KEY)
    } catch {
      // lasts as long as the page
    }
    await this.#joinSecond()
  }

  /** Call from a gesture: browsers let a page sound only after one. */
  unlock(): void {
    const context = this.#make()
    context
      .resume()
      .then(() => this.#joinSecond())
      .catch(() => {})
      .finally(() => this.#lookAtLock())
  }

  /**
   * After a reload no gesture has been made yet and the browser may hold sound back: find out now, not at the next call, and
   * come free at the first touch of the page. Resolves to whether the page may sound.
   */
  async wake(): Promise<boolean> {
    const context = this.#make()
    const free = () => {
      removeEventListener('pointerdown', free, true)
      removeEventListener('keydown', free, true)
      this.unlock()
    }
    addEventListener('pointerdown', free, true)
    addEventListener('keydown', free, true)
    await Promise.race([context.resume(), pause(600)]).catch(() => {})
    this.#lookAtLock()
    if (!this.locked) void this.#joinSecond()
    return !this.locked
  }

  ring(seconds = RINGS_AHEAD * PERIOD_S): void {
    this.silence()
    const context = this.#make()
    this.unlock()
    const start = context.currentTime + 0.02
    const bus = this.#bus as GainNode
    bus.gain.cancelScheduledValues(0)
    bus.gain.setValueAtTime(SOFT, start)
    bus.gain.linearRampToValueAtTime(LOUD, start + RISE_S)
    for (let at = 0; at < seconds; at += PERIOD_S) {
      this.#note(659, start + at, NOTE_S)
      this.#note(880, start + at + NOTE_S, NOTE_S)
    }
    this.#ringing.value = true
  }

  /** A second call while talking: one tick in the headset, nothing more. */
  tick(): void {
    const context = this.#make()
    const bus = this.#bus as GainNode
    bus.gain.cancelScheduledValues(0)
    bus.gain.setValueAtTime(0.4, context.currentTime)
    this.#note(1200, context.currentTime + 0.02, 0.06)
  }

  silence(): void {
    for (const note of this.#notes) note.stop()
    this.#notes.clear()
    this.#ringing.value = false
  }

  /**
   * Rings for a moment and listens to what went out. Null when the ring really left the browser; whether a person heard it
   * only the person can say.
   */
  async test(): Promise<SoundFault | null> {
    const context = this.#make()
    // after a gesture nothing holds sound back: what is not running yet is only slow
    await Promise.race([context.resume(), pause(SLOW_MS)])
    this.#lookAtLock()
    if (context.state !== 'running') return 'locked'
    const outputs = (await navigator.mediaDevices?.enumerateDevices().catch(() => []))?.filter(
      (d) => d.kind === 'audiooutput',
    )
    if (outputs && outputs.length === 0) return 'no_output'
    const listener = context.createAnalyser()
    this.#bus?.connect(listener)
    this.ring(2 * PERIOD_S)
    const heard = await this.#leaves(listener)
    this.#bus?.disconnect(listener)
    if (!heard) return 'silent'
    return (await this.#joinSecond()) ? null : 'no_second_output'
  }

  /** Whether anything is heard during two rings: a single look may fall into the quiet between them. */
  async #leaves(listener: AnalyserNode): Promise<boolean> {
    for (const end = performance.now() + 2_000 * PERIOD_S; performance.now() < end; await pause(50))
      if (loudness(listener) >= 0.005) return true
    return false
  }

  #make(): AudioContext {
    if (this.#context) return this.#context
    const context = new AudioContext({ latencyHint: 'interactive' })
    this.#context = context
    this.#bus = context.createGain()
    this.#bus.connect(context.destination)
    context.addEventListener('statechange', () => this.#lookAtLock())
    return context
  }

  #lookAtLock(): void {
    const was = this.#locked.value
    this.#locked.value = this.#context !== undefined && this.#context.state !== 'running'
    if (was && !this.#locked.value) this.onUnlocked()
  }

  #note(hertz: number, at: number, seconds: number): void {
    const context = this.#context as AudioContext
    const note = context.createOscillator()
    const shape = context.createGain()
    note.frequency.value = hertz
    shape.gain.setValueAtTime(0, at)
    shape.gain.linearRampToValueAtTime(0.5, at + Math.min(0.04, seconds / 3))
    shape.gain.setTargetAtTime(0, at + seconds / 2, seconds / 5)
    note.connect(shape).connect(this.#bus as GainNode)
    note.start(at)
    note.stop(at + seconds)
    this.#notes.add(note)
    note.onended = () => this.#notes.delete(note)
  }

  /** False when a second output was chosen and cannot be had. */
  async #joinSecond(): Promise<boolean> {
    const wanted = this.secondOutput
    this.#second?.element.pause()
    if (this.#second) this.#bus?.disconnect(this.#second.node)
    this.#second = undefined
    if (!wanted || !this.#context || !this.#bus) return true
    const node = this.#context.createMediaStreamDestination()
    const element = new Audio()
    element.srcObject = node.stream
    try {
      await element.setSinkId(wanted)
      await element.play()
    } catch {
      return false
    }
    this.#bus.connect(node)
    this.#second = { element, node }
    return true
  }
}

/** Root mean square of what an analyser hears now, 0 to 1. */
export function loudness(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize)
  analyser.getFloatTimeDomainData(samples)
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
