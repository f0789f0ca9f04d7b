/**
 * The live socket. It reads the journal itself - a commit of ours pokes it, a notice of another server's pokes it, and
 * each second it looks anyway - makes one frame per event, and tells each console all it may see, in order, by number.
 *
 *   connected ──?after=──▶ catching up ──▶ in step ──too slow / rights changed──▶ told to resync ──again──▶ catching up
 */
import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { actorsOfSessions, touchSessions } from '../access/index.ts'
import { type Db, type JournalRow, journalHead, readJournal } from '../db/index.ts'
import type { FromConsole, FromServer } from '../wire/frames.ts'
import type { Health, QueueNow } from '../wire/views.ts'
import { batchOf, maskMaker, type Sees, type SharedFrame, type Told, toTold } from './batch.ts'
import { textFrame } from './frame.ts'
import { type App, actorOf, type Routes, Type } from './index.ts'
import { listen } from './listen.ts'
import { FROM_NOW, Seat } from './seat.ts'

export type { SharedFrame } from './batch.ts'

/** Rows kept ready so that many consoles coming back at once cost the database nothing. */
const KEPT_ROWS = 4_096
/** A console further behind than this fetches the desk anew: cheaper for both. */
const CATCH_UP_MAX = 2_000
const READ_ROWS = 500
/** Each second so many sessions are looked at, or a tenth of all: hundreds of actors at once would hold up the frames. */
const CHECKED_AT_ONCE = 50
const CHECKED_WITHIN_S = 10
/**
 * Between two rounds: a millisecond for each fifty consoles, 20 at most. An event after a quiet moment goes at once; a storm
 * makes rounds grow instead of multiplying, since what a round costs is its sends, not its events.
 */
const pauseMs = (consoles: number) => Math.min(consoles / 50, 20)
const NOTICE_WAITS_MS = 3
/** Figures are sent at least this often, so that a console knows the wire is alive. */
const NOW_AT_LEAST_MS = 4_000
const PING_EVERY_MS = 20_000

export type LiveParts = {
  db: Db
  /** may this person see this? */
  sees: Sees
  /** the frames of journal rows, in the same order; undefined: this row is nobody's business */
  framesOf: (rows: JournalRow[]) => Promise<(SharedFrame | undefined)[]>
  /** figures that are not in the journal, and whose lines they are of */
  now: () => Promise<{ organisationId?: string; queues?: QueueNow[]; health?: Health }>
  log: Logger
  /** what a console said besides asking again, e.g. that it painted a pop; `seat` names the console */
  heard?: (actor: Seat['actor'], said: Exclude<FromConsole, { kind: 'again' }>, seat: string) => Promise<void>
  /** a console has connected, or is gone */
  came?: (actor: Seat['actor'], seat: string) => void
  left?: (seat: string) => void
  idleMinutes?: number
}

/** An event with its place in the journal. */
type Happened = { seq: number; type: string; at: Date }

export type Live = {
  /** says that the journal has grown; by these, if that is known */
  publish: (told?: Happened[]) => void
  /** Sends what is not in the journal, at once, to whichever console `to` has a message for. */
  tell: (to: (actor: Seat['actor'], seat: string) => Buffer | undefined) => void
  routes: Routes
  stop: () => Promise<void>
  clients: () => number
  /** for /metrics: since start */
  figures: () => { framesSent: number; replays: number; resyncs: number; dropped: number }
}

/** Starts reading the journal from its end. */
export function makeLive({ db, sees, framesOf, now, log, heard, came, left, idleMinutes = 60 }: LiveParts): Live {
  const seats = new Set<Seat>()
  const figures = { framesSent: 0, replays: 0, resyncs: 0, dropped: 0 }
  /** told up to here; undefined while nobody looks */
  let head: number | undefined
  /** read up to here: a notice of ours that comes after its own commit's poke says nothing new */
  let readTo = 0
  /** what our own commits have said and has not been read yet */
  let ours: JournalRow[] = []
  let kept: Told[] = []
  let poked = false
  let roundAt = 0
  let running = false
  let stopped = false
  let lastNow = { json: '', at: 0 }

  function publish(told?: Happened[]): void {
    if (told && seats.size === 0) return
    for (const { seq, type, at, ...body } of told ?? []) if (seq > readTo) ours.push({ seq, type, at, body })
    if (told && ours.length === 0) return
    poked = true
    if (!running && !stopped) void run()
  }
  /** A notice of our own commit is often here before the commit's own answer, which brings the event along: it is given a moment. */
  function heardOf(words: string | undefined): void {
    const seq = Number(words ?? Number.NaN)
    setTimeout(() => {
      if (!(seq <= readTo) && !ours.some((row) => row.seq === seq)) publish()
    }, NOTICE_WAITS_MS)
  }

  /** What comes next in the journal: from our own commits when they follow on without a gap, else from the database. */
  async function next(after: number): Promise<JournalRow[]> {
    ours.sort((a, b) => a.seq - b.seq)
    const known: JournalRow[] = []
    let last = after
    for (const row of ours) {
      if (row.seq === last + 1 && known.length < READ_ROWS) {
        known.push(row)
        last = row.seq
      }
    }
    const rows = known.length > 0 ? known : await readJournal(db, after, READ_ROWS)
    readTo = rows.at(-1)?.seq ?? after
    ours = ours.filter((row) => row.seq > readTo)
    if (ours.length > 0 || rows.length === READ_ROWS) poked = true
    return rows
  }

  /** One at a time: reads what is new, tells it, lets those who were behind catch up; again while poked. */
  async function run(): Promise<void> {
    running = true
    try {
      while (poked && !stopped) {
        poked = false
        if (seats.size === 0) {
          // Nobody looks: whoever comes later reads the journal itself.
          head = undefined
          kept = []
          ours = []
          return
        }
        const early = roundAt + pauseMs(seats.size) - performance.now()
        if (early > 1) await new Promise((go) => setTimeout(go, early))
        head ??= await journalHead(db)
        const rows = await next(head)
        await renewRights(rows)
        if (rows.length > 0) {
          tell(await ready(rows))
          roundAt = performance.now()
        }
        for (const row of rows) if (row.type === 'session.closed') letGo(row)
        for (const seat of seats) if (seat.asksAfter !== undefined) await catchUp(seat)
      }
    } catch (error) {
      // The database is away: nothing is lost, the next round starts from the same place.
      readTo = head ?? 0
      ours = []
      log.warn({ code: (error as { code?: string }).code }, 'the journal cannot be read')
    } finally {
      running = false
    }
  }

  /** Frames for rows, in order. One that cannot be made must not stop the others, or all that come after it. */
  async function ready(rows: JournalRow[]): Promise<Told[]> {
    try {
      const frames = await framesOf(rows)
      return rows.map((row, i) => toTold(row.seq, frames[i]))
    } catch (error) {
      if (typeof (error as { code?: unknown }).code === 'string') throw error
      const [row] = rows
      if (row && rows.length === 1) {
        log.error({ seq: row.seq, type: row.type, err: error }, 'no frame for this event')
        return [toTold(row.seq, undefined)]
      }
      const told: Told[] = []
      for (const one of rows) told.push(...(await ready([one])))
      return told
    }
  }

  /** A closed session's console leaves at once, and is told whether it was its own doing. */
  function letGo({ body }: JournalRow): void {
    for (const seat of seats) {
      if (seat.actor.sessionId === body.sessionId) seat.bye(body.why === 'signed-out' ? 'signed_out' : 'revoked')
    }
  }

  /** Whose rights were changed has them at once. */
  async function renewRights(rows: JournalRow[]): Promise<void> {
    const whose = new Set(rows.filter(({ type }) => type === 'grants.changed').map(({ body }) => body.personId))
    if (whose.size > 0) await checkSessions([...seats].filter(({ actor }) => whose.has(actor.personId)))
  }

  function tell(rows: Told[]): void {
    const upTo = rows.at(-1)?.seq
    if (upTo === undefined) return
    head = upTo
    kept = kept.concat(rows).slice(-KEPT_ROWS)
    const messages = new Map<string, Buffer>()
    const maskOf = maskMaker(rows, sees)
    for (const seat of seats) {
      if (seat.upTo === undefined) continue
      const mask = maskOf(seat.actor, seat.rights)
      // Nothing to see: the number is told by the tick, once a second, instead of a hundred times.
      if (/^0*$/.test(mask)) continue
      const key = `${seat.upTo} ${mask}`
      const message = messages.get(key) ?? textFrame(batchOf(rows, mask, seat.upTo, upTo))
      messages.set(key, message)
      send(seat, message, upTo)
    }
  }

  async function catchUp(seat: Seat): Promise<void> {
    const upTo = head ?? 0
    const after = seat.asksAfter === FROM_NOW ? upTo : (seat.asksAfter as number)
    seat.asksAfter = undefined
    if (after > upTo || upTo - after > CATCH_UP_MAX) return resync(seat, 'too-far-behind')
    figures.replays += 1
    const oldest = kept[0]?.seq ?? upTo + 1
    let rows = kept.filter(({ seq }) => seq > after)
    if (after < oldest - 1 && after < upTo) {
      const older = await readJournal(db, after, CATCH_UP_MAX)
      rows = [...(await ready(older.filter(({ seq }) => seq < oldest && seq <= upTo))), ...rows]
    }
    const mask = maskMaker(rows, sees)(seat.actor, seat.rights)
    send(seat, textFrame(batchOf(rows, mask, after, upTo)), upTo)
  }

  function send(seat: Seat, message: Buffer, upTo: number): void {
    if (!seat.send(message)) {
      figures.dropped += 1
      resync(seat, 'too-slow')
    } else {
      figures.framesSent += 1
      seat.upTo = upTo
    }
  }
  function resync(seat: Seat, why: string): void {
    seat.upTo = undefined
    seat.owes = why
    figures.resyncs += 1
    seat.settleDebt()
  }

  /** Each second: who is still signed in, and with which rights; figures; the number for those who saw nothing. */
  async function tick(): Promise<void> {
    poked = true
    if (!running) await run()
    const all = [...seats]
    const nothings = new Map<number, Buffer>()
    for (const seat of all) {
      seat.settleDebt()
      if (seat.upTo === undefined || head === undefined || seat.upTo >= head) continue
      const message = nothings.get(seat.upTo) ?? textFrame(batchOf([], '', seat.upTo, head))
      nothings.set(seat.upTo, message)
      send(seat, message, head)
    }
    await checkSessions(turnOf(all)).catch(() => {}) // away with the database: the sockets stay, the strip says so
    await tellNow(all).catch((error) => log.debug({ message: (error as Error).message }, 'no figures'))
  }
  /** Whose turn it is to be looked at: everybody's within CHECKED_WITHIN_S. A session or a right that is taken away acts at once. */
  function turnOf(all: Seat[]): Seat[] {
    const share = Math.max(CHECKED_AT_ONCE, Math.ceil(all.length / CHECKED_WITHIN_S))
    const waiting = all.sort((a, b) => a.checkedAt - b.checkedAt).slice(0, share)
    for (const seat of waiting) seat.checkedAt = performance.now()
    return waiting
  }
  async function checkSessions(all: Seat[]): Promise<void> {
    for (let from = 0; from < all.length; from += CHECKED_AT_ONCE) {
      const some = all.slice(from, from + CHECKED_AT_ONCE)
      const ids = some.map(({ actor }) => actor.sessionId)
      const actors = await actorsOfSessions(db, ids, idleMinutes)
      for (const seat of some) {
        const actor = actors.get(seat.actor.sessionId)
        if (!actor) seat.bye('expired')
        else if (seat.renew(actor)) resync(seat, 'rights-changed')
      }
    }
  }
  async function tellNow(all: Seat[]): Promise<void> {
    const { organisationId = '', queues, health } = await now()
    const json = JSON.stringify([queues, health && { ...health, serverTime: '' }])
    const at = performance.now()
    if (json === lastNow.json && at - lastNow.at < NOW_AT_LEAST_MS) return
    lastNow = { json, at }
    const serverTime = new Date().toISOString()
    const messages = new Map<string, Buffer>()
    const messageFor = (actor: Seat['actor']): Buffer => {
      const seen = queues?.filter((queue) => sees(actor, { ...NOBODYS, organisationId, ...where(queue) }))
      const mayWork = actor.grants.some(({ role }) => role !== 'reporter')
      const said: FromServer = {
        kind: 'now',
        serverTime,
        ...(seen && { queues: seen }),
        ...(health && mayWork && { health }),
      }
      return textFrame(JSON.stringify(said))
    }
    for (const seat of all) {
      // A line's figures name nobody: they are the same for all of equal rights.
      const message = messages.get(seat.rights) ?? messageFor(seat.actor)
      messages.set(seat.rights, message)
      seat.send(message)
    }
  }

  const listening = listen(db, 'journal', heardOf, log)
  let ticking = false
  const ticker = setInterval(() => {
    if (ticking || stopped) return
    ticking = true
    void tick().finally(() => {
      ticking = false
    })
  }, 1_000)
  const pinger = setInterval(() => {
    for (const seat of seats) seat.ping()
    const ids = [...seats].map(({ actor }) => actor.sessionId)
    // An open console is a session in use; only the twelve hours end it.
    if (ids.length > 0) touchSessions(db, ids).catch(() => {})
  }, PING_EVERY_MS)
  publish()

  function join(socket: WebSocket, request: FastifyRequest): void {
    const actor = actorOf(request)
    const seat: Seat = new Seat(socket, request.raw.socket, actor, {
      again: () => publish(),
      said: async (said) => heard?.(seat.actor, said, seat.id),
      left: () => {
        if (seats.delete(seat)) left?.(seat.id)
      },
      log,
    })
    seats.add(seat)
    came?.(actor, seat.id)
    const { after } = request.query as { after?: number }
    // Without a number the console starts from now; it compares with what it fetched and asks again if need be.
    seat.asksAfter = after ?? head ?? FROM_NOW
    publish()
  }

  const routes: Routes = async (app: App) => {
    app.get(
      '/live',
      {
        websocket: true,
        schema: { hide: true, querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }) },
      },
      (socket, request) => join(socket, request as unknown as FastifyRequest),
    )
  }

  return {
    publish,
    tell(to) {
      const frames = new Map<Buffer, Buffer>()
      for (const seat of seats) {
        const message = to(seat.actor, seat.id)
        if (!message) continue
        const frame = frames.get(message) ?? textFrame(message)
        frames.set(message, frame)
        seat.send(frame)
      }
    },
    routes,
    clients: () => seats.size,
    figures: () => ({ ...figures }),
    async stop() {
      stopped = true
      clearInterval(ticker)
      clearInterval(pinger)
      for (const seat of seats) seat.close(1012, 'the server is restarting')
      await listening.stop()
    },
  }
}

const where = ({ campus, line }: QueueNow) => ({ campus, line })
/** A call that rang nobody: seen by whoever sees the line's calls. */
const NOBODYS = { kind: 'call' as const, agentIds: [], assigneeIds: [] }
