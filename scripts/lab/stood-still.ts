/**
 * When this machine itself stood still: a borrowed machine is robbed of its processors for up to a second at a time, and
 * what did not happen then is nobody's fault. Measured while a drill runs, so that a quiet machine excuses nothing.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

type Span = { from: number; to: number }

export type Machine = {
  /** Milliseconds between two moments (epoch ms; `to`: now) in which a thread with nothing else to do was not let run. */
  stoodStill(from: number, to?: number): number
  /**
   * Whether something that has just taken `ms` was done within `bound` of the time in which the machine ran, and, when it
   * stood still meanwhile, words that say for how long.
   */
  within(ms: number, bound: number): { holds: boolean; meanwhile: string }
  close(): Promise<void>
}

const STEP_MS = 20
/** A thread is woken so late on any busy machine. */
const USUAL_MS = 40

const now = () => performance.timeOrigin + performance.now()

/** Starts to watch: one thread for each processor that the machine is said to have. */
export async function watchMachine(): Promise<Machine> {
  const spans: Span[] = []
  const watchers = Array.from({ length: availableParallelism() }, () => new Worker(new URL(import.meta.url)))
  // the first word of each only says that it watches
  await Promise.all(watchers.map((watcher) => once(watcher, 'message')))
  for (const watcher of watchers) {
    watcher.on('message', (span: Span) => spans.push(span))
    watcher.unref()
  }
  const stoodStill = (from: number, to = now()) => overlap(spans, { from, to })
  return {
    stoodStill,
    within(ms, bound) {
      const still = Math.round(stoodStill(now() - ms))
      return {
        holds: ms - still <= bound,
        meanwhile: still > 0 ? `, of which the machine stood still ${still} ms` : '',
      }
    },
    close: async () => {
      await Promise.all(watchers.map((watcher) => watcher.terminate()))
    },
  }
}

/** Milliseconds of a span that lie in any of these; what two of them share counts once. */
export function overlap(spans: readonly Span[], { from, to }: Span): number {
  let sum = 0
  let reached = from
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const begins = Math.max(span.from, reached)
    const ends = Math.min(span.to, to)
    if (ends <= begins) continue
    sum += ends - begins
    reached = ends
  }
  return sum
}

function watch(): never {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  parentPort?.postMessage(undefined)
  for (let last = now(); ; ) {
    Atomics.wait(cell, 0, 0, STEP_MS)
    const woke = now()
    if (woke - last > STEP_MS + USUAL_MS) parentPort?.postMessage({ from: last + STEP_MS, to: woke })
    last = woke
  }
}

if (!isMainThread && parentPort) watch()
