/**
 * The permission matrix: every door of the desk, every role, a thing within the person's campus and line and one beyond
 * it. A door that is not stated here fails the test, and so does one stated that is not there.
 */
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { folderVault, makeRecordings } from '../../recordings/index.ts'
import { agentRoutes } from '../agents/routes.ts'
import { archiveRoutes } from '../archive/routes.ts'
import type { Db } from '../db/index.ts'
import { makeCommit } from '../desk.ts'
import { popRoutes } from '../pop/routes.ts'
import { clipRoutes } from '../radio/clip-routes.ts'
import { type Media, seedRadio, startRadio } from '../radio/index.ts'
import { radioRoutes } from '../radio/routes.ts'
import { callRoutes } from '../tickets/call-routes.ts'
import { ticketRoutes } from '../tickets/routes.ts'
import type { Role } from '../wire/words.ts'
import { type House, house } from './house.ts'
import { DOORS, ELSEWHERE, ROLES } from './permissions.ts'

const SCOPES = { within: { campus: 'new', line: 'it' }, beyond: { campus: 'old', line: 'logistics' } } as const
type Where = keyof typeof SCOPES

/** An answered call with its ticket, its recording and a callback owed, all of somebody else's. */
async function things(db: Db, { campus, line }: { campus: string; line: string }) {
  const organisation_id = (await db('organisations').first('id')).id
  const campus_id = (await db('campuses').where({ code: campus }).first('id')).id
  const line_id = (await db('lines').where({ code: line }).first('id')).id
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
  const number = Number((await db('tickets').max('number as n').first())?.n ?? 0) + 1
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
  const port_id = (await db('radio_ports').where({ code: campus }).first('id')).id
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
    ack_code: '999',
    wait_until: new Date(Date.now() + 3_600_000),
  })
  const unit = campus === 'new' ? '02' : '01'
  return { campus, line, callId, ticketId, callbackId, recordingId, overId, emergencyId, calloutId, unit }
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

const word = (status: number) =>
  status === 401 ? 'signed-out' : status === 403 ? 'no' : status === 404 ? 'hidden' : 'yes'

async function wholeDesk(t: Parameters<typeof house>[0]): Promise<House> {
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
      async (app) => ticketRoutes(parts(app.deskDb))(app),
      async (app) => callRoutes(parts(app.deskDb))(app),
      async (app) => archiveRoutes({ ...parts(app.deskDb), recordings })(app),
      async (app) => {
        await seedRadio(app.deskDb, { demo: true, ports: [] })
        const { commit } = parts(app.deskDb)
        const radio = startRadio({
          ...parts(app.deskDb),
          media: SILENT,
          log: { info() {}, warn() {}, error() {} },
          commit: (work) => commit(work),
          isActing: () => false,
          speech: { program: 'espeak-ng', dir: `${dir}/speech`, phrases: `${dir}/phrases` },
          calloutS: 45,
          tell: () => {},
        })
        app.addHook('onClose', () => radio.stop())
        await radioRoutes({ ...parts(app.deskDb), radio })(app)
        await clipRoutes({ ...parts(app.deskDb), recordings })(app)
      },
    ],
  })
}

t.test(
  'every door is stated, for every role, within a person’s campus and line and beyond',
  { timeout: 240_000 },
  async (t) => {
    const desk = await wholeDesk(t)
    const doors = desk.app.doors.map(({ method, url }) => `${method} ${url}`)
    const stated = [...Object.keys(DOORS), ...Object.keys(ELSEWHERE)].map((door) => door.split('?')[0] ?? '')
    t.same(
      doors.filter((door) => !stated.includes(door)),
      [],
      'no door without a row',
    )
    t.same(
      stated.filter((door) => !doors.includes(door)),
      [],
      'no row without a door',
    )

    const here = { within: await things(desk.db, SCOPES.within), beyond: await things(desk.db, SCOPES.beyond) }
    const people = {} as Record<Role, Awaited<ReturnType<House['someone']>>>
    for (const role of ROLES) people[role] = await desk.someone({ role, ...SCOPES.within })
    await desk.db('stations').insert({ code: 'b1999', pbx_id: 1, kind: 'browser', person_id: people.agent.personId })

    /** Whatever a door answers, ids of what this role may not see are not in it. */
    const showsOnly = (answer: unknown, role: Role, door: string) => {
      const text = JSON.stringify(answer)
      const hidden =
        role === 'auditor' ? [] : role === 'agent' || role === 'supervisor' ? [here.beyond] : [here.within, here.beyond]
      const shown = hidden.flatMap(({ callId, ticketId, callbackId, recordingId }) => [
        callId,
        ticketId,
        callbackId,
        recordingId,
      ])
      t.notOk(
        shown.some((id) => text.includes(id)),
        `${door}: ${role} is shown nothing beyond their rights`,
      )
    }

    for (const [door, { says, body }] of Object.entries(DOORS)) {
      const [method = '', pattern = ''] = door.split(' ')
      const found: string[] = []
      const ask = async (role: Role | undefined, where: Where) => {
        const thing = here[where]
        const path = pattern
          .replace(':id', idFor(pattern, thing))
          .replace(':line', thing.line)
          .replace(':code', thing.unit)
        const sent = body?.(thing) ?? (method === 'GET' || method === 'DELETE' ? undefined : {})
        const reply = role ? await people[role].ask(method, path, sent) : await desk.ask(method, path, sent)
        if (reply.status === 400 || reply.status === 500)
          t.fail(`${door} as ${role}: ${reply.status} ${JSON.stringify(reply.body)}`)
        if (role && method === 'GET') showsOnly(reply.body, role, door)
        return word(reply.status)
      }
      t.equal(await ask(undefined, 'within'), 'signed-out', `${door}: closed to whoever is signed out`)
      for (const role of ROLES) {
        const [within, beyond] = [await ask(role, 'within'), await ask(role, 'beyond')]
        found.push(within === beyond ? within : `${within}/${beyond}`)
      }
      t.equal(found.join(' '), says, door)
    }
  },
)

const idFor = (pattern: string, thing: Thing): string => {
  if (pattern.startsWith('/api/calls')) return thing.callId
  if (pattern.startsWith('/api/tickets')) return thing.ticketId
  if (pattern.startsWith('/api/callbacks')) return thing.callbackId
  if (pattern.startsWith('/api/recordings')) return thing.recordingId
  if (pattern.startsWith('/api/radio/overs')) return thing.overId
  if (pattern.startsWith('/api/radio/callouts')) return thing.calloutId
  if (pattern.startsWith('/api/radio/emergencies')) return thing.emergencyId
  // The directory knows no campus for its keeper: a row that is not there is absent for the administrator too.
  return '00000000-0000-4000-8000-000000000000'
}
