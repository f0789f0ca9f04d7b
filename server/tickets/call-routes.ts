import { randomUUID } from 'node:crypto'
import { type Actor, may } from '../access/index.ts'
import { begin, neverPlaced } from '../calls/index.ts'
import { type Db, settled, wish } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound, Outage, Refusal } from '../refusal.ts'
import { cardsFor, queueThing } from '../screens/index.ts'
import { actorOf, Code, Id, idempotent, idempotentWhileSeen, Nullable, type Routes, Text, Type } from '../web/index.ts'
import { DIGITS, numberOf, numberTyped } from '../wire/number.ts'
import type { TicketRow } from '../wire/views.ts'
import { seatOf } from './dial-store.ts'
import {
  callbackRows,
  callbackThing,
  clearCallback,
  dialling,
  endCall,
  explain,
  join,
  openSecond,
  owedCallbacks,
  readCallbacks,
  readTickets,
  releaseCallback,
  standOn,
  takeCallback,
  thing,
  ticketRows,
  workedOn,
} from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const REASONS = ['wrong_number', 'test_call', 'caller_silent', 'asked_only', 'internal', 'technical'] as const
const PBX = 1
/** Long enough for a busy Asterisk, short enough that a late ring does not startle anybody. */
const DIAL_WITHIN_MS = 5_000

/** What a call and a ticket do to each other; callbacks owed; dialling out. */
export function callRoutes({ db, commit }: { db: Db; commit: Commit }): Routes {
  const card = async (actor: Actor, id: string) => {
    const shown = (await cardsFor(db, actor, [id])).get(id)
    if (!shown) throw notFound('call')
    return shown
  }
  const row = async (id: string) => ticketRows(await readTickets(db, [id]))[0]
  const seen = async (request: Parameters<typeof actorOf>[0], first: TicketRow) => {
    const [ticket] = await readTickets(db, [first.ticketId])
    if (!ticket || !may(actorOf(request), 'see', thing(ticket))) throw notFound('ticket')
    return first
  }
  const callback = async (id: string) => (await callbackRows(db, await readCallbacks(db, [id])))[0]

  return async (app) => {
    app.post(
      '/api/calls/:id/join',
      {
        schema: {
          params: One,
          body: Type.Object(
            {
              ticketId: Id,
              relation: Type.Union(['same_fault', 'urge', 'callback', 'also'].map((word) => Type.Literal(word))),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { ticketId, relation } = request.body
        await commit((tx) => join(tx, actor, request.params.id, ticketId, relation as never))
        return row(ticketId)
      },
    )

    app.post(
      '/api/calls/:id/ticket',
      { schema: { params: One } },
      idempotentWhileSeen(seen, async (request, reply) => {
        const actor = actorOf(request)
        const told = await commit((tx) => openSecond(tx, actor, (request.params as { id: string }).id))
        reply.code(201)
        return row(told.find((event) => event.type === 'ticket.opened')?.ticketId ?? '')
      }),
    )

    app.post(
      '/api/calls/:id/explain',
      {
        schema: {
          params: One,
          body: Type.Object(
            {
              reason: Type.Union(REASONS.map((reason) => Type.Literal(reason))),
              note: Type.Optional(Nullable(Text(500))),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { reason, note } = request.body
        await commit((tx) => explain(tx, actor, request.params.id, reason, note ?? null))
        return card(actor, request.params.id)
      },
    )

    app.post('/api/calls/:id/end', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      await commit((tx) => endCall(tx, actor, request.params.id))
      return card(actor, request.params.id)
    })

    app.post(
      '/api/calls/dial',
      {
        schema: {
          body: Type.Object(
            {
              number: Type.Optional(Text(40)),
              campus: Type.Optional(Code),
              line: Type.Optional(Code),
              ticketId: Type.Optional(Id),
              callbackId: Type.Optional(Id),
            },
            strict,
          ),
        },
      },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        const callId = randomUUID()
        const wanted = request.body as Dial
        const sent = await dial(db, commit, actor, callId, wanted).catch(async (error) => {
          await giveBack(commit, actor, wanted)
          throw error
        })
        // Where nobody knows whether it was dialled, the lease stays: it may be ringing.
        if (sent.outcome === 'refused' || sent.outcome === 'expired') await giveBack(commit, actor, wanted)
        if (sent.answer === 'mobile-not-allowed') throw new Refusal('mobile-not-allowed', { field: 'number' })
        if (sent.outcome !== 'done')
          throw sent.outcome === 'refused' ? new Refusal('dial-refused', { answer: sent.answer }) : new Outage('ami')
        reply.code(202)
        return { callId }
      }),
    )

    app.get('/api/callbacks', async (request) => {
      const actor = actorOf(request)
      const owed = await owedCallbacks(db, actor.organisationId)
      const seen = owed.filter((one) => may(actor, 'see', callbackThing(one)))
      return { items: await callbackRows(db, seen), next: null }
    })

    app.post('/api/callbacks/:id/take', { schema: { params: One } }, async (request) => {
      await commit((tx) => takeCallback(tx, actorOf(request), request.params.id))
      return callback(request.params.id)
    })
    app.post('/api/callbacks/:id/release', { schema: { params: One } }, async (request) => {
      await commit((tx) => releaseCallback(tx, actorOf(request), request.params.id))
      return callback(request.params.id)
    })
    app.post(
      '/api/callbacks/:id/clear',
      {
        schema: {
          params: One,
          body: Type.Object(
            {
              how: Type.Union(['unreachable', 'by_hand', 'ticket_exists'].map((how) => Type.Literal(how))),
              note: Type.Optional(Nullable(Text(500))),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const { how, note } = request.body
        await commit((tx) => clearCallback(tx, actorOf(request), request.params.id, how as never, note ?? null))
        return callback(request.params.id)
      },
    )
  }
}

type Dial = { number?: string; campus?: string; line?: string; ticketId?: string; callbackId?: string }

/** Rings the agent's own phone first, then the number. A callback is dialled only by whoever holds its lease. */
async function dial(db: Db, commit: Commit, actor: Actor, callId: string, wanted: Dial) {
  let wishId = 0
  await commit(async (tx) => {
    const station = await seatOf(tx, actor.personId)
    if (!station) throw new Refusal('not-signed-in')
    const back = wanted.callbackId ? await dialling(tx, actor, wanted.callbackId) : undefined
    const ticket = wanted.ticketId ? await workedOn(tx, actor, wanted.ticketId) : undefined
    const given = back?.number ?? wanted.number ?? ticket?.contactNumber ?? ''
    const number = back ? numberOf(given) : numberTyped(given)
    const campus = back?.call.campus ?? wanted.campus ?? ticket?.campus
    if (given.trim() === '') throw new Refusal('number-needed', { field: 'number' })
    if (!DIGITS.test(number)) throw new Refusal('number-unreadable', { field: 'number' })
    if (!campus) throw new Refusal('campus-needed', { field: 'campus' })
    const line = back?.call.line ?? wanted.line ?? ticket?.line ?? null
    if (!may(actor, 'change', queueThing(actor.organisationId, { campus, line }))) throw new Refusal('not-allowed')
    const direction = back ? 'callback' : 'outbound'
    wishId = await wish(
      tx,
      PBX,
      { verb: 'originate', callId, station, number, campus, line, direction },
      { notAfterMs: DIAL_WITHIN_MS },
    )
    const begun = await begin(tx, { callId, pbx: PBX, direction, campus, line, number })
    const stands = ticket ? await standOn(tx, actor, callId, ticket.id, direction) : []
    return [...(back?.events ?? []), ...begun, ...stands]
  })
  const sent = await settled(db, wishId, DIAL_WITHIN_MS)
  // Where nobody knows whether it was dialled, its legs tell, or the next look at what stands in the exchange.
  if (sent.outcome === 'refused' || sent.outcome === 'expired') await commit((tx) => neverPlaced(tx, callId, PBX))
  return sent
}

/** A callback that could not be dialled is everybody's again, at once: its lease would keep it from whoever can. */
async function giveBack(commit: Commit, actor: Actor, { callbackId }: Dial): Promise<void> {
  if (!callbackId) return
  await commit((tx) => releaseCallback(tx, actor, callbackId)).catch((error) => {
    // Somebody cleared it meanwhile, or it was never theirs: what is told is why it was not dialled.
    if (!(error instanceof Refusal)) throw error
  })
}
