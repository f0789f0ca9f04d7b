/**
 * Touch tones in the received sound: one low and one high tone together, for 50 ms or more (ITU-T Q.24 asks 40). Strict about
 * purity, because on a radio channel a wrong digit is a wrong name: 0 digits in speech and noise matter more than a weak one.
 */
import { energyOf, isAudible, share, windows } from './tone.ts'

const LOW = [697, 770, 852, 941] as const
const HIGH = [1_209, 1_336, 1_477, 1_633] as const
const KEYS = ['123A', '456B', '789C', '*0#D'] as const

const SIZE = 204
const HOP = 102
/** Windows in a row that must agree: 51 ms. */
const AGREE = 3
/** Frames of zeros that may be a pause between two digits (40 ms), and that are the end of what was said. */
const PAUSE = 2
const ENDED = 15
/** Both tones together carry at least so much of all energy. */
const PURE = 0.7
/** One may be this much weaker than the other: 10 dB, for a radio's emphasis. */
const TWIST = 10

/**
 * Hears frame after frame; answers the digits that began in it. A frame of zeros alone is either a pause between two digits
 * or filled in for one that was late, in the midst of a digit: it is left out, and the same tones behind it are another
 * digit only if both sides of it are as long as a digit must be.
 */
export function makeDtmf(): (frame: Int16Array) => string {
  let cut = windows(SIZE, HOP)
  let candidate = ''
  let agreed = 0
  let silent = 0
  let said = false
  let zeros = 0
  /** windows of a digit already said, behind such zeros */
  let since = Infinity

  function hear(frame: Int16Array): string {
    let digits = ''
    cut(frame, (window) => {
      const digit = digitOf(window)
      if (digit !== '' && digit === candidate) {
        agreed += 1
        silent = 0
        since += 1
        if (said && since === AGREE) digits += candidate
      } else if (digit === '' && said && silent < 1) {
        // One bad window inside a digit does not make two of it.
        silent += 1
        return
      } else {
        candidate = digit
        agreed = digit === '' ? 0 : 1
        silent = 0
        said = false
      }
      if (agreed < AGREE || said) return
      said = true
      since = Infinity
      digits += candidate
    })
    return digits
  }

  return (frame) => {
    if (frame.every((sample) => sample === 0)) {
      zeros += 1
      return zeros === ENDED ? hear(frame) + hear(frame) : ''
    }
    if (zeros >= PAUSE && zeros < ENDED) {
      cut = windows(SIZE, HOP)
      if (since >= AGREE) since = 0
    }
    zeros = 0
    return hear(frame)
  }
}

function digitOf(window: Float32Array): string {
  const energy = energyOf(window, 0, SIZE)
  if (!isAudible(energy, SIZE)) return ''
  const low = strongest(window, LOW, energy)
  const high = strongest(window, HIGH, energy)
  if (low.share + high.share < PURE) return ''
  if (low.share > high.share * TWIST || high.share > low.share * TWIST) return ''
  return KEYS[low.at]?.[high.at] ?? ''
}

function strongest(window: Float32Array, tones: readonly number[], energy: number): { at: number; share: number } {
  let best = { at: -1, share: 0 }
  tones.forEach((hz, at) => {
    const now = share(window, 0, SIZE, hz, energy)
    if (now > best.share) best = { at, share: now }
  })
  return best
}
