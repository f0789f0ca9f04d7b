/** The loudest sample in each slice of time, 0..1, one row per voice: the caller is left, everyone else right. */
export type Peaks = { caller: number[]; agent: number[] }

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const
export const SKIP_SECONDS = 5

export type Press = { do: 'toggle' } | { do: 'seek'; to: number } | { do: 'speed'; to: number }

/**
 * What a key does to the player; null when it does nothing. `code` is the event's code, so a Chinese input method or
 * another keyboard changes nothing. Seconds.
 */
export function press(code: string, at: { seconds: number; length: number; speed: number }): Press | null {
  switch (code) {
    case 'Space':
      return { do: 'toggle' }
    case 'ArrowLeft':
      return { do: 'seek', to: within(at.seconds - SKIP_SECONDS, at.length) }
    case 'ArrowRight':
      return { do: 'seek', to: within(at.seconds + SKIP_SECONDS, at.length) }
    case 'Home':
      return { do: 'seek', to: 0 }
    case 'End':
      return { do: 'seek', to: at.length }
    case 'Comma':
      return { do: 'speed', to: nextSpeed(at.speed, -1) }
    case 'Period':
      return { do: 'speed', to: nextSpeed(at.speed, 1) }
    default:
      return null
  }
}

export const within = (seconds: number, length: number): number => Math.min(Math.max(0, seconds), Math.max(0, length))

export function nextSpeed(speed: number, step: 1 | -1): number {
  const at = SPEEDS.indexOf(speed as (typeof SPEEDS)[number])
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (at < 0 ? 1 : at) + step))] ?? 1
}

/** Peaks as the server answers them (heights of 0 to 255) on a scale of 0 to 1. */
export function peaksOf(answer: { left: number[]; right: number[] }): Peaks {
  return { caller: answer.left.map((height) => height / 255), agent: answer.right.map((height) => height / 255) }
}

/** One lane as an SVG path of upright strokes in a box `width` wide, centred on `middle`, `half` high each way. */
export function lane(peaks: readonly number[], width: number, middle: number, half: number): string {
  const strokes = Math.min(peaks.length, Math.floor(width / 3))
  if (strokes === 0) return ''
  const parts: string[] = []
  for (let i = 0; i < strokes; i++) {
    const from = Math.floor((i * peaks.length) / strokes)
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / strokes))
    const loudest = peaks.slice(from, to).reduce((a, b) => Math.max(a, b), 0)
    // Speech on a telephone is quiet: the square root lifts it without hiding which is louder.
    const high = Math.max(0.5, Math.sqrt(Math.min(1, loudest)) * half)
    const x = round((i + 0.5) * (width / strokes))
    parts.push(`M${x} ${round(middle - high)}V${round(middle + high)}`)
  }
  return parts.join('')
}

const round = (n: number) => Math.round(n * 10) / 10
