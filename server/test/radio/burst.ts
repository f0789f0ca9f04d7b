/** A burst of a handheld is sent once and must be understood. What the machine's own halts may excuse stands here alone. */
import type { Test } from 'tap'
import { type Machine, watchMachine } from '../../../scripts/lab/stood-still.ts'

/** Asterisk keeps half a second of what it listens to; what piles up beyond that it throws away (audiohook.c, LONG_QUEUE). */
const KEPT_MS = 450
const TRIES = 5

export type Watch = {
  /** What the machine stood still for since an epoch millisecond, and words that say so; a quiet machine excuses nothing. */
  since(from?: number): { still: number; meanwhile: string }
}

export async function watched(t: Test): Promise<Watch> {
  const machine: Machine = await watchMachine()
  t.teardown(() => machine.close())
  return {
    since(from = 0) {
      const still = Math.round(machine.stoodStill(from))
      return { still, meanwhile: still > 0 ? `; the machine stood still for ${still} ms` : '' }
    },
  }
}

/**
 * Sends a burst and asks whether it was understood, and as what. It is sent again only when the machine stood still while it
 * was sent for longer than Asterisk can keep, and then says so.
 */
export async function oneBurst(
  t: Test,
  watch: Watch,
  name: string,
  send: () => Promise<unknown>,
  understood: () => Promise<{ is: boolean; as?: string }>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const from = Date.now()
    await send()
    const { still, meanwhile } = watch.since(from)
    const { is, as = 'nothing' } = await understood()
    if (is || still <= KEPT_MS || tries === TRIES) {
      t.ok(is, `${name}${is ? '' : `: understood as ${as}`}${meanwhile}`)
      return
    }
    t.comment(`${name}: understood as ${as}${meanwhile}; sent again`)
  }
}
