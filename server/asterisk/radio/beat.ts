/**
 * When an exchange stood still, told by packets that it sends on a beat. What was missed of the beat is never taken up again,
 * so each halt makes every later packet late by as much; what only this process read late is not: the next one is in time.
 */

/** `until`: when it went on (epoch ms), `ms`: how long nothing was sent that should have been. */
export type Halt = { until: number; ms: number }

export type Beat = {
  /** One packet, by its RTP sequence number (RFC 3550 §5.1), read at `at` (epoch ms). */
  packet(sequence: number, at: number): void
  /** Halts that ended after `from` and not after `to`, in order. Of longer ago than BEAT_KEPT_MS nothing is known. */
  halts(from: number, to: number): Halt[]
}

export const BEAT_KEPT_MS = 10_000
const BEAT_MS = 20
const KEPT = BEAT_KEPT_MS / BEAT_MS

export function makeBeat(): Beat {
  let packets: { number: number; at: number }[] = []
  return {
    packet(sequence, at) {
      const last = packets.at(-1)
      // numbers are of 16 bits
      const gap = last ? ((sequence - last.number) << 16) >> 16 : 1
      const isAnother = gap <= 0 || gap > KEPT
      if (isAnother) packets = []
      packets.push({ number: last && !isAnother ? last.number + gap : sequence, at })
      if (packets.length > 2 * KEPT) packets = packets.slice(-KEPT)
    },
    halts(from, to) {
      const sent = sentAt(packets)
      const halts: Halt[] = []
      let lost = sent[0]?.late ?? 0
      for (const { late, at } of sent) {
        if (late - lost < BEAT_MS) continue
        if (at > from && at <= to) halts.push({ until: at, ms: late - lost })
        lost = late
      }
      return halts
    },
  }
}

/** How late each packet was sent, and when: no later than any after it was, whenever it was read. */
function sentAt(packets: readonly { number: number; at: number }[]): { late: number; at: number }[] {
  const sent: { late: number; at: number }[] = []
  let least = Infinity
  for (const { number, at } of packets.toReversed()) {
    least = Math.min(least, at - number * BEAT_MS)
    sent.push({ late: least, at: least + number * BEAT_MS })
  }
  return sent.reverse()
}
