import type { QueueNow } from '../wire.ts'

/** Somebody has waited this long: look soon, act now. Milliseconds. */
export const BUSY_MS = 30_000
export const URGENT_MS = 90_000

export type Mood = 'calm' | 'busy' | 'urgent'

/** How a queue is doing by its longest wait, and by whether anybody is there to answer. */
export function moodOf(queue: QueueNow, now: number): Mood {
  if (queue.waiting === 0) return 'calm'
  const waited = queue.longestSince ? now - Date.parse(queue.longestSince) : 0
  if (waited >= URGENT_MS || queue.agentsReady === 0) return 'urgent'
  return waited >= BUSY_MS || queue.waiting >= 3 ? 'busy' : 'calm'
}

/** `0.8636` as `86%`; no call yet is a dash, never 100 %. */
export function percent(share: number | null | undefined): string {
  return share == null ? '—' : `${Math.round(share * 100)}%`
}
