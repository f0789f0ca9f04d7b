/** What went on the air from one gateway, kept for the last ten minutes, and put together again on one time line. */

import { FRAME, levelDb, RATE } from '../sound/g711.ts'
import { loudness } from '../sound/measuring.ts'

/** 20 ms that handhelds could hear; `at` by the monotonic clock, stamp and sender as the packet had them. */
export type AirFrame = {
  readonly at: number
  readonly seq: number
  readonly stamp: number
  readonly ssrc: number
  readonly samples: Int16Array
}
const KEPT = 30_000

export class Air {
  #frames: AirFrame[] = []

  put(frame: AirFrame): void {
    this.#frames.push(frame)
    if (this.#frames.length > KEPT + 1_000) this.#frames.splice(0, this.#frames.length - KEPT)
  }

  since(at: number): AirFrame[] {
    return this.#frames.filter((frame) => frame.at >= at)
  }
}

/**
 * One time line from `from` to `to` (ms): frames of one sender lie as far apart as their time stamps say, so a lost one
 * is 20 ms of silence and jitter does not show; a new sender, or a stamp that disagrees with the clock, begins anew.
 */
export function timeline(frames: readonly AirFrame[], from: number, to: number): Int16Array {
  const samples = new Int16Array(Math.max(0, Math.round(((to - from) * RATE) / 1_000)))
  let run: { ssrc: number; stamp: number; at: number } | undefined
  for (const frame of frames) {
    const byStamp = run && run.at + (((frame.stamp - run.stamp) | 0) * 1_000) / RATE
    if (!run || byStamp === undefined || run.ssrc !== frame.ssrc || Math.abs(byStamp - frame.at) > 200)
      run = { ssrc: frame.ssrc, stamp: frame.stamp, at: frame.at }
    const at = run.at + (((frame.stamp - run.stamp) | 0) * 1_000) / RATE
    const place = Math.round(((at - from) * RATE) / 1_000)
    if (place >= 0 && place + FRAME <= samples.length) samples.set(frame.samples, place)
  }
  return samples
}

export type Sounding = {
  /** of the loudest second, dB below full scale; −100: nothing */
  levelDb: number
  /** the strongest frequency there and the share of the power that it holds, 0 to 1 */
  hertz: number
  share: number
}

/** What a listener would say it was: how loud, and which tone if it was one. */
export function sounding(samples: Int16Array): Sounding {
  let best = { at: 0, db: -100 }
  const length = Math.min(RATE, samples.length)
  for (let at = 0; at + length <= samples.length && length > 0; at += RATE / 4) {
    const db = levelDb(samples.subarray(at, at + length))
    if (db > best.db) best = { at, db }
  }
  if (best.db <= -90) return { levelDb: best.db, hertz: 0, share: 0 }
  const loud = Float32Array.from(samples.subarray(best.at, best.at + length), (sample) => sample / 32_768)
  const power = loud.reduce((sum, one) => sum + one * one, 0) / loud.length
  const strength = (hertz: number) => loudness(loud, hertz) ** 2 / 2 / power
  let top = { hertz: 0, share: 0 }
  // Roughly in its loudest tenth, then closely in all of it: whoever asks while a gateway is keyed must not hold it up.
  const tenth = loudestTenth(loud)
  const rough = { hertz: 0, loud: 0 }
  for (let hertz = 200; hertz <= 3_600; hertz += 4) {
    const now = loudness(tenth, hertz)
    if (now > rough.loud) Object.assign(rough, { hertz, loud: now })
  }
  for (let hertz = rough.hertz - 8; hertz <= rough.hertz + 8; hertz += 1) {
    const share = strength(hertz)
    if (share > top.share) top = { hertz, share }
  }
  return { levelDb: Math.round(best.db * 10) / 10, hertz: top.hertz, share: Math.round(top.share * 100) / 100 }
}

function loudestTenth(samples: Float32Array): Float32Array {
  const length = Math.min(RATE / 10, samples.length)
  let best = { power: -1, tenth: samples }
  for (let at = 0; at + length <= samples.length && length > 0; at += length) {
    const tenth = samples.subarray(at, at + length)
    const power = tenth.reduce((sum, one) => sum + one * one, 0)
    if (power > best.power) best = { power, tenth }
  }
  return best.tenth
}
