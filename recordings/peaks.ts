/** The waveform a player draws: for each channel 1,000 bytes, each the loudest sample of its share of the time (0 silence, 255 full scale). */
export const BUCKETS = 1_000

/** Learns the peaks of a stereo recording of so many frames as its samples pass by. */
export function peaksOf(frames: number): { hear: (stereo: Buffer) => void; peaks: () => Buffer } {
  const peaks = Buffer.alloc(2 * BUCKETS)
  let frame = 0
  return {
    /** Takes whole stereo frames, in order. */
    hear(stereo) {
      for (let at = 0; at + 4 <= stereo.length; at += 4, frame++) {
        const bucket = Math.min(BUCKETS - 1, Math.floor((frame * BUCKETS) / frames))
        raise(peaks, bucket, stereo.readInt16LE(at))
        raise(peaks, BUCKETS + bucket, stereo.readInt16LE(at + 2))
      }
    },
    /** Left's 1,000, then right's. */
    peaks: () => peaks,
  }
}

function raise(peaks: Buffer, at: number, sample: number): void {
  const height = Math.min(255, Math.ceil(Math.abs(sample) / 128))
  if (height > (peaks[at] as number)) peaks[at] = height
}
