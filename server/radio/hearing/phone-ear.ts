/** When a caller joined to a port speaks: from 20 ms frames of his leg. A pause between words does not end it. */
import { type Cor, type CorSetup, hearFrame, letPass, levelOf, noCarrier } from './cor.ts'

/** A quiet voice on a long line is heard (-42 dB below full scale), the line's own hiss is not. */
const SETUP: CorSetup = { mode: 'vad', debounceMs: 60, vadDb: -42 }
/**
 * He speaks until he has paused for this long. Shorter: the transmitter falls between two words. Longer: handhelds wait
 * for nothing.
 */
const PAUSE_MS = 700

export type PhoneEar = {
  /** 20 ms came: is there a voice in it (he may begin), and does he speak, pauses included? `at` is this host's clock, ms */
  frame(at: number, samples: Int16Array): { voice: boolean; speaks: boolean }
}

export function makePhoneEar(): PhoneEar {
  let cor: Cor = noCarrier(0)
  let spokeAt = -Infinity
  return {
    frame(at, samples) {
      cor = letPass(hearFrame(cor, SETUP, at, levelOf(samples)).cor, SETUP, at).cor
      if (cor.on) spokeAt = at
      return { voice: cor.on, speaks: at - spokeAt < PAUSE_MS }
    },
  }
}
