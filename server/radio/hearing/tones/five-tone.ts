/**
 * Selective calls of five tones in a row: ZVEI 1 (70 ms each) and CCIR (100 ms each). A digit said twice is sent as the
 * repeat tone. Only whole calls count: five tones, each of its length, none missing between them.
 */
import { energyOf, isAudible, share, windows } from './tone.ts'

/** Hz of 0…9, A, B, C, D and the repeat tone E. */
const TONES = {
  zvei1: [2_400, 1_060, 1_160, 1_270, 1_400, 1_530, 1_670, 1_830, 2_000, 2_200, 2_800, 810, 970, 886, 2_600],
  ccir: [1_981, 1_124, 1_197, 1_275, 1_358, 1_446, 1_540, 1_640, 1_747, 1_860, 2_400, 930, 2_247, 991, 2_110],
} as const
const NAMES = '0123456789ABCDE'
const REPEAT = 'E'
const LENGTH_MS = { zvei1: 70, ccir: 100 } as const

export type FiveToneScheme = keyof typeof TONES

const SIZE = 160
const HOP = 40
const HOP_MS = 5
/** A single tone carries so much of a window's energy. */
const PURE = 0.6
/** Between two tones neither is pure for about a window. */
const GAP_MS = 35

type Run = { name: string; hops: number }

export type FiveTone = {
  /** 20 ms more; answers the calls that ended in it */
  hear(frame: Int16Array): string[]
  /** Nothing came for a while: if five tones were heard, that was the call. Part of one is kept, its rest may be late. */
  paused(): string[]
}

/** Hears frame after frame. */
export function makeFiveTone(scheme: FiveToneScheme): FiveTone {
  const cut = windows(SIZE, HOP)
  // As seen through the window a tone is shorter by about half of it at each end.
  const least = LENGTH_MS[scheme] * 0.5
  const most = LENGTH_MS[scheme] * 1.35
  let run: Run = { name: '', hops: 0 }
  let heard = ''
  let gap = 0

  /** What was heard with one more tone: it belongs to a call, or the call it stood in was none. */
  function withTone({ name, hops }: Run): string {
    const ms = hops * HOP_MS
    // The first tone may be long, to wake the receiver.
    if (ms < least || (ms > most && heard !== '')) return ''
    return heard + (name === REPEAT ? (heard.at(-1) ?? REPEAT) : name)
  }

  /** A tone has ended. */
  function end(tone: Run): void {
    if (tone.hops * HOP_MS < 15) return
    gap = 0
    heard = withTone(tone)
  }

  return {
    hear(frame) {
      const calls: string[] = []
      cut(frame, (window) => {
        const name = nameOf(window, TONES[scheme])
        if (name === run.name) run.hops += 1
        else {
          if (run.name !== '') end(run)
          run = { name, hops: 1 }
        }
        gap = name === '' ? gap + HOP_MS : gap
        if (name === '' && gap > GAP_MS) {
          if (isCall(heard)) calls.push(heard)
          heard = ''
        }
      })
      return calls
    },
    paused() {
      const call = run.name === '' ? heard : withTone(run)
      if (!isCall(call)) return []
      run = { name: '', hops: 0 }
      heard = ''
      return [call]
    },
  }
}

const isCall = (heard: string): boolean => heard.length === 5 && !heard.includes(REPEAT)

function nameOf(window: Float32Array, tones: readonly number[]): string {
  const energy = energyOf(window, 0, SIZE)
  if (!isAudible(energy, SIZE)) return ''
  let best = -1
  let most = 0
  tones.forEach((hz, at) => {
    const now = share(window, 0, SIZE, hz, energy)
    if (now > most) {
      most = now
      best = at
    }
  })
  return most >= PURE ? (NAMES[best] ?? '') : ''
}
