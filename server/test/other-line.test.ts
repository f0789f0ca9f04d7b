/** What an agent of one line is shown of another line's: nothing, whatever it hangs on. A list and a single thing agree. */
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { type Asker, may } from '../access/index.ts'
import type { Db, JournalRow } from '../db/index.ts'
import { radioFrames } from '../radio/index.ts'
import { filedUnder } from '../radio/overs/filing.ts'
import { deskFrames } from '../screens/index.ts'
import { batchOf, framed, maskFor, toTold } from '../web/batch.ts'
import type { Role } from '../wire/words.ts'
import { DOORS } from './permissions.ts'
import { idFor, things, wholeDesk } from './whole-desk.ts'

/** Stands in every text of the other line's; its number and its ticket's number stand nowhere else either. */
const MARK = 'OTHERLINE'
const THEIR_NUMBER = '62077'
const THEIR_TICKET = 8_765_432
const HIDDEN = new RegExp(`${MARK}|${THEIR_NUMBER}|${THEIR_TICKET}`)
const OURS = { campus: 'new', line: 'it' }
const THEIRS = { campus: 'new', line: 'logistics' }

const shown = (value: unknown) => HIDDEN.exec(JSON.stringify(value) ?? '')?.[0]

/** A ward with a ticket, a call, a callback, an over and a call-out of the line `logistics`, and a call of `it` that rings at an agent of `it`. */
async function ward(t: Test) {
  const desk = await wholeDesk(t)
  const { db } = desk
  const agent = await desk.someone({ role: 'agent', ...OURS })
  const org = (await db('organisations').orderBy('created_at').first('id')).id as string
  const campus = await db('campuses').where({ code: 'new' }).first('id')
  const place = { campus_id: campus.id, kind: 'room', code: 'W', name_zh: '心内', path_zh: '心内' }
  const [{ id: placeId }] = await db('places').insert(place).returning('id')
  const [{ id: reporterId }] = await db('people')
    .insert({ organisation_id: org, staff_code: MARK, name: MARK, login: 'reporter' })
    .returning('id')
  const theirs = await things(db, THEIRS)
  const texts = { what: `${MARK} 打印机`, notes: MARK, reporter_name: MARK, place_text: MARK, reporter_id: reporterId }
  await db('tickets')
    .where({ id: theirs.ticketId })
    .update({ ...texts, number: THEIR_TICKET, contact_number: THEIR_NUMBER, reported_place_id: placeId })
  const called = { ani: THEIR_NUMBER, ani_name: MARK, place_id: placeId, person_id: reporterId }
  await db('calls').where({ id: theirs.callId }).update(called)
  await db('callbacks').where({ id: theirs.callbackId }).update({ number: THEIR_NUMBER, place_id: placeId })
  await db('radio_overs').where({ id: theirs.overId }).update({ ticket_id: theirs.ticketId, attached_how: 'hand' })
  await db('radio_callouts').where({ id: theirs.calloutId }).update({ words: MARK, fault: MARK })
  await db('ticket_entries').insert({ ticket_id: theirs.ticketId, kind: 'note', body: { text: MARK } })

  const ours = await things(db, OURS)
  await db('calls').where({ id: ours.callId }).update({ place_id: placeId, ani: '62041' })
  return { desk, db, org, agent, ours, theirs, placeId }
}

/** A call of `it` that rings at this agent now. */
async function ringing(db: Db, org: string, personId: string, placeId: string) {
  const { callId } = await things(db, OURS)
  await db('ticket_calls').where({ call_id: callId }).delete()
  await db('calls')
    .where({ id: callId })
    .update({
      ...{ state: 'offered', outcome: null, answered_at: null, ended_at: null, ani: '62041', place_id: placeId },
    })
  const leg = `${randomUUID()}`
  const offer = { call_id: callId, leg_uniqueid: leg, station: 'b1999', person_id: personId, at: new Date() }
  await db('offers').insert(offer)
  return { callId, leg, org }
}

/** What a console of this person is sent of these events. */
async function sent(db: Db, org: string, asker: Asker, events: { type: string; body: Record<string, unknown> }[]) {
  const rows: JournalRow[] = events.map((event, i) => ({ seq: i + 1, at: new Date(), ...event }))
  const frames = await framed(rows, [deskFrames(db, org), radioFrames(db, org)])
  const ready = rows.map(({ seq }) => toTold(seq, frames.get(seq)))
  const mask = maskFor(asker as never, ready, (actor, thing) => may(actor, 'see', thing))
  return batchOf(ready, mask, 0, rows.length)
}

t.test('a pop, by its door, on the desk and on the live socket, shows nothing of another line’s', async (t) => {
  const { db, desk, org, agent, theirs, placeId } = await ward(t)
  await db('stations').insert({ code: 'b1999', pbx_id: 1, kind: 'browser', person_id: agent.personId })
  const { callId, leg } = await ringing(db, org, agent.personId, placeId)
  t.equal((await agent.ask('GET', `/api/tickets/${theirs.ticketId}`)).status, 404)

  const pop = await agent.ask('GET', `/api/calls/${callId}/pop`)
  t.match(pop, { status: 200, body: { legUniqueid: leg, call: { callId } } })
  t.equal(shown(pop.body), undefined, 'the pop')
  t.ok(pop.body.openTickets.length === 0 && pop.body.lastCalls.length > 0, 'of one’s own line it shows what there is')
  const start = await agent.ask('GET', '/api/desk')
  t.match(start.body.pop, { legUniqueid: leg })
  t.equal(shown(start.body), undefined, 'the desk')
  const asker: Asker = { personId: agent.personId, organisationId: org, grants: [{ role: 'agent', ...OURS }] }
  const frames = await sent(db, org, asker, [{ type: 'call.offered', body: { callId } }])
  t.match(JSON.parse(frames).frames, [{ type: 'call.offered', pop: { legUniqueid: leg } }])
  t.equal(shown(frames), undefined, 'the frame with the pop')

  const supervisor = await desk.someone({ role: 'agent', ...OURS }, { role: 'agent', ...THEIRS })
  await db('offers').where({ call_id: callId }).update({ person_id: supervisor.personId })
  const whole = await supervisor.ask('GET', `/api/calls/${callId}/pop`)
  t.match(whole.body, { openTickets: [{ ticketId: theirs.ticketId }] }, 'who has both lines is shown both')
})

t.test('whatever hangs on a thing of one’s own line, nothing of another line’s goes out by any door', async (t) => {
  const { db, org, agent, ours, theirs } = await ward(t)
  // Our call belongs to their ticket, their call is about ours, our over is filed under theirs.
  await db('ticket_calls').where({ call_id: ours.callId }).delete()
  await db('ticket_calls').insert({ call_id: ours.callId, ticket_id: theirs.ticketId, relation: 'same_fault' })
  await db('ticket_calls').where({ call_id: theirs.callId }).delete()
  await db('ticket_calls').insert({ call_id: theirs.callId, ticket_id: ours.ticketId, relation: 'also' })
  await db('ticket_entries').insert({ ticket_id: ours.ticketId, kind: 'call-joined', body: { callId: theirs.callId } })
  await db('radio_overs').where({ id: ours.overId }).update({ ticket_id: theirs.ticketId, attached_how: 'hand' })

  const asker: Asker = { personId: agent.personId, organisationId: org, grants: [{ role: 'agent', ...OURS }] }
  const frames = await sent(db, org, asker, [
    { type: 'call.ended', body: { callId: ours.callId } },
    { type: 'call.ended', body: { callId: theirs.callId } },
    { type: 'ticket.changed', body: { ticketId: theirs.ticketId } },
    { type: 'callback.owed', body: { callbackId: theirs.callbackId } },
    { type: 'recording.filed', body: { callId: theirs.callId, recordingId: theirs.recordingId } },
    { type: 'radio.over-attached', body: { overId: ours.overId } },
    { type: 'radio.callout', body: { calloutId: theirs.calloutId } },
  ])
  t.equal(shown(frames), undefined, 'the live socket')
  const told = JSON.parse(frames).frames as { subject: string }[]
  t.same(
    told.map(({ subject }) => subject),
    ['call', 'over'],
    'of what is ours it tells',
  )
  t.match(told, [{ call: { callId: ours.callId, ticketId: null } }, { over: { ticketId: null, attachedHow: 'hand' } }])

  for (const [door, { body }] of Object.entries(DOORS)) {
    const [method = '', pattern = ''] = door.split(' ')
    // Whoever takes a ticket has the calls about it, their own line's or not.
    if (pattern === '/api/tickets/:id/take') continue
    for (const thing of [ours, theirs]) {
      const path = pattern.replace(':id', idFor(pattern, thing)).replace(':line', 'it').replace(':code', '02')
      const reply = await agent.ask(
        method,
        path,
        method === 'GET' || method === 'DELETE' ? undefined : (body?.(thing) ?? {}),
      )
      t.equal(shown(reply.body), undefined, `${method} ${path}`)
      if (thing === theirs) t.notOk(JSON.stringify(reply.body).includes(theirs.recordingId), `${door}: no recording`)
    }
  }
  for (const q of ['打印机', MARK, THEIR_NUMBER, String(THEIR_TICKET)])
    for (const path of ['/api/search?', '/api/tickets?'])
      t.equal(
        shown((await agent.ask('GET', `${path}q=${encodeURIComponent(q)}&kinds=ticket`)).body?.tickets),
        undefined,
      )
  t.equal((await agent.ask('GET', `/api/radio/overs?ticketId=${theirs.ticketId}`)).status, 404)
})

t.test(
  'a call whose ticket is another line’s: that ticket is neither withdrawn nor left by who may not see it',
  async (t) => {
    const { db, agent, ours, theirs } = await ward(t)
    const empty = { what: '', notes: '', reporter_name: '' }
    await db('tickets').where({ id: theirs.ticketId }).update(empty)
    const ofTheirs = { call_id: ours.callId, ticket_id: theirs.ticketId }
    await db('ticket_calls').where({ call_id: ours.callId }).delete()
    await db('ticket_calls').insert({ ...ofTheirs, relation: 'opened' })

    const explained = await agent.ask('POST', `/api/calls/${ours.callId}/explain`, { reason: 'test_call' })
    t.match(explained, { status: 409, body: { code: 'ticket-of-another-line' } })
    const joined = await agent.ask('POST', `/api/calls/${ours.callId}/join`, {
      ticketId: ours.ticketId,
      relation: 'urge',
    })
    t.equal(joined.status, 200)
    t.match(await db('tickets').where({ id: theirs.ticketId }).first(), { state: 'unassigned' })
    t.match(await db('ticket_calls').where(ofTheirs), [{ relation: 'also' }])
    const over = await db('radio_overs')
      .where({ id: ours.overId })
      .update({ ticket_id: theirs.ticketId, attached_how: 'hand' })
    t.equal(over, 1)
    const taken = await agent.ask('POST', `/api/radio/overs/${ours.overId}/attach`, { ticketId: ours.ticketId })
    t.match(taken, { status: 409, body: { code: 'ticket-of-another-line' } })
  },
)

t.test('an over is filed under the ticket its console names only if whoever keyed works on that ticket', async (t) => {
  const { db, agent, ours, theirs } = await ward(t)
  const talker = { kind: 'agent', name: '', unit: null, personId: agent.personId, how: null, confidence: 100 }
  const filed = (ticketId: string) =>
    db.transaction((tx) => filedUnder(tx, { kind: 'tx', talker, ticketId } as never, agent.personId))
  t.same(await filed(ours.ticketId), { ticketId: ours.ticketId, how: 'desk' })
  t.equal(await filed(theirs.ticketId), undefined)
  t.equal(await filed(randomUUID()), undefined, 'nor under one that is not there')
})

t.test(
  'a list holds a thing exactly when it is given by itself, for every role and tie',
  { timeout: 120_000 },
  async (t) => {
    const { db, desk } = await ward(t)
    const roles: Role[] = ['agent', 'supervisor', 'engineer', 'auditor', 'admin', 'reporter']
    for (const role of roles) {
      const who = await desk.someone({ role, ...OURS })
      const mine = { assignee_id: who.personId, state: 'in_progress' }
      const ties: Record<string, (one: Awaited<ReturnType<typeof things>>) => Promise<unknown>> = {
        none: async () => {},
        assigned: (one) => db('tickets').where({ id: one.ticketId }).update(mine),
        took: (one) => db('tickets').where({ id: one.ticketId }).update({ first_taker_id: who.personId }),
        reported: (one) => db('tickets').where({ id: one.ticketId }).update({ reporter_id: who.personId }),
        rung: (one) =>
          db('offers').insert({
            ...{ call_id: one.callId, leg_uniqueid: '1', station: 'b1', person_id: who.personId, at: new Date() },
          }),
        talked: (one) =>
          db('call_legs').insert({
            ...{ call_id: one.callId, uniqueid: '1', side: 'agent', person_id: who.personId },
            ...{ started_at: new Date(), answered_at: new Date() },
          }),
      }
      const all = async (path: string, key: string) =>
        ((await who.ask('GET', path)).body.items as Record<string, string>[]).map((one) => one[key])
      for (const [tie, make] of Object.entries(ties))
        for (const where of [OURS, THEIRS, { campus: 'old', line: 'it' }]) {
          const one = await things(db, where)
          await make(one)
          const what = `${role}, ${tie}, ${where.campus} ${where.line}`
          const alone = async (path: string) => (await who.ask('GET', path)).status === 200
          const tickets = await all('/api/tickets?limit=500', 'ticketId')
          t.equal(tickets.includes(one.ticketId), await alone(`/api/tickets/${one.ticketId}`), `ticket: ${what}`)
          const calls = await all('/api/calls?limit=500', 'callId')
          t.equal(calls.includes(one.callId), await alone(`/api/calls/${one.callId}`), `call: ${what}`)
          const overs = await all('/api/radio/overs?limit=500', 'overId')
          t.equal(overs.includes(one.overId), await alone(`/api/radio/overs/${one.overId}`), `over: ${what}`)
          const call = (await who.ask('GET', `/api/calls/${one.callId}`)).body
          const heard = await alone(`/api/recordings/${one.recordingId}`)
          if (call.callId) {
            t.equal(call.recording !== null, heard, `recording on the card: ${what}`)
            t.equal(call.recordings.length > 0, heard, `recording of the call: ${what}`)
            t.equal(call.ticketId !== null, await alone(`/api/tickets/${one.ticketId}`), `ticket on the card: ${what}`)
          }
          const page = (await who.ask('GET', `/api/tickets/${one.ticketId}`)).body
          if (page.ticketId)
            t.equal(
              page.calls.length > 0,
              await alone(`/api/calls/${one.callId}`),
              `call on the ticket's page: ${what}`,
            )
        }
    }
  },
)

t.test('who moves a ticket out of their sight, or gives it back, is told that it was done', async (t) => {
  const { desk, db, agent, ours } = await ward(t)
  const path = `/api/tickets/${ours.ticketId}`
  const { version } = (await agent.ask('GET', path)).body
  const moved = await agent.ask('PATCH', path, { version, line: THEIRS.line })
  t.match(moved, { status: 200, body: { ticketId: ours.ticketId, line: THEIRS.line } })
  t.equal((await agent.ask('GET', path)).status, 404, 'it was for the last time')
  t.equal((await agent.ask('PATCH', path, { version: moved.body.version, what: 'x' })).status, 404)

  const engineer = await desk.someone({ role: 'engineer' })
  const own = { assignee_id: engineer.personId, state: 'in_progress', first_taker_id: null }
  await db('tickets').where({ id: ours.ticketId }).update(own)
  const given = await engineer.ask('POST', `${path}/give-up`, { reason: 'no part' })
  t.equal(given.status, 200)
})
