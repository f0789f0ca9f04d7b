/**
 * Announcements and test transmissions: sounds that ask for the floor as people do. On each port one is said after the other;
 * they wait while a handheld or an agent speaks, and give up after `waitMs`.
 *
 *   waiting ──port free──▶ asked ──granted──▶ on ──sound ended──▶ said
 *      ▲ └─ waitMs: not said  │ denied            └─ revoked: interrupted
 *      └──────────────────────┘
 */
import type { Talker } from '../../wire/radio.ts'
import type { FloorAnswer } from '../floor/words.ts'
import type { Board } from './floors.ts'
import type { Ask } from './words.ts'

/**
 * A sound to be sent. It must begin with silence of the port's `txLeadMs`: a transmitter swallows what is said before it
 * is up.
 */
export type Announcement = {
  port: string
  /** a file of Asterisk's sounds, without its ending */
  path: string
  kind: 'announcement' | 'test'
  prio: number
  talker: Talker
  words: string | null
  ticketId: string | null
  /** gives up when the port was not free within this */
  waitMs: number
  /** aborted: it is not begun, or is taken off the air in mid-word */
  signal?: AbortSignal
}

export type Announced =
  | { result: 'said'; overId: string | null }
  /** begun, and taken off the air */
  | { result: 'interrupted'; overId: string | null; why: string }
  | { result: 'not_said'; why: string }

export type AnnouncerParts = {
  board: Pick<Board, 'isFree'>
  ask: (port: string, wish: Ask) => void
  release: (port: string, id: string, why: 'done' | 'revoked') => void
  /** the over that is on at this port */
  overOf: (port: string) => string | null
  after: (ms: number, act: () => void) => () => void
}

type Job = {
  what: Announcement
  tries: number
  id: string
  state: 'waiting' | 'asked' | 'on'
  done: (how: Announced) => void
}

export type Announcer = ReturnType<typeof makeAnnouncer>

export function makeAnnouncer({ board, ask, release, overOf, after }: AnnouncerParts) {
  const queues = new Map<string, Job[]>()
  let count = 0

  function finish(job: Job, how: Announced): void {
    const queue = queues.get(job.what.port) ?? []
    queues.set(
      job.what.port,
      queue.filter((one) => one !== job),
    )
    job.done(how)
  }

  function attempt(job: Job): void {
    job.state = 'asked'
    job.tries += 1
    const id = idOf(job)
    const { kind, prio, talker, port, path, words, ticketId } = job.what
    ask(port, {
      asker: { id, source: id, kind, prio, talker },
      voice: () => ({ kind: 'sound', path }),
      // May come more than once, and late for a try that was followed by another.
      answered: (answer) => idOf(job) === id && answered(job, answer),
      words,
      ticketId,
    })
  }

  function answered(job: Job, answer: FloorAnswer): void {
    if (answer.result === 'granted') job.state = 'on'
    else if (answer.result === 'denied' && answer.why !== 'offline') job.state = 'waiting'
    else if (answer.result === 'released') finish(job, endOf(job))
    else if (answer.result === 'revoked')
      finish(job, { result: 'interrupted', overId: overOf(job.what.port), why: answer.why })
    else finish(job, { result: 'not_said', why: answer.why })
  }

  const idOf = (job: Job): string => `${job.id}.${job.tries}`
  const lastOver = new WeakMap<Job, string | null>()
  const endOf = (job: Job): Announced =>
    job.what.signal?.aborted
      ? { result: 'interrupted', overId: lastOver.get(job) ?? null, why: 'cancelled' }
      : { result: 'said', overId: lastOver.get(job) ?? null }

  function abort(job: Job): void {
    if (job.state === 'waiting') finish(job, { result: 'not_said', why: 'cancelled' })
    else {
      lastOver.set(job, overOf(job.what.port))
      release(job.what.port, idOf(job), 'revoked')
    }
  }

  /** Called whenever something has changed: the first in each port's line asks when the port is free. */
  function settle(): void {
    for (const [port, [job]] of queues) if (job?.state === 'waiting' && board.isFree(port)) attempt(job)
  }

  return {
    settle,
    announce(what: Announcement): Promise<Announced> {
      return new Promise((resolve) => {
        count += 1
        const cancel = after(what.waitMs, () => {
          if (job.state === 'waiting') finish(job, { result: 'not_said', why: 'busy' })
        })
        const aborted = () => abort(job)
        what.signal?.addEventListener('abort', aborted, { once: true })
        const done = (how: Announced) => {
          cancel()
          what.signal?.removeEventListener('abort', aborted)
          resolve(how)
          settle()
        }
        const job: Job = { what, tries: 0, id: `say-${count}`, state: 'waiting', done }
        if (what.signal?.aborted) return done({ result: 'not_said', why: 'cancelled' })
        queues.set(what.port, [...(queues.get(what.port) ?? []), job])
        settle()
      })
    },
    /** The sound has been played to its end, or could not be. */
    soundEnded(port: string, ok: boolean): void {
      const job = (queues.get(port) ?? []).find(({ state }) => state === 'on' || state === 'asked')
      if (!job) return
      lastOver.set(job, overOf(port))
      if (!ok) finish(job, { result: 'interrupted', overId: overOf(port), why: 'sound_failed' })
      release(port, idOf(job), 'done')
    },
  }
}
