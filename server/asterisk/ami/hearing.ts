/**
 * Facts on their way to the database: those of one call one after another, different calls side by side, what piles up
 * for a call while it is being committed goes together. Nothing is kept without bound: when the database cannot take
 * them they are dropped and said to be, since the CEL tells them again.
 */
import type { CallFact } from '../../calls/index.ts'
import type { Meters } from '../meters.ts'

export type Hearing = {
  /** A fact heard live. Never waits and never throws. */
  live(fact: CallFact): void
  /** Facts of the CEL, in order; resolves when all are committed or refused. Rejects when the database is away. */
  late(facts: CallFact[]): Promise<void>
  /** Holds live facts back until `release`: what CEL and the snapshot say comes first. */
  hold(): void
  release(): void
  idle(): Promise<void>
}

export type HearingOptions = {
  /** commits the facts of one call */
  hear(facts: CallFact[]): Promise<void>
  /** answers whether the database is there: tells a wire down from a fact that breaks us */
  databaseIsThere(): Promise<boolean>
  /** live facts were lost: they must be read back */
  onLost(why: 'database' | 'overflow'): void
  meters: Meters
  log: { error(o: object, m: string): void; warn(o: object, m: string): void }
}

type Waiting = { fact: CallFact; heardAt: number }
type Lane = { waiting: Waiting[]; done: ((error?: Error) => void)[]; patience?: NodeJS.Timeout | undefined }

/**
 * These facts wait this long for the one that mostly follows at once: the notice ends and the queue is joined, a queue that
 * finds somebody free rings, a ring that stops ends a leg. Both are then one commit and one frame. Longer, and a ring is
 * shown later; shorter, and it costs two commits.
 */
const PATIENCE_MS = 20
const PATIENT: ReadonlySet<CallFact['type']> = new Set(['notice-over', 'caller-queued', 'station-stopped'])

const SIDE_BY_SIDE = 6
const MOST_WAITING = 20_000
const MOST_HELD = 20_000

export function makeHearing(options: HearingOptions): Hearing {
  const { meters, log } = options
  const lanes = new Map<string, Lane>()
  const ready: string[] = []
  let held: CallFact[] | null = null
  let waiting = 0
  let busy = 0
  let quiet: (() => void)[] = []

  function enqueue(facts: CallFact[], done?: (error?: Error) => void): void {
    const callId = (facts[0] as CallFact).callId
    const heardAt = performance.now()
    const lane = lanes.get(callId)
    const here = lane ?? { waiting: [], done: [] }
    here.waiting.push(...facts.map((fact) => ({ fact, heardAt })))
    if (done) here.done.push(done)
    waiting += facts.length
    const isPatient = facts.every((fact) => PATIENT.has(fact.type) && !fact.recovered)
    if (!lane) lanes.set(callId, here)
    else if (isPatient || !lane.patience) return
    clearTimeout(here.patience)
    if (isPatient) here.patience = setTimeout(go, PATIENCE_MS, callId, here)
    else go(callId, here)
  }

  function go(callId: string, lane: Lane): void {
    lane.patience = undefined
    ready.push(callId)
    next()
  }

  function next(): void {
    while (busy < SIDE_BY_SIDE) {
      const callId = ready.shift()
      if (callId === undefined) break
      busy++
      void work(callId).then(() => {
        busy--
        next()
      })
    }
    if (busy === 0 && lanes.size === 0) {
      for (const tell of quiet) tell()
      quiet = []
    }
  }

  async function work(callId: string): Promise<void> {
    const lane = lanes.get(callId) as Lane
    while (lane.waiting.length > 0) {
      const batch = lane.waiting.splice(0, 200)
      waiting -= batch.length
      await commit(callId, lane, batch)
    }
    for (const done of lane.done) done()
    lanes.delete(callId)
  }

  async function commit(callId: string, lane: Lane, batch: Waiting[]): Promise<void> {
    const live = batch.filter(({ fact }) => !fact.recovered)
    try {
      // A hearing is either live or late: `recovered` is decided for it as a whole.
      for (const facts of runs(batch.map(({ fact }) => fact))) await options.hear(facts)
      meters.count('facts_total', batch.length)
      for (const one of live) meters.committed(performance.now() - one.heardAt)
    } catch (error) {
      const there = await options.databaseIsThere().catch(() => false)
      if (there) {
        // Not the database: a fact we cannot digest. Said loudly, and not let to block all that comes after it.
        meters.count('facts_refused_total', batch.length)
        log.error({ callId, err: error, facts: batch.map(({ fact }) => fact.type) }, 'facts of a call were refused')
        return
      }
      meters.count('facts_dropped_total', batch.length)
      for (const done of lane.done.splice(0)) done(error as Error)
      if (live.length > 0) options.onLost('database')
    }
  }

  return {
    live(fact) {
      if (held) {
        if (held.length < MOST_HELD) held.push(fact)
        else options.onLost('overflow')
        return
      }
      if (waiting >= MOST_WAITING) {
        meters.count('facts_dropped_total')
        return options.onLost('overflow')
      }
      enqueue([fact])
    },
    async late(facts) {
      const byCall = Map.groupBy(facts, (fact) => fact.callId)
      const all = [...byCall.values()].map(
        (ofOne) =>
          new Promise<void>((resolve, reject) => enqueue(ofOne, (error) => (error ? reject(error) : resolve()))),
      )
      const failed = (await Promise.allSettled(all)).find((one) => one.status === 'rejected')
      if (failed) throw failed.reason
    },
    hold() {
      held ??= []
    },
    release() {
      const facts = held ?? []
      held = null
      for (const fact of facts) enqueue([fact])
    },
    idle: () => (busy === 0 && lanes.size === 0 ? Promise.resolve() : new Promise((tell) => quiet.push(tell))),
  }
}

/** Neighbours of the same kind (live or late), kept in order. */
function runs(facts: CallFact[]): CallFact[][] {
  const found: CallFact[][] = []
  for (const fact of facts) {
    const last = found.at(-1)
    if (last && Boolean(last[0]?.recovered) === Boolean(fact.recovered)) last.push(fact)
    else found.push([fact])
  }
  return found
}
