import type { Knex } from 'knex'
import { every, type RepeatedParts } from '../every.ts'
import type { WireHealth } from '../wire/views.ts'

const EVERY_MS = 2_000
const SLOW_MS = 500

/** Asks PostgreSQL every two seconds whether it is there, so that `/status` knows before somebody's click finds out. */
export function watchPulse(
  db: Knex,
  log: RepeatedParts['log'],
): { health: () => WireHealth; isUp: () => boolean; stop: () => Promise<void> } {
  let health: WireHealth = {
    wire: 'postgres',
    state: 'well',
    since: new Date().toISOString(),
    lastHeardAt: null,
    why: null,
  }

  async function beat(): Promise<void> {
    const began = performance.now()
    let state: WireHealth['state'] = 'well'
    let why: string | null = null
    try {
      await db.raw('select 1').timeout(3_000, { cancel: false })
      if (performance.now() - began > SLOW_MS) {
        state = 'slow'
        why = `${Math.round(performance.now() - began)} ms`
      }
    } catch (error) {
      state = 'broken'
      why = (error as { code?: string }).code ?? 'no answer'
    }
    const now = new Date().toISOString()
    const since = state === health.state ? health.since : now
    health = { wire: 'postgres', state, since, why, lastHeardAt: state === 'broken' ? health.lastHeardAt : now }
  }
  const beating = every({ name: 'pulse', everyMs: EVERY_MS, work: beat, log })
  return { health: () => health, isUp: () => health.state !== 'broken', stop: beating.stop }
}
