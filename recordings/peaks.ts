/** The waveform a player draws: for each channel 1,000 bytes, each the loudest sample of its share of the time (0 silence, 255 full scale). */
export const BUCKETS = 1_000

/** Learns the peaks of a stereo recording of so many frames as its samples pass by. */
export function peaksOf(frames: number): { hear: (stereo: Buffer) => void; peaks: () => Buffer } {
  const peaks = Buffer.alloc(2 * BUCKETS)
  let frame = 0
  return {
    /** Takes whole stereo frames, in order, in a buffer of their own. */
    hear(stereo) {
      const samples = new Int16Array(stereo.buffer, stereo.byteOffset, stereo.length >> 1)
      for (let i = 0; i + 1 < samples.length; i += 2, frame++) {
        const bucket = Math.min(BUCKETS - 1, Math.floor((frame * BUCKETS) / frames))
        raise(peaks, bucket, samples[i] as number)
        raise(peaks, BUCKETS + bucket, samples[i + 1] as number)
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
