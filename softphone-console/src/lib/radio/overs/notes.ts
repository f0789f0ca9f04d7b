/** One note of the radio's sounds: hertz, when after now and how long in seconds. */
type Note = readonly [hertz: number, at: number, seconds: number]

/** RADIO §7 of the console's design: each has its word on the screen as well. */
const NOTES = {
  permit: [
    [880, 0, 0.08],
    [1175, 0.09, 0.08],
  ],
  busy: [
    [300, 0, 0.2],
    [300, 0.28, 0.2],
  ],
  fallen: [
    [740, 0, 0.12],
    [494, 0.13, 0.16],
  ],
  tick: [[1400, 0, 0.04]],
} as const satisfies Record<string, readonly Note[]>

export type RadioSound = keyof typeof NOTES
/** Seconds scheduled ahead while an emergency sounds: timers of a hidden tab sleep, the sound card's clock does not. */
const AHEAD_S = 4

/**
 * The radio's own sounds, in the agent's ear only: none of them ever goes on the air, because none passes the microphone.
 * An emergency also sounds on the second output, and there is no switch that mutes it.
 */
export class RadioNotes {
  #context: AudioContext | undefined
  #alarm: { until: number; timer: ReturnType<typeof setInterval>; elsewhere: HTMLAudioElement | undefined } | undefined
  #secondOutput: () => string | null

  constructor(secondOutput: () => string | null) {
    this.#secondOutput = secondOutput
  }

  play(what: RadioSound): void {
    const context = this.#make()
    for (const note of NOTES[what]) this.#note(note, context.currentTime + 0.005, context.destination, 0.25)
  }

  /** Alternating tones until told otherwise. */
  alarm(on: boolean): void {
    if (on === (this.#alarm !== undefined)) return
    if (!on) {
      clearInterval(this.#alarm?.timer)
      this.#alarm?.elsewhere?.pause()
      this.#alarm = undefined
      void this.#context?.close()
      this.#context = undefined
      return
    }
    const context = this.#make()
    const out = context.createGain()
    out.connect(context.destination)
    const alarm = { until: context.currentTime, timer: setInterval(() => fill(), 1_000), elsewhere: this.#second(out) }
    const fill = () => {
      alarm.until = Math.max(alarm.until, context.currentTime)
      for (; alarm.until < context.currentTime + AHEAD_S; alarm.until += 0.5) {
        this.#note([760, 0, 0.24], alarm.until, out, 0.3)
        this.#note([1010, 0.25, 0.24], alarm.until, out, 0.3)
      }
    }
    this.#alarm = alarm
    fill()
  }

  #make(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: 'interactive' })
    if (this.#context.state !== 'running') void this.#context.resume().catch(() => {})
    return this.#context
  }

  /** The headset may lie on the table: the loudspeaker chosen for the ring sounds the emergency too. */
  #second(out: AudioNode): HTMLAudioElement | undefined {
    const id = this.#secondOutput()
    if (!id || !this.#context) return undefined
    const node = this.#context.createMediaStreamDestination()
    out.connect(node)
    const element = new Audio()
    element.srcObject = node.stream
    void element
      .setSinkId(id)
      .then(() => element.play())
      .catch(() => {})
    return element
  }

  #note([hertz, after, seconds]: Note, from: number, to: AudioNode, gain: number): void {
    const context = this.#context as AudioContext
    const note = context.createOscillator()
    const shape = context.createGain()
    const at = from + after
    note.frequency.value = hertz
    shape.gain.setValueAtTime(0, at)
    shape.gain.linearRampToValueAtTime(gain, at + 0.008)
    shape.gain.setValueAtTime(gain, at + seconds - 0.012)
    shape.gain.linearRampToValueAtTime(0, at + seconds)
    note.connect(shape).connect(to)
    note.start(at)
    note.stop(at + seconds)
  }
}
