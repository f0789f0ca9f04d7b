import { SvelteMap } from 'svelte/reactivity'
import { loudness } from './sound.ts'

/** Below this a side counts as silent; 0 to 1. */
const QUIET = 0.004

export type Level = {
  /** 0 to 1, as the bar shows it */
  far: number
  near: number
  /** since when this side has been silent, browser's ms; null while it is not */
  farQuietSince: number | null
  nearQuietSince: number | null
}

type Ears = { far: AnalyserNode; near: AnalyserNode | null; stop: () => void }

/** How loud both sides of a call are, ten times a second, so that one-way sound is seen. */
export class Levels {
  #context: AudioContext | undefined
  #ears = new Map<string, Ears>()
  #levels = new SvelteMap<string, Level>()
  #timer: ReturnType<typeof setInterval> | undefined

  of(id: string): Level | undefined {
    return this.#levels.get(id)
  }

  watch(id: string, streams: { far: MediaStream; near: MediaStream | null }): void {
    this.forget(id)
    this.#context ??= new AudioContext()
    void this.#context.resume()
    const context = this.#context
    const listen = (stream: MediaStream): [AnalyserNode, () => void] => {
      const source = context.createMediaStreamSource(stream)
      const analyser = context.createAnalyser()
      analyser.fftSize = 1024
      source.connect(analyser)
      return [analyser, () => source.disconnect()]
    }
    const [far, stopFar] = listen(streams.far)
    const [near, stopNear] = streams.near ? listen(streams.near) : [null, () => {}]
    this.#ears.set(id, {
      far,
      near,
      stop: () => {
        stopFar()
        stopNear()
      },
    })
    this.#timer ??= setInterval(() => this.#look(), 100)
  }

  forget(id: string): void {
    this.#ears.get(id)?.stop()
    this.#ears.delete(id)
    this.#levels.delete(id)
    if (this.#ears.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const now = Date.now()
    for (const [id, ears] of this.#ears) {
      const was = this.#levels.get(id)
      const far = loudness(ears.far)
      const near = ears.near ? loudness(ears.near) : 0
      this.#levels.set(id, {
        far: shown(far),
        near: shown(near),
        farQuietSince: far > QUIET ? null : (was?.farQuietSince ?? now),
        nearQuietSince: near > QUIET ? null : (was?.nearQuietSince ?? now),
      })
    }
  }
}

/** Ears hear in decibels: -50 dB is an empty bar, 0 dB a full one. */
export function shown(rms: number): number {
  return Math.max(0, Math.min(1, 1 + (20 * Math.log10(Math.max(rms, 1e-5))) / 50))
}
