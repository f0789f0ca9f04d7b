/**
 * Who acts. All servers hear an Asterisk; one, holding PostgreSQL's advisory lock for it, asks things of it and reads
 * its CEL. The lock dies with its connection, so a dead server stops acting by itself; one whose connection does not
 * answer for two seconds no longer believes that it acts.
 */
import type { Db } from '../db/index.ts'
import { openSession, type Session } from './store.ts'

export type Acting = {
  start(): void
  stop(): Promise<void>
  isActing(): boolean
  /** why not, or null */
  why(): string | null
}

export type ActingOptions = {
  db: Db
  pbx: number
  onGained(): void
  onLost(): void
  /** somebody wrote a wish for this Asterisk */
  onWish(): void
  log: { info(o: object, m: string): void; warn(o: object, m: string): void }
  everyMs?: number
}

const ACTING_LOCK = 7_004
const ANSWER_MS = 2_000

export function makeActing({ db, pbx, onGained, onLost, onWish, log, everyMs = 1_000 }: ActingOptions): Acting {
  let session: Session | null = null
  let acting = false
  let why: string | null = 'not started'
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = true

  async function beat(): Promise<void> {
    try {
      session ??= await open()
      const { rows } = acting
        ? await within(session.query('select true as mine'))
        : await within(session.query('select pg_try_advisory_lock($1, $2) as mine', [ACTING_LOCK, pbx]))
      const mine = rows[0]?.mine === true
      why = mine ? null : 'another server acts'
      if (mine && !acting && !stopped) {
        acting = true
        log.info({ pbx }, 'this server acts for Asterisk')
        onGained()
      }
    } catch (error) {
      lose(`PostgreSQL: ${(error as Error).message}`)
    }
  }

  async function open(): Promise<Session> {
    const made = await openSession(db)
    made.onEnd(() => made === session && lose('PostgreSQL closed the connection'))
    made.onNotice((channel, payload) => channel === 'wishes' && payload === String(pbx) && onWish())
    await within(made.query('listen wishes')).catch((error) => {
      made.end()
      throw error
    })
    return made
  }

  function lose(reason: string): void {
    session?.end()
    session = null
    why = reason
    if (!acting) return
    acting = false
    if (!stopped) log.warn({ pbx, why: reason }, 'this server no longer acts for Asterisk')
    onLost()
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      const again = () => {
        running = beat().then(() => {
          if (!stopped) timer = setTimeout(again, everyMs)
        })
      }
      again()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      lose('stopped')
    },
    isActing: () => acting,
    why: () => why,
  }
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ANSWER_MS} ms`)), ANSWER_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
