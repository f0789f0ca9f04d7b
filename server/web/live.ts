/**
 * The live socket. It reads the journal itself - a commit of ours pokes it, a notice of another server's pokes it, and
 * each second it looks anyway - makes one frame per event, and tells each console all it may see, in order, by number.
 *
 *   connected ──?after=──▶ catching up ──▶ in step ──too slow / rights changed──▶ told to resync ──again──▶ catching up
 */
import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { type Db, type JournalRow, journalHead, readJournal } from '../db/index.ts'
import type { FromConsole, FromServer } from '../wire/frames.ts'
import type { Actor } from '../wire/grant.ts'
import type { Health, QueueNow } from '../wire/views.ts'
import { batchOf, type FrameMaker, framed, maskMaker, type Sees, type Told, toTold } from './batch.ts'
import { textFrame } from './frame.ts'
import { type App, actorOf, type Doorkeeper, type Routes, Type } from './index.ts'
import { listen } from './listen.ts'
import { type Happened, NextRows } from './next-rows.ts'
import { FROM_NOW, Seat } from './seat.ts'

/** Rows kept ready so that many consoles coming back at once cost the database nothing. */
const KEPT_ROWS = 4_096
/** A console further behind than this fetches the desk anew: cheaper for both. */
const CATCH_UP_MAX = 2_000
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
  doorkeeper: Pick<Doorkeeper, 'bySessions' | 'touch'>
  /** each room's own; a row that nobody makes a frame of is nobody's business */
  frames: FrameMaker[]
  /** figures that are not in the journal, and whose lines they are of */
  now: () => Promise<{ organisationId?: string; queues?: QueueNow[]; health?: Health }>
  log: Logger
  /** what a console said besides asking again, e.g. that it painted a pop; `seat` names the console */
  heard?: (actor: Actor, said: Exclude<FromConsole, { kind: 'again' }>, seat: string) => Promise<void>
  /** a console has connected, or is gone */
  came?: (actor: Actor, seat: string) => void
  left?: (seat: string) => void
}

/** The consoles and what they are told. */
export class Live {
  /** for /metrics: since start */
  readonly figures = { framesSent: 0, replays: 0, resyncs: 0, dropped: 0 }
  readonly #parts: LiveParts
  readonly #seats = new Set<Seat>()
  readonly #next: NextRows
  readonly #listening: { stop: () => Promise<void> }
  readonly #timers: NodeJS.Timeout[]
  /** told up to here; undefined while nobody looks */
  #head: number | undefined
  #kept: Told[] = []
  #poked = false
  #roundAt = 0
  #running = false
  #stopped = false
  #lastNow = { json: '', at: 0 }

  /** Starts reading the journal from its end. */
  constructor(parts: LiveParts) {
    this.#parts = parts
    this.#next = new NextRows(parts.db)
    this.#listening = listen(parts.db, 'journal', (words) => this.#heardOf(words), parts.log)
    let ticking = false
    const ticker = setInterval(() => {
      if (ticking || this.#stopped) return
      ticking = true
      void this.#tick().finally(() => {
        ticking = false
      })
    }, 1_000)
    this.#timers = [ticker, setInterval(() => this.#ping(), PING_EVERY_MS)]
    this.publish()
  }

  /** Says that the journal has grown; by these, if that is known. */
  publish(told?: Happened[]): void {
    if (told && this.#seats.size === 0) return
    if (told && !this.#next.ours(told)) return
    this.#poked = true
    if (!this.#running && !this.#stopped) void this.#run()
  }

  /** Sends what is not in the journal, at once, to whichever console `to` has a message for. */
  tell(to: (actor: Actor, seat: string) => Buffer | undefined): void {
    const frames = new Map<Buffer, Buffer>()
    for (const seat of this.#seats) {
      const message = to(seat.actor, seat.id)
      if (!message) continue
      const frame = frames.get(message) ?? textFrame(message)
      frames.set(message, frame)
      seat.send(frame)
    }
  }

  readonly routes: Routes = async (app: App) => {
    app.get(
      '/live',
      {
        websocket: true,
        schema: { hide: true, querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }) },
      },
      (socket, request) => this.#join(socket, request as unknown as FastifyRequest),
    )
  }

  clients(): number {
    return this.#seats.size
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    for (const seat of this.#seats) seat.close(1012, 'the server is restarting')
    await this.#listening.stop()
  }

  #join(socket: WebSocket, request: FastifyRequest): void {
    const { heard, left, came, log } = this.#parts
    const actor = actorOf(request)
    const seat: Seat = new Seat(socket, request.raw.socket, actor, {
      again: () => this.publish(),
      said: async (said) => heard?.(seat.actor, said, seat.id),
      left: () => {
        if (this.#seats.delete(seat)) left?.(seat.id)
      },
      log,
    })
    this.#seats.add(seat)
    came?.(actor, seat.id)
    const { after } = request.query as { after?: number }
    // Without a number the console starts from now; it compares with what it fetched and asks again if need be.
    seat.asksAfter = after ?? this.#head ?? FROM_NOW
    this.publish()
  }

  /** A notice of our own commit is often here before the commit's own answer, which brings the event along: it is given a moment. */
  #heardOf(words: string | undefined): void {
    const seq = Number(words ?? Number.NaN)
    setTimeout(() => {
      if (!this.#next.knows(seq)) this.publish()
    }, NOTICE_WAITS_MS)
  }

  /** One at a time: reads what is new, tells it, lets those who were behind catch up; again while poked. */
  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#poked && !this.#stopped) {
        this.#poked = false
        if (this.#seats.size === 0) {
          // Nobody looks: whoever comes later reads the journal itself.
          this.#head = undefined
          this.#kept = []
          this.#next.forget()
          return
        }
        const early = this.#roundAt + pauseMs(this.#seats.size) - performance.now()
        if (early > 1) await new Promise((go) => setTimeout(go, early))
        this.#head ??= await journalHead(this.#parts.db)
        const rows = await this.#next.after(this.#head)
        if (this.#next.more) this.#poked = true
        await this.#renewRights(rows)
        if (rows.length > 0) {
          this.#tellRows(await this.#ready(rows))
          this.#roundAt = performance.now()
        }
        for (const row of rows) if (row.type === 'session.closed') this.#letGo(row)
        for (const seat of this.#seats) if (seat.asksAfter !== undefined) await this.#catchUp(seat)
      }
    } catch (error) {
      // The database is away: nothing is lost, the next round starts from the same place.
      this.#next.forget(this.#head ?? 0)
      this.#parts.log.warn({ code: (error as { code?: string }).code }, 'the journal cannot be read')
    } finally {
      this.#running = false
    }
  }

  /** Frames for rows, in order. One that cannot be made must not stop the others, or all that come after it. */
  async #ready(rows: JournalRow[]): Promise<Told[]> {
    try {
      const frames = await framed(rows, this.#parts.frames)
      return rows.map(({ seq }) => toTold(seq, frames.get(seq)))
    } catch (error) {
      if (typeof (error as { code?: unknown }).code === 'string') throw error
      const [row] = rows
      if (row && rows.length === 1) {
        this.#parts.log.error({ seq: row.seq, type: row.type, err: error }, 'no frame for this event')
        return [toTold(row.seq, undefined)]
      }
      const told: Told[] = []
      for (const one of rows) told.push(...(await this.#ready([one])))
      return told
    }
  }

  /** A closed session's console leaves at once, and is told whether it was its own doing. */
  #letGo({ body }: JournalRow): void {
    for (const seat of this.#seats) {
      if (seat.actor.sessionId === body.sessionId) seat.bye(body.why === 'signed-out' ? 'signed_out' : 'revoked')
    }
  }

  /** Whose rights were changed has them at once. */
  async #renewRights(rows: JournalRow[]): Promise<void> {
    const whose = new Set(rows.filter(({ type }) => type === 'grants.changed').map(({ body }) => body.personId))
    if (whose.size > 0) await this.#checkSessions([...this.#seats].filter(({ actor }) => whose.has(actor.personId)))
  }

  #tellRows(rows: Told[]): void {
    const upTo = rows.at(-1)?.seq
    if (upTo === undefined) return
    this.#head = upTo
    this.#kept = this.#kept.concat(rows).slice(-KEPT_ROWS)
    const messages = new Map<string, Buffer>()
    const maskOf = maskMaker(rows, this.#parts.sees)
    for (const seat of this.#seats) {
      if (seat.upTo === undefined) continue
      const mask = maskOf(seat.actor, seat.rights)
      // Nothing to see: the number is told by the tick, once a second, instead of a hundred times.
      if (/^0*$/.test(mask)) continue
      const key = `${seat.upTo} ${mask}`
      const message = messages.get(key) ?? textFrame(batchOf(rows, mask, seat.upTo, upTo))
      messages.set(key, message)
      this.#send(seat, message, upTo)
    }
  }

  async #catchUp(seat: Seat): Promise<void> {
    const upTo = this.#head ?? 0
    const after = seat.asksAfter === FROM_NOW ? upTo : (seat.asksAfter as number)
    seat.asksAfter = undefined
    if (after > upTo || upTo - after > CATCH_UP_MAX) return this.#resync(seat, 'too-far-behind')
    this.figures.replays += 1
    const oldest = this.#kept[0]?.seq ?? upTo + 1
    let rows = this.#kept.filter(({ seq }) => seq > after)
    if (after < oldest - 1 && after < upTo) {
      const older = await readJournal(this.#parts.db, after, CATCH_UP_MAX)
      rows = [...(await this.#ready(older.filter(({ seq }) => seq < oldest && seq <= upTo))), ...rows]
    }
    const mask = maskMaker(rows, this.#parts.sees)(seat.actor, seat.rights)
    this.#send(seat, textFrame(batchOf(rows, mask, after, upTo)), upTo)
  }

  #send(seat: Seat, message: Buffer, upTo: number): void {
    if (!seat.send(message)) {
      this.figures.dropped += 1
      this.#resync(seat, 'too-slow')
    } else {
      this.figures.framesSent += 1
      seat.upTo = upTo
    }
  }

  #resync(seat: Seat, why: string): void {
    seat.upTo = undefined
    seat.owes = why
    this.figures.resyncs += 1
    seat.settleDebt()
  }

  /** Each second: who is still signed in, and with which rights; figures; the number for those who saw nothing. */
  async #tick(): Promise<void> {
    this.#poked = true
    if (!this.#running) await this.#run()
    const all = [...this.#seats]
    const nothings = new Map<number, Buffer>()
    for (const seat of all) {
      seat.settleDebt()
      if (seat.upTo === undefined || this.#head === undefined || seat.upTo >= this.#head) continue
      const message = nothings.get(seat.upTo) ?? textFrame(batchOf([], '', seat.upTo, this.#head))
      nothings.set(seat.upTo, message)
      this.#send(seat, message, this.#head)
    }
    await this.#checkSessions(this.#turnOf(all)).catch(() => {}) // away with the database: the sockets stay, the strip says so
    await this.#tellNow(all).catch((error) =>
      this.#parts.log.debug({ message: (error as Error).message }, 'no figures'),
    )
  }

  /** Whose turn it is to be looked at: everybody's within CHECKED_WITHIN_S. A session or a right that is taken away acts at once. */
  #turnOf(all: Seat[]): Seat[] {
    const share = Math.max(CHECKED_AT_ONCE, Math.ceil(all.length / CHECKED_WITHIN_S))
    const waiting = all.sort((a, b) => a.checkedAt - b.checkedAt).slice(0, share)
    for (const seat of waiting) seat.checkedAt = performance.now()
    return waiting
  }

  async #checkSessions(all: Seat[]): Promise<void> {
    for (let from = 0; from < all.length; from += CHECKED_AT_ONCE) {
      const some = all.slice(from, from + CHECKED_AT_ONCE)
      const ids = some.map(({ actor }) => actor.sessionId)
      const actors = await this.#parts.doorkeeper.bySessions(ids)
      for (const seat of some) {
        const actor = actors.get(seat.actor.sessionId)
        if (!actor) seat.bye('expired')
        else if (seat.renew(actor)) this.#resync(seat, 'rights-changed')
      }
    }
  }

  async #tellNow(all: Seat[]): Promise<void> {
    const { organisationId = '', queues, health } = await this.#parts.now()
    const json = JSON.stringify([queues, health && { ...health, serverTime: '' }])
    const at = performance.now()
    if (json === this.#lastNow.json && at - this.#lastNow.at < NOW_AT_LEAST_MS) return
    this.#lastNow = { json, at }
    const serverTime = new Date().toISOString()
    const messages = new Map<string, Buffer>()
    const messageFor = (actor: Seat['actor']): Buffer => {
      const seen = queues?.filter((queue) => this.#parts.sees(actor, { ...NOBODYS, organisationId, ...where(queue) }))
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
      // A line's this.figures name nobody: they are the same for all of equal rights.
      const message = messages.get(seat.rights) ?? messageFor(seat.actor)
      messages.set(seat.rights, message)
      seat.send(message)
    }
  }

  #ping(): void {
    for (const seat of this.#seats) seat.ping()
    const ids = [...this.#seats].map(({ actor }) => actor.sessionId)
    // An open console is a session in use; only the twelve hours end it.
    if (ids.length > 0) this.#parts.doorkeeper.touch(ids).catch(() => {})
  }
}

const where = ({ campus, line }: QueueNow) => ({ campus, line })
/** A call that rang nobody: seen by whoever sees the line's calls. */
const NOBODYS = { kind: 'call' as const, agentIds: [], assigneeIds: [] }
