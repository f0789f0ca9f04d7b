/**
 * Calls that stand though nothing is heard of anybody in them: a line that was never hung up, a channel without sound.
 * They are told and never ended from here: silence alone does not prove that nobody is there. One whose channels are all
 * gone from Asterisk has ended unseen, and is read back.
 */
import { Refusal } from '../../refusal.ts'
import type { Ari } from '../ari/ari.ts'
import { isGone } from '../ari/rest.ts'

export type StandingCall = { id: string; arrivedAt: Date; channels: string[] }
export type Silent = { callId: string; since: Date }
export type SilenceParts = {
  open(): Promise<StandingCall[]>
  /** Packets received on a channel so far, 0 on one that has no sound; undefined: there is no such channel. */
  heard(channel: string): Promise<number | undefined>
  /** A call that Asterisk knows nothing of any more. */
  gone(callId: string): void
  now?: () => number
}

const SILENT_MS = 60 * 60_000
/** Its first channels may be younger than the list they are looked for in. */
const YOUNG_MS = 60_000

export function makeSilence({ open, heard, gone, now = Date.now }: SilenceParts) {
  let seen = new Map<string, { counts: string; since: number }>()

  return {
    /** Looks at every open call once. */
    async look(): Promise<void> {
      const next: typeof seen = new Map()
      for (const { id, arrivedAt, channels } of await open()) {
        if (now() - arrivedAt.getTime() < YOUNG_MS) continue
        const counts = await Promise.all(channels.map(heard))
        if (counts.every((count) => count === undefined)) {
          gone(id)
          continue
        }
        const before = seen.get(id)
        const print = JSON.stringify(counts)
        // One of which nothing was ever heard has been silent for as long as it stands.
        const isUnheard = counts.every((count) => !count)
        const since = before?.counts === print ? before.since : isUnheard ? arrivedAt.getTime() : now()
        next.set(id, { counts: print, since })
      }
      seen = next
    },
    silent: (): Silent[] =>
      [...seen]
        .filter(([, { since }]) => now() - since >= SILENT_MS)
        .map(([callId, { since }]) => ({ callId, since: new Date(since) })),
  }
}

/** Asks Asterisk what it has received on a channel. @throws when it cannot be asked */
export function packetsBy(ari: Pick<Ari, 'request'>): SilenceParts['heard'] {
  return async (channel) => {
    const path = `/channels/${encodeURIComponent(channel)}/variable`
    try {
      const found = await ari.request('GET', path, { variable: 'CHANNEL(rtcp,rxcount)' })
      return Number((found as { value?: string }).value) || 0
    } catch (error) {
      if (isGone(error)) return undefined
      // A channel without RTP refuses the question, and is one of which nothing is heard.
      if (error instanceof Refusal) return 0
      throw error
    }
  }
}
