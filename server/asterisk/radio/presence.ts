/**
 * Does the gateway send? A snoop fills what is not sent with zeros, 50 frames a second for ever, so the frames alone do not
 * tell. A frame with any sound in it was sent; of zeros the packets that Asterisk counted on the leg decide:
 *
 *   absent --sound, or counted packets--> there --zeros for 60 ms and no packet counted--> absent
 *
 * Zeros are held back until that is known, so that a carrier without a voice on it stays one carrier. Counted packets with
 * nothing but zeros in them for long are told besides (`mute`): either nobody speaks, or Asterisk has gone deaf to them.
 */
export type Presence = {
  frame(samples: Int16Array, at: number): void
  stop(): void
}

type Frame = { samples: Int16Array; at: number }

const HELD_MOST = 3
/** Two counts closer than this, or one alone, prove no absence: a busy machine answers late, and then quickly. */
const SURE_MS = 60
const MUTE_FRAMES = 15
/** A carrier that begins with pure zeros is seen this late at most. */
const LOOK_MS = 250

/** `count` asks for the packets received so far; `tell` gets what was sent, in order, each with the time it came. */
export function makePresence(
  count: () => Promise<number>,
  tell: (samples: Int16Array, at: number) => void,
  mute: () => void = () => undefined,
): Presence {
  let isThere = false
  let held: Frame[] = []
  let base: number | undefined
  let baseAt = 0
  let asking = false
  let zeros = 0

  function flush(): void {
    for (const { samples, at } of held) tell(samples, at)
    const before = zeros
    zeros += held.length
    held = []
    if (before < MUTE_FRAMES && zeros >= MUTE_FRAMES) mute()
  }

  function gone(): void {
    isThere = false
    held = []
    zeros = 0
    base = undefined
  }

  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    const askedAt = performance.now()
    const now = await count().catch(() => base ?? 0)
    asking = false
    const grown = base !== undefined && now > base
    if (!isThere) isThere = grown
    else if (grown) flush()
    else if (base !== undefined && held.length >= HELD_MOST && askedAt - baseAt >= SURE_MS) return gone()
    if (now === base) return
    base = now
    baseAt = performance.now()
  }

  const timer = setInterval(() => void (isThere || ask()), LOOK_MS)
  timer.unref()

  return {
    frame(samples, at) {
      if (samples.some((sample) => sample !== 0)) {
        flush()
        zeros = 0
        isThere = true
        base = undefined
        tell(samples, at)
      } else if (isThere) {
        held.push({ samples, at })
        void ask()
      }
    },
    stop: () => clearInterval(timer),
  }
}
