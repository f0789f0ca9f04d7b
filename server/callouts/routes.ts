/** Calling out by radio from a ticket, by HTTP. What is said and who must not be heard is decided behind the door. */

import { type Actor, may } from '../access/index.ts'
import { clock, type Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import * as ports from '../radio/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import { readTickets, thing } from '../tickets/index.ts'
import { actorOf, Code, Id, idempotentWhileSeen, Nullable, type Routes, Text, Type } from '../web/index.ts'
import { Locale } from '../wire/words.ts'
import { acknowledge, type Callouts, cancel, compose, reserveCode } from './calling.ts'
import * as store from './store.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Said = {
  language: Locale,
  text: Type.Optional(Text(200, 1)),
  toUnit: Type.Optional(Nullable(Code)),
}
const CalloutBody = Type.Object({ ...Said, port: Code, confirmPatient: Type.Optional(Type.Boolean()) }, strict)

const view = ({ organisationId: _, campus: __, ...one }: store.ShownCallout) => one

export const calloutRoutes =
  ({ db, commit, callouts }: { db: Db; commit: Commit; callouts: Callouts }): Routes =>
  async (app) => {
    const ticketFor = async (actor: Actor, id: string, verb: 'see' | 'change') => {
      const [ticket] = await readTickets(db, [id])
      if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
      if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed')
      return ticket
    }
    const portFor = async (actor: Actor, code: string) => {
      const port = (await ports.readPorts(db, actor.organisationId)).find((one) => one.port === code)
      if (!port || !may(actor, 'see', ports.radioThing(port))) throw notFound('port')
      if (!may(actor, 'change', ports.radioThing(port))) throw new Refusal('not-allowed')
      return port
    }
    const seen = async (request: Parameters<typeof actorOf>[0] & { params: unknown }, first: unknown) => {
      await ticketFor(actorOf(request), (request.params as { id: string }).id, 'see')
      return first
    }
    /** A handheld of a campus whose radio this person does not hear is not there: who holds it is not theirs to know. */
    const unitNamed = async <Nobody extends null | undefined>(actor: Actor, code: string | Nobody) => {
      if (typeof code !== 'string') return code
      const unit = (await ports.readRoster(db, actor.organisationId)).find((one) => one.code === code)
      if (!unit || !may(actor, 'see', ports.radioThing(unit))) throw new Refusal('no-such-handheld', { unit: code })
      return unit
    }
    const shown = async ({ organisationId }: Actor, id: string) => {
      const [one] = await store.showCallouts(db, organisationId, { ids: [id] })
      return one && view(one)
    }

    app.get('/api/tickets/:id/callouts', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      await ticketFor(actor, request.params.id, 'see')
      const all = await store.showCallouts(db, actor.organisationId, { ticketId: request.params.id })
      return { items: all.map(view), next: null }
    })

    app.post(
      '/api/radio/callouts/preview',
      { schema: { body: Type.Object({ ...Said, ticketId: Id, port: Type.Optional(Code) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const { ticketId, language, text, toUnit, port } = request.body
        const ticket = await ticketFor(actor, ticketId, 'change')
        // Asked as the call-out itself is: of the port's campus; while no port is chosen, of the ticket's.
        if (port !== undefined) await portFor(actor, port)
        else if (!may(actor, 'change', ports.radioThing(ticket))) throw new Refusal('not-allowed')
        const made = await compose(db, { ticketId, language, text, toUnit: await unitNamed(actor, toUnit) })
        if (!made) throw notFound('ticket')
        const { words, findings, noTransmit, unit, toPersonId } = made
        return { words, findings, noTransmit, unit, personId: toPersonId }
      },
    )

    app.post(
      '/api/tickets/:id/callouts',
      { schema: { params: One, body: CalloutBody } },
      idempotentWhileSeen(seen, async (request, reply) => {
        const actor = actorOf(request)
        const ticketId = (request.params as { id: string }).id
        const {
          port: code,
          language,
          text,
          toUnit,
          confirmPatient = false,
        } = request.body as {
          port: string
          language: Locale
          text?: string
          toUnit?: string | null
          confirmPatient?: boolean
        }
        await ticketFor(actor, ticketId, 'change')
        const port = await portFor(actor, code)
        if (!port.enabled) throw new Refusal('port-not-enabled', { port: code })
        const wish = { ticketId, language, text, toUnit: await unitNamed(actor, toUnit) }
        const first = await compose(db, wish)
        if (!first) throw notFound('ticket')
        if (first.findings.length > 0 && !confirmPatient)
          throw new Refusal('callout-names-patient', { findings: first.findings })
        await callouts.rehearse(first.words, language, code)

        let calloutId = ''
        await commit(async (tx) => {
          const made = await compose(tx, wish, await reserveCode(tx, port, ticketId))
          if (!made) throw notFound('ticket')
          const confirmedById = made.findings.length > 0 ? actor.personId : null
          calloutId = await store.insertCallout(tx, {
            ...made,
            ticketId,
            portId: port.id,
            language,
            byId: actor.personId,
            confirmedById,
          })
          const at = await clock(tx)
          return [{ type: 'radio.callout', calloutId, ticketId, step: 'asked', at, byId: actor.personId }]
        })
        callouts.nudge()
        reply.code(201)
        return shown(actor, calloutId)
      }),
    )

    const calloutFor = async (actor: Actor, id: string) => {
      const one = await store.readCallout(db, id)
      if (!one || !may(actor, 'see', ports.radioThing(one))) throw notFound('callout')
      const [ticket] = await readTickets(db, [one.ticketId])
      if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('callout')
      if (!may(actor, 'change', ports.radioThing(one))) throw new Refusal('not-allowed')
      return one
    }
    app.post(
      '/api/radio/callouts/:id/acknowledge',
      { schema: { params: One, body: Type.Object({ unit: Type.Optional(Code) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const { id } = await calloutFor(actor, request.params.id)
        const unit = await unitNamed(actor, request.body.unit)
        const told = await commit((tx) =>
          acknowledge(tx, id, {
            how: 'click',
            unit: unit?.code ?? null,
            personId: unit?.holderId ?? null,
            overId: null,
            byId: actor.personId,
          }),
        )
        if (told.length === 0 && (await store.readCallout(db, id))?.state !== 'acknowledged')
          throw new Refusal('callout-over')
        callouts.nudge()
        return shown(actor, id)
      },
    )
    app.post('/api/radio/callouts/:id/cancel', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const one = await calloutFor(actor, request.params.id)
      const { id } = one
      // Nobody answered: then it is the supervisors', and theirs to take over.
      if (one.state === 'given_up' && !may(actor, 'clear', ports.radioThing(one))) throw new Refusal('not-allowed')
      const told = await commit((tx) => cancel(tx, id, actor.personId))
      if (told.length === 0 && (await store.readCallout(db, id))?.state !== 'cancelled')
        throw new Refusal('callout-over')
      callouts.nudge()
      return shown(actor, id)
    })
  }
