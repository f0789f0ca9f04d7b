/** Calling out by radio from a ticket, by HTTP. What is said and who must not be heard is decided behind the door. */
import { clock, type Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { type Actor, may } from '../people/index.ts'
import { readTickets, thing } from '../tickets/index.ts'
import { actorOf, Code, Id, idempotent, notFound, Refusal, type Routes, Text, Type } from '../web/index.ts'
import { acknowledge, cancel, compose, reserveCode } from './callout-door.ts'
import * as store from './callout-store.ts'
import * as ports from './port-store.ts'
import type { Radio } from './radio-door.ts'
import type { Language } from './words.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Said = {
  language: Type.Union([Type.Literal('zh-CN'), Type.Literal('en')]),
  text: Type.Optional(Text(200, 1)),
  toUnit: Type.Optional(Code),
}
const CalloutBody = Type.Object({ ...Said, port: Code, confirmPatient: Type.Optional(Type.Boolean()) }, strict)

export const calloutRoutes =
  ({ db, commit, radio }: { db: Db; commit: Commit; radio: Radio }): Routes =>
  async (app) => {
    const ticketFor = async (actor: Actor, id: string, verb: 'see' | 'change') => {
      const [ticket] = await readTickets(db, [id])
      if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
      if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed', {}, 403)
    }
    const unitNamed = async (code: string | undefined) => {
      if (code === undefined) return undefined
      const unit = (await ports.readRoster(db)).find((one) => one.code === code)
      if (!unit) throw new Refusal('no-such-handheld', { unit: code }, 409)
      return unit
    }
    const shown = async (id: string) => {
      const [{ campus: _, ...view } = { campus: '' }] = await store.showCallouts(db, { ids: [id] })
      return view
    }

    app.get('/api/tickets/:id/callouts', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      await ticketFor(actor, request.params.id, 'see')
      const all = await store.showCallouts(db, { ticketId: request.params.id })
      return { items: all.map(({ campus: _, ...view }) => view), next: null }
    })

    app.post(
      '/api/radio/callouts/preview',
      { schema: { body: Type.Object({ ...Said, ticketId: Id }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const { ticketId, language, text, toUnit } = request.body
        await ticketFor(actor, ticketId, 'change')
        const made = await compose(db, { ticketId, language, text, toUnit: await unitNamed(toUnit) })
        if (!made) throw notFound('ticket')
        const { words, findings, noTransmit, unit, toPersonId } = made
        return { words, findings, noTransmit, unit, personId: toPersonId }
      },
    )

    app.post(
      '/api/tickets/:id/callouts',
      { schema: { params: One, body: CalloutBody } },
      idempotent(async (request, reply) => {
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
          language: Language
          text?: string
          toUnit?: string
          confirmPatient?: boolean
        }
        await ticketFor(actor, ticketId, 'change')
        const port = (await ports.readPorts(db)).find((one) => one.port === code)
        if (!port || !may(actor, 'see', { kind: 'radio', campus: port.campus })) throw notFound('port')
        if (!may(actor, 'change', { kind: 'radio', campus: port.campus })) throw new Refusal('not-allowed', {}, 403)
        if (!port.enabled) throw new Refusal('port-not-enabled', { port: code })
        const wish = { ticketId, language, text, toUnit: await unitNamed(toUnit) }
        const first = await compose(db, wish)
        if (!first) throw notFound('ticket')
        if (first.findings.length > 0 && !confirmPatient)
          throw new Refusal('callout-names-patient', { findings: first.findings })
        await radio.callouts.rehearse(first.words, language, code)

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
        radio.callouts.nudge()
        reply.code(201)
        return shown(calloutId)
      }),
    )

    const calloutFor = async (actor: Actor, id: string) => {
      const one = await store.readCallout(db, id)
      if (!one || !may(actor, 'see', { kind: 'radio', campus: one.campus })) throw notFound('callout')
      if (!may(actor, 'change', { kind: 'radio', campus: one.campus })) throw new Refusal('not-allowed', {}, 403)
      return one
    }
    app.post(
      '/api/radio/callouts/:id/acknowledge',
      { schema: { params: One, body: Type.Object({ unit: Type.Optional(Code) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const { id } = await calloutFor(actor, request.params.id)
        const unit = await unitNamed(request.body.unit)
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
          throw new Refusal('callout-over', {})
        radio.callouts.nudge()
        return shown(id)
      },
    )
    app.post('/api/radio/callouts/:id/cancel', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const { id } = await calloutFor(actor, request.params.id)
      const told = await commit((tx) => cancel(tx, id, actor.personId))
      if (told.length === 0 && (await store.readCallout(db, id))?.state !== 'cancelled')
        throw new Refusal('callout-over', {})
      radio.callouts.nudge()
      return shown(id)
    })
  }
