/**
 * Sends what the desk wished of Asterisk, after commit, by the one server that acts. Wishes about one station go one
 * after another in the order they were made; others side by side. What became of a wish is written on it.
 */
import type { Db, Wish } from '../db/index.ts'
import { Outage, Refusal } from '../refusal.ts'
import type { Doer } from './doing.ts'
import * as store from './store.ts'

export type Sender = {
  /** Looks for wishes now; never throws. */
  look(): void
  start(): void
  stop(): Promise<void>
  /** Does something outside the wishes in its station's turn. */
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T>
}

export type SenderOptions = {
  db: Db
  pbx: number
  do: Doer
  /** this server acts, and the wires are up */
  may(): boolean
  log: { warn(o: object, m: string): void; error(o: object, m: string): void }
}

const LOOK_EVERY_MS = 1_000

export function makeSender({ db, pbx, do: doIt, may, log }: SenderOptions): Sender {
  const turns = new Map<string, Promise<unknown>>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let lookAgain = false

  function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(key) ?? Promise.resolve()).then(work, work)
    const quiet = mine.then(
      () => undefined,
      () => undefined,
    )
    turns.set(key, quiet)
    void quiet.then(() => turns.get(key) === quiet && turns.delete(key))
    return mine
  }

  async function pass(): Promise<void> {
    do {
      lookAgain = false
      if (!may()) return
      const wishes = await store.takeWishes(db, pbx)
      for (const wish of wishes) void inTurn(keyOf(wish.body), () => send(wish))
      if (wishes.length > 0) lookAgain = true
    } while (lookAgain)
  }

  async function send(row: store.WishRow): Promise<void> {
    const wish = { ...row.body, verb: row.verb } as Wish
    try {
      if (row.expired) return await store.settleWish(db, row.id, 'expired', null)
      // A call may have been placed by the server that died: placing it again could ring a ward twice.
      if (row.sentBefore && wish.verb === 'originate') return await store.settleWish(db, row.id, 'unknown', null)
      await store.settleWish(db, row.id, 'done', await doIt(wish))
    } catch (error) {
      await unsent(row, error).catch((cause) => log.warn({ wish: row.id, err: cause }, 'a wish could not be settled'))
    }
  }

  async function unsent(row: store.WishRow, error: unknown): Promise<void> {
    if (error instanceof Refusal) {
      const why = String(error.details.why ?? error.code).slice(0, 200)
      log.warn({ wish: row.id, verb: row.verb, why }, 'Asterisk refused a wish')
      return store.settleWish(db, row.id, 'refused', why)
    }
    if (!(error instanceof Outage)) log.error({ wish: row.id, verb: row.verb, err: error }, 'a wish could not be sent')
    // Whether it was done before the wire broke nobody knows; all but placing a call may simply be said again.
    if (row.verb === 'originate') return store.settleWish(db, row.id, 'unknown', null)
    return store.returnWish(db, row.id)
  }

  function look(): void {
    if (looking) {
      lookAgain = true
      return
    }
    looking = pass()
      .catch((error) => log.warn({ err: error }, 'wishes could not be read'))
      .finally(() => {
        looking = null
      })
  }

  return {
    look,
    start() {
      timer = setInterval(look, LOOK_EVERY_MS)
    },
    async stop() {
      clearInterval(timer)
      await looking
      await Promise.all(turns.values())
    },
    inTurn,
  }
}

const keyOf = (body: Record<string, unknown>): string =>
  ['station', 'uniqueid', 'line', 'number']
    .map((name) => body[name])
    .find((value) => typeof value === 'string') as string
