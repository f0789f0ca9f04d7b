/**
 * A caller's loudness on the air. Telephones differ by 30 dB, a transmitter's modulation may not: how loud somebody speaks
 * is measured on his own leg, before any gain, and the gain that makes it right is told when it is another one.
 * (func_speex's AGC was tried: after three seconds a whisper was still 12 dB too quiet.)
 */
const TARGET_DB = -18
const MOST_DB = { down: -15, up: 24 }
/** Quieter is a pause, and says nothing of how loud somebody speaks. */
const PAUSE_DB = -45
const STEP_DB = 2
/** Five frames between two changes; a voice that grows louder is followed at once, one that sinks slowly. */
const FRAMES_BETWEEN = 5
const FOLLOWS = { louder: 0.5, quieter: 0.06 }

/** Takes 20 ms; answers the gain in dB when another one is due. */
export function makeLevel(): (samples: Int16Array) => number | undefined {
  let level: number | undefined
  let told = 0
  let since = FRAMES_BETWEEN
  return (samples) => {
    since++
    const now = decibelsOf(samples)
    if (now < PAUSE_DB) return undefined
    level = level === undefined ? now : level + (now - level) * (now > level ? FOLLOWS.louder : FOLLOWS.quieter)
    const due = Math.min(MOST_DB.up, Math.max(MOST_DB.down, TARGET_DB - level))
    if (since < FRAMES_BETWEEN || Math.abs(due - told) < STEP_DB) return undefined
    since = 0
    told = Math.round(due)
    return told
  }
}

/** What func_volume takes: it multiplies by a positive number, divides by a negative one. */
export const volumeOf = (gainDb: number): string =>
  (gainDb < 0 ? -(10 ** (-gainDb / 20)) : 10 ** (gainDb / 20)).toFixed(2)

function decibelsOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return 10 * Math.log10(sum / Math.max(1, samples.length) / 32_768 ** 2)
}
