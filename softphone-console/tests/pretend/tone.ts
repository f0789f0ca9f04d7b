const RATE = 48_000

/** A WAV of one tone: 48 kHz, 16 bit, one channel. */
export function tone(hertz: number, seconds: number): Buffer {
  const samples = RATE * seconds
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(RATE, 24)
  wav.writeUInt32LE(RATE * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples * 2, 40)
  for (let n = 0; n < samples; n++) {
    wav.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * hertz * n) / RATE)), 44 + n * 2)
  }
  return wav
}

/** The loudest frequency between two, in hertz, over the second half of an 8 kHz WAV (the first holds notice and music). */
export function loudest(wav: Buffer, from: number, to: number): number {
  const rate = wav.readUInt32LE(24)
  const first = 44 + 2 * Math.floor((wav.length - 44) / 4)
  const samples = new Int16Array(
    wav.buffer.slice(wav.byteOffset + first, wav.byteOffset + wav.length - (wav.length % 2)),
  )
  let best = { hertz: 0, power: 0 }
  for (let hertz = from; hertz <= to; hertz += 1) {
    // Goertzel: the power of one frequency
    const twice = 2 * Math.cos((2 * Math.PI * hertz) / rate)
    let [before, last] = [0, 0]
    for (const sample of samples) [before, last] = [last, sample + twice * last - before]
    const power = before * before + last * last - twice * before * last
    if (power > best.power) best = { hertz, power }
  }
  return best.hertz
}
