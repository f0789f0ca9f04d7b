/** What is asked of call-outs over HTTP: who may, about which ticket, on which port. One call each. */
import { type Actor, may } from '../access/index.ts'
import { clock, type Db, type Tx } from '../db/index.ts'
import { radioThing, readPorts, readRoster } from '../radio/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import { readTickets, type ShownTicket, thing } from '../tickets/index.ts'
import type { Locale } from '../wire/words.ts'
import type { Callouts, Work } from './calling.ts'
import { compose, reserveCode } from './composing.ts'
import * as store from './store.ts'
import { acknowledge, cancel } from './working.ts'

export type CalloutAskParts = {
  db: Db
  commit: (work: Work) => Promise<readonly unknown[]>
  callouts: Pick<Callouts, 'nudge' | 'rehearse'>
}
export type Said = { language: Locale; text?: string; toUnit?: string | null }
export type CalloutShown = Omit<store.ShownCallout, 'organisationId' | 'campus'>

const view = ({ organisationId: _, campus: __, ...one }: store.ShownCallout): CalloutShown => one

/** A ticket this person sees; hidden or not there: 404. */
export async function ticketFor(db: Db, actor: Actor, id: string, verb: 'see' | 'change'): Promise<ShownTicket> {
  const [ticket] = await readTickets(db, [id])
  if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
  if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed')
  return ticket
}

async function portFor(db: Db, actor: Actor, code: string) {
  const port = (await readPorts(db, actor.organisationId)).find((one) => one.port === code)
  if (!port || !may(actor, 'see', radioThing(port))) throw notFound('port')
  if (!may(actor, 'change', radioThing(port))) throw new Refusal('not-allowed')
  return port
}

/** A handheld of a campus whose radio this person does not hear is not there: who holds it is not theirs to know. */
async function unitNamed<Nobody extends null | undefined>(db: Db, actor: Actor, code: string | Nobody) {
  if (typeof code !== 'string') return code
  const unit = (await readRoster(db, actor.organisationId)).find((one) => one.code === code)
  if (!unit || !may(actor, 'see', radioThing(unit))) throw new Refusal('no-such-handheld', { unit: code })
  return unit
}

async function shown(db: Db, { organisationId }: Actor, id: string): Promise<CalloutShown | undefined> {
  const [one] = await store.showCallouts(db, organisationId, { ids: [id] })
  return one && view(one)
}

export async function calloutsOf(db: Db, actor: Actor, ticketId: string): Promise<CalloutShown[]> {
  await ticketFor(db, actor, ticketId, 'see')
  return (await store.showCallouts(db, actor.organisationId, { ticketId })).map(view)
}

/** What would be said, and what of it must not be heard; nothing is written. */
export async function preview(db: Db, actor: Actor, asked: Said & { ticketId: string; port?: string | undefined }) {
  const { ticketId, language, text, toUnit, port } = asked
  const ticket = await ticketFor(db, actor, ticketId, 'change')
  // Asked as the call-out itself is: of the port's campus; while no port is chosen, of the ticket's.
  if (port !== undefined) await portFor(db, actor, port)
  else if (!may(actor, 'change', radioThing(ticket))) throw new Refusal('not-allowed')
  const made = await compose(db, { ticketId, language, text, toUnit: await unitNamed(db, actor, toUnit) })
  if (!made) throw notFound('ticket')
  const { words, findings, noTransmit, unit, toPersonId } = made
  return { words, findings, noTransmit, unit, personId: toPersonId }
}

/** Calls out. A name that must not be heard is refused until somebody confirms it. */
export async function callOut(
  { db, commit, callouts }: CalloutAskParts,
  actor: Actor,
  ticketId: string,
  { port: code, language, text, toUnit, confirmPatient = false }: Said & { port: string; confirmPatient?: boolean },
): Promise<CalloutShown | undefined> {
  await ticketFor(db, actor, ticketId, 'change')
  const port = await portFor(db, actor, code)
  if (!port.enabled) throw new Refusal('port-not-enabled', { port: code })
  const wish = { ticketId, language, text, toUnit: await unitNamed(db, actor, toUnit) }
  const first = await compose(db, wish)
  if (!first) throw notFound('ticket')
  if (first.findings.length > 0 && !confirmPatient)
    throw new Refusal('callout-names-patient', { findings: first.findings })
  await callouts.rehearse(first.words, language, code)

  let calloutId = ''
  await commit(async (tx: Tx) => {
    const made = await compose(tx, wish, await reserveCode(tx, port, ticketId))
    if (!made) throw notFound('ticket')
    const confirmedById = made.findings.length > 0 ? actor.personId : null
    const row = { ...made, ticketId, portId: port.id, language, byId: actor.personId, confirmedById }
    calloutId = await store.insertCallout(tx, row)
    return [{ type: 'radio.callout', calloutId, ticketId, step: 'asked', at: await clock(tx), byId: actor.personId }]
  })
  callouts.nudge()
  return shown(db, actor, calloutId)
}

async function calloutFor(db: Db, actor: Actor, id: string): Promise<store.CalloutRow> {
  const one = await store.readCallout(db, id)
  if (!one || !may(actor, 'see', radioThing(one))) throw notFound('callout')
  const [ticket] = await readTickets(db, [one.ticketId])
  if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('callout')
  if (!may(actor, 'change', radioThing(one))) throw new Refusal('not-allowed')
  return one
}

/** Somebody was heard to say that they go; `unitCode`: by which handheld. */
export async function acknowledgeBy(
  { db, commit, callouts }: CalloutAskParts,
  actor: Actor,
  calloutId: string,
  unitCode: string | undefined,
): Promise<CalloutShown | undefined> {
  const { id } = await calloutFor(db, actor, calloutId)
  const unit = await unitNamed(db, actor, unitCode)
  const who = { unit: unit?.code ?? null, personId: unit?.holderId ?? null, overId: null, byId: actor.personId }
  const told = await commit((tx) => acknowledge(tx, id, { how: 'click', ...who }))
  if (told.length === 0 && (await store.readCallout(db, id))?.state !== 'acknowledged')
    throw new Refusal('callout-over')
  callouts.nudge()
  return shown(db, actor, id)
}

export async function cancelBy(
  { db, commit, callouts }: CalloutAskParts,
  actor: Actor,
  calloutId: string,
): Promise<CalloutShown | undefined> {
  const one = await calloutFor(db, actor, calloutId)
  const { id } = one
  // Nobody answered: then it is the supervisors', and theirs to take over.
  if (one.state === 'given_up' && !may(actor, 'clear', radioThing(one))) throw new Refusal('not-allowed')
  const told = await commit((tx) => cancel(tx, id, actor.personId))
  if (told.length === 0 && (await store.readCallout(db, id))?.state !== 'cancelled') throw new Refusal('callout-over')
  callouts.nudge()
  return shown(db, actor, id)
}
