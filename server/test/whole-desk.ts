/** The whole desk without its exchange, with things of somebody else's in it: for the tests that try every door. */
import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { folderVault, makeRecordings } from '../../recordings/index.ts'
import { agentRoutes } from '../agents/routes.ts'
import { archiveRoutes } from '../archive/routes.ts'
import { callRoutes } from '../calls/routes.ts'
import type { Db } from '../db/index.ts'
import { makeCommit } from '../desk.ts'
import { sending } from '../dispatch/index.ts'
import { dispatchRoutes } from '../dispatch/routes.ts'
import { equipmentRoutes } from '../equipment/routes.ts'
import { type Media, seedRadio } from '../radio/index.ts'
import { clipRoutes } from '../radio/overs/clip-routes.ts'
import { popRoutes } from '../screens/routes.ts'
import { callTicketRoutes } from '../tickets/call-routes.ts'
import { callbackRoutes } from '../tickets/callbacks/routes.ts'
import { aboutCall } from '../tickets/index.ts'
import { ticketRoutes } from '../tickets/routes.ts'
import { type House, house } from './house.ts'
import { onRadio } from './radio-house.ts'

/** An answered call with its ticket, its recording and a callback owed, all of somebody else's. */
export async function things(db: Db, { campus, line }: { campus: string; line: string }, organisation?: string) {
  const organisation_id = organisation ?? (await db('organisations').orderBy('created_at').first('id')).id
  const of = { organisation_id }
  const campus_id = (
    await db('campuses')
      .where({ ...of, code: campus })
      .first('id')
  ).id
  const line_id = (
    await db('lines')
      .where({ ...of, code: line })
      .first('id')
  ).id
  const at = new Date()
  const common = { organisation_id, campus_id, line_id }
  const call = async () => {
    const id = randomUUID()
    await db('calls').insert({
      ...common,
      id,
      pbx_id: 1,
      boot_id: 'b',
      root_uniqueid: id,
      direction: 'inbound',
      state: 'ended',
      outcome: 'answered',
      arrived_at: at,
      answered_at: at,
      ended_at: at,
    })
    return id
  }
  const one = async (table: string, row: Record<string, unknown>) =>
    (await db(table).insert(row).returning('id'))[0].id as string
  const callId = await call()
  const number = Number((await db('tickets').where(of).max('number as n').first())?.n ?? 0) + 1
  const ticketId = await one('tickets', { ...common, year: 2026, number, source: 'call', reported_at: at })
  await db('ticket_calls').insert({ call_id: callId, ticket_id: ticketId, relation: 'opened' })
  const callbackId = await one('callbacks', {
    ...common,
    call_id: await call(),
    number: '62041',
    owed_at: at,
    why: 'abandoned',
  })
  const recordingId = await one('recordings', {
    call_id: callId,
    state: 'filed',
    vault_key: 'gone',
    sha256: Buffer.alloc(32),
    bytes: 44,
    ms: 0,
    peaks: Buffer.alloc(4),
    started_at: at,
  })
  const port_id = (
    await db('radio_ports')
      .where({ ...of, code: campus })
      .first('id')
  ).id
  const overId = randomUUID()
  const heardId = await one('recordings', {
    kind: 'radio',
    state: 'filed',
    vault_key: 'gone',
    sha256: Buffer.alloc(32),
    bytes: 320_044,
    ms: 10_000,
    started_at: at,
  })
  await db('radio_segments').insert({ recording_id: heardId, port_id, from_at: at })
  await db('recording_pieces').insert({ name: randomUUID(), recording_id: heardId, channel: 0, from_at: at })
  const said = { organisation_id, campus_id, port_id, kind: 'rx', epoch: 1, from_at: at, to_at: at }
  await db('radio_overs').insert({ ...said, id: overId, ended_by: 'carrier_off' })
  const emergencyId = await one('radio_emergencies', { organisation_id, port_id, raised_how: 'agent', raised_at: at })
  const calloutId = await one('radio_callouts', {
    ...{ ticket_id: ticketId, port_id, language: 'en', words: '', state: 'waiting' },
    ack_code: randomUUID().slice(0, 8),
    wait_until: new Date(Date.now() + 3_600_000),
  })
  const onRoster = await rosterThings(db, { organisation_id, campus_id, line_id })
  const unit = campus === 'new' ? '02' : '01'
  const personId = await one('people', { organisation_id, staff_code: randomUUID(), name: '被问的人' })
  const offerId = await one('job_offers', {
    ...{ organisation_id, ticket_id: ticketId, round: 1, person_id: personId, ways: ['console'] },
    offered_at: at,
    until: new Date(Date.now() + 3_600_000),
  })
  return {
    offerId,
    personId,
    campus,
    line,
    callId,
    ticketId,
    callbackId,
    recordingId,
    overId,
    emergencyId,
    calloutId,
    ...onRoster,
    unit,
  }
}
/** A crew of the line with a vacant shift to come, a pattern, a need, and a swap between two people. */
async function rosterThings(db: Db, { organisation_id, campus_id, line_id }: Record<string, string>) {
  const one = async (table: string, row: Record<string, unknown>) =>
    (
      await db(table)
        .insert({ organisation_id, ...row })
        .returning('id')
    )[0].id as string
  const crew = `c${randomUUID().slice(0, 8)}`
  const crew_id = await one('crews', { code: crew, line_id, name_zh: crew, name_en: crew })
  const of = { crew_id, campus_id }
  const planned = db.raw(`tstzrange('2031-01-01T08:00Z', '2031-01-01T16:00Z')`)
  const rosterShiftId = await one('shifts', { ...of, planned })
  const wall = { zone: 'UTC', starts: '08:00', ends: '16:00' }
  const daily = { rrule: 'FREQ=DAILY', first_day: '2031-01-01', slots: 1, name: crew }
  const patternId = await one('shift_patterns', { ...of, ...wall, ...daily })
  const needId = await one('cover_needs', { ...of, ...wall, weekdays: [1], least: 1 })
  const [from_id, to_id] = await Promise.all([1, 2].map(() => one('people', { staff_code: randomUUID(), name: crew })))
  const swapId = await one('shift_changes', {
    ...{ shift_id: rosterShiftId, from_id, to_id, state: 'asked', asked_at: new Date() },
  })
  const lead = { campus_id, from_id, to_id, state: 'open', begun_at: new Date() }
  const handoverId = await one('handovers', lead)
  return { crew, rosterShiftId, patternId, needId, swapId, handoverId }
}

export type Thing = Awaited<ReturnType<typeof things>>

/** An exchange that is not there: rights are asked before it. */
const away = () => Promise.reject(new Error('no exchange'))
const SILENT: Media = {
  want() {},
  key: away,
  pass: away,
  renew: away,
  unkey: away,
  rxGate: away,
  sendDigits: away,
  joinPhone: away,
  leavePhone: away,
  cutRecording: away,
  hear() {},
  start() {},
  stop: () => Promise.resolve(),
}

export async function wholeDesk(t: Test): Promise<House> {
  const dir = t.testdir({ vault: {}, spool: { live: {}, done: {} } })
  const recordings = makeRecordings({ vault: await folderVault(`${dir}/vault`), spool: `${dir}/spool` })
  const parts = (db: Db) => ({ db, commit: makeCommit(db, () => {}) })
  return house(t, {
    more: [
      async (app) =>
        popRoutes({
          ...parts(app.deskDb),
          health: () => ({ serverTime: '', acting: true, wires: [], alarms: [] }),
          painted: () => {},
        })(app),
      async (app) => agentRoutes({ ...parts(app.deskDb), sipSocket: '/sip', credentialMinutes: 60 })(app),
      async (app) => equipmentRoutes(parts(app.deskDb))(app),
      async (app) => ticketRoutes({ ...parts(app.deskDb), sending })(app),
      async (app) => callRoutes({ ...parts(app.deskDb), aboutCall })(app),
      async (app) => callTicketRoutes(parts(app.deskDb))(app),
      async (app) => callbackRoutes(parts(app.deskDb))(app),
      async (app) => dispatchRoutes(parts(app.deskDb))(app),
      async (app) => archiveRoutes({ ...parts(app.deskDb), recordings })(app),
      async (app) => {
        await seedRadio(app.deskDb, { demo: true, ports: [] })
        await onRadio(app, { ...parts(app.deskDb), media: SILENT, dir: `${dir}/speech` })
        await clipRoutes({ ...parts(app.deskDb), recordings })(app)
      },
    ],
  })
}

/** The id a path of this kind is asked with. */
export const idFor = (pattern: string, thing: Thing): string => {
  if (pattern.startsWith('/api/calls')) return thing.callId
  if (pattern.startsWith('/api/tickets')) return thing.ticketId
  if (pattern.startsWith('/api/offers')) return thing.offerId
  if (pattern.startsWith('/api/callbacks')) return thing.callbackId
  if (pattern.startsWith('/api/recordings')) return thing.recordingId
  if (pattern.startsWith('/api/radio/overs')) return thing.overId
  if (pattern.startsWith('/api/roster/shifts')) return thing.rosterShiftId
  if (pattern.startsWith('/api/roster/patterns')) return thing.patternId
  if (pattern.startsWith('/api/roster/needs')) return thing.needId
  if (pattern.startsWith('/api/roster/swaps')) return thing.swapId
  if (pattern.startsWith('/api/roster/handovers')) return thing.handoverId
  if (pattern.startsWith('/api/radio/callouts')) return thing.calloutId
  if (pattern.startsWith('/api/radio/emergencies')) return thing.emergencyId
  // The directory knows no campus for its keeper: a row that is not there is absent for the administrator too.
  return '00000000-0000-4000-8000-000000000000'
}
