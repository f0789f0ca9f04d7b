/**
 * Keeps something running: when it dies it is started again, at once the first time, then after 1, 2, 4 … 30 s.
 *
 *   starting ──▶ running ──dies──▶ waiting ──▶ starting …        stop() from anywhere ──▶ stopped
 */
import { setTimeout as pause } from 'node:timers/promises'
import { whenGone } from './processes.ts'
import type { Say } from './say.ts'

/** A thing that runs as one process. */
export type Running = { readonly pid: number; stop(): Promise<void> }

export type Kept<T extends Running> = {
  /** The one running now (or, while it is down, the last one). */
  current(): T
  /** Ends it for good. */
  stop(): Promise<void>
  /** How often it had to be started again. */
  restarts(): number
}

/** After this long without dying, the next death is treated as the first again. */
const WELL_AFTER_MS = 60_000

/**
 * Starts `start` and keeps it. The first start's error is thrown; later ones are told and tried again.
 * `changed` hears of every later start, with what now runs.
 */
export async function keep<T extends Running>(
  name: string,
  start: () => Promise<T>,
  tell: Say,
  changed: (now: T) => void = () => undefined,
): Promise<Kept<T>> {
  let now = await start()
  let restarts = 0
  const ending = new AbortController()

  const watch = (async () => {
    let deaths = 0
    for (let since = Date.now(); ; since = Date.now()) {
      await whenGone(now.pid, ending.signal)
      if (ending.signal.aborted) return
      deaths = Date.now() - since > WELL_AFTER_MS ? 0 : deaths
      for (let up = false; !up && !ending.signal.aborted; deaths++) {
        const waitMs = deaths === 0 ? 0 : Math.min(30_000, 1_000 * 2 ** (deaths - 1))
        tell(`${name} 停了,${waitMs / 1000} 秒后重启 · ${name} ended, starting again in ${waitMs / 1000} s`)
        await pause(waitMs, undefined, { signal: ending.signal }).catch(() => undefined)
        if (ending.signal.aborted) return
        up = await start().then(
          (started) => {
            now = started
            restarts++
            changed(now)
            return true
          },
          (error: Error) => {
            tell(`${name}: ${error.message}`)
            return false
          },
        )
      }
    }
  })()

  return {
    current: () => now,
    restarts: () => restarts,
    async stop() {
      ending.abort()
      await watch
      await now.stop()
    },
  }
}
