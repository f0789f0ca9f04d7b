/** Ports and handhelds as administrators keep them, on a real PostgreSQL; the commissioning run against a pretend gateway. */
import t, { type Test } from 'tap'
import { house } from '../../test/house.ts'
import { onRadio } from '../../test/radio-house.ts'
import type { Announcement } from '../engine/announcing.ts'
import type { Media, MediaFact } from '../engine/media.ts'
import { lastCommissioning } from './admin-store.ts'
import { Commissioning, watched } from './commissioning.ts'
import { seedRadio } from './seed-store.ts'

const log = { info() {}, warn() {}, error() {} }
const away = () => Promise.reject(new Error('no exchange'))
const NONE: Media = {
  ...{ want() {}, key: away, pass: away, renew: away, unkey: away, rxGate: away, sendDigits: away },
  ...{ joinPhone: away, leavePhone: away, cutRecording: away, hear() {}, start() {}, stop: () => Promise.resolve() },
}

async function aDesk(t: Test) {
  const desk = await house(t, {
    more: [
      async (app) => {
        const db = app.deskDb
        await seedRadio(db, { demo: true, ports: [] })
        const commit = (work: Parameters<typeof desk.commit>[0]) => desk.commit(work)
        await onRadio(app, { db, commit, media: NONE, dir: t.testdir({}) })
      },
    ],
  })
  return { ...desk, admin: await desk.someone({ role: 'admin' }), agent: await desk.someone({ role: 'agent' }) }
}

t.test('a port is enabled only after its commissioning, and a gateway that always transmits is refused', async (t) => {
  const { admin, db } = await aDesk(t)
  const wish = { port: 'roof', campus: 'old', nameZh: '楼顶', nameEn: 'Roof' }
  const constant = await admin.ask('POST', '/api/radio/ports', {
    ...wish,
    profile: { pttMode: 'constant', totS: 9_999 },
  })
  t.match(constant, {
    status: 422,
    body: {
      code: 'profile-refused',
      details: {
        faults: [
          { field: 'pttMode', code: 'profile-constant-refused' },
          { field: 'totS', max: 180 },
        ],
      },
    },
  })
  const made = await admin.ask('POST', '/api/radio/ports', wish)
  t.match(made, { status: 201, body: { port: 'roof', enabled: false, commissionedAt: null, profile: { totS: 60 } } })
  const { portId } = made.body
  const path = `/api/radio/ports/${portId}`
  t.match(await admin.ask('PATCH', path, { version: 1, enabled: true }), {
    status: 409,
    body: { code: 'port-not-commissioned' },
  })
  t.match(await admin.ask('POST', `${path}/commission`), { status: 409, body: { code: 'radio-not-here' } })
  await db('radio_ports').where({ id: portId }).update({ commissioned_at: db.fn.now() })
  t.match(await admin.ask('PATCH', path, { version: 1, enabled: true }), { status: 200, body: { enabled: true } })
  t.match(await admin.ask('PATCH', path, { version: 1, nameEn: 'x' }), {
    status: 409,
    body: { code: 'changed-meanwhile' },
  })
  const another = await admin.ask('PATCH', path, { version: 2, profile: { pttMode: 'vox' } })
  t.match(
    another,
    { status: 200, body: { enabled: false, commissionedAt: null } },
    'keyed in another way: to be proven again',
  )
})

t.test('handhelds are kept by hand and by spreadsheet, and one code names one handheld', async (t) => {
  const { admin, agent, db } = await aDesk(t)
  const made = await admin.ask('POST', '/api/radio/units', { code: '41', campus: 'old', alias: '水工', dtmf: '041' })
  t.match(made, { status: 201, body: { code: '41', ids: { dtmf: '041' } } })
  t.match(await admin.ask('POST', '/api/radio/units', { code: '42', campus: 'old', dtmf: '041' }), {
    status: 409,
    body: { code: 'handheld-taken', details: { field: 'dtmf' } },
  })
  const csv = (await admin.ask('GET', '/api/radio/units/export.csv')).body as string
  t.match(csv, /41,old,水工,,,,041,/)
  const same = await admin.ask('POST', '/api/radio/units/import', { csv, dryRun: true })
  t.match(same.body, { create: 0, change: 0, same: 13, bad: [] })
  const more = 'code,campus,alias,dtmf_id\r\n41,old,电工,041\r\n50,new,门卫,050\r\n51,nowhere,x,052\r\n52,old,y,041\r\n'
  const rehearsed = await admin.ask('POST', '/api/radio/units/import', { csv: more, dryRun: true })
  t.match(rehearsed.body, {
    ...{ create: 1, change: 1 },
    bad: [
      { line: 4, column: 'campus', code: 'no-such-campus' },
      { line: 5, column: 'dtmf_id', why: 'handheld-taken' },
    ],
  })
  t.equal((await admin.ask('POST', '/api/radio/units/import', { csv: more, dryRun: false })).status, 409)
  const slipped = 'code,campus,alias,dtmf_id\n41,old,电工\n,old,x,053\n42,old,门卫,050,9\n'
  t.match(
    (await admin.ask('POST', '/api/radio/units/import', { csv: slipped, dryRun: true })).body,
    {
      ...{ create: 0, change: 0 },
      bad: [
        { line: 2, code: 'cells-differ', cells: 3, columns: 4 },
        { line: 3, column: 'code', code: 'missing' },
        { line: 4, code: 'cells-differ', cells: 5, columns: 4 },
      ],
    },
    'a row that is short of a cell empties nothing',
  )
  const twice = 'code,campus,alias,alias\n41,old,电工,水工\n'
  t.match((await admin.ask('POST', '/api/radio/units/import', { csv: twice, dryRun: true })).body, {
    ...{ create: 0, change: 0 },
    bad: [{ line: 1, column: 'alias', code: 'column-twice' }],
  })
  const damaged = 'code,alias,,\n41,水\ufffd,,\n42,门\u200b卫,,\n,,,\n'
  t.match((await admin.ask('POST', '/api/radio/units/import', { csv: damaged, dryRun: true })).body, {
    ...{ create: 0, change: 0 },
    bad: [
      { line: 2, column: 'alias', code: 'character-lost' },
      { line: 3, column: 'alias', code: 'unseen-character' },
    ],
  })
  const huge = { csv: ','.repeat(2_000_000), dryRun: true }
  t.match(await admin.ask('POST', '/api/radio/units/import', huge), { status: 413, body: { code: 'sheet-too-big' } })
  const spoken = 'code,five_tone_id\n41,四一\n'
  t.match((await admin.ask('POST', '/api/radio/units/import', { csv: spoken, dryRun: true })).body, {
    bad: [{ line: 2, column: 'five_tone_id', code: 'radio-id-malformed' }],
  })
  const good = more.split('\r\n').slice(0, 3).join('\r\n')
  t.match((await admin.ask('POST', '/api/radio/units/import', { csv: good, dryRun: false })).body, {
    create: 1,
    change: 1,
  })
  t.equal((await db('radio_units').where({ code: '41' }).first()).alias, '电工')
  const told = await db('journal').where('type', 'like', 'radio.unit%').orderBy('seq').select('type', 'body')
  t.match(
    told.map(({ type }) => type),
    ['radio.unit-changed', 'radio.units-imported'],
    'a whole file is one line on the journal',
  )
  t.equal(told[1]?.body.units.length, 2)

  const day = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString()
  const plan = { personId: agent.personId, from: day(1), to: day(2) }
  const planned = await agent.ask('POST', '/api/radio/units/41/plan', plan)
  t.match(planned, { status: 201, body: { items: [{ unit: '41', person: { id: agent.personId } }] } })
  t.match(await agent.ask('POST', '/api/radio/units/41/plan', plan), {
    status: 409,
    body: { code: 'handheld-held-then' },
  })
  const { body: duty } = await agent.ask('GET', '/api/radio/duty')
  t.match(duty.holders.at(-1), { unit: '41' })
  t.equal((await agent.ask('DELETE', `/api/radio/plans/${duty.holders.at(-1).planId}`)).status, 200)
})

for (const [how, title] of [
  ['good', 'a gateway that is silent in idle and falls silent with the lease passes its commissioning'],
  ['talks', 'a gateway that is sent packets in idle does not pass'],
  ['stays', 'a gateway that stays keyed when nobody renews does not pass'],
] as const)
  t.test(title, async (t) => {
    const { db, admin, commit } = await aDesk(t)
    const [port] = await db('radio_ports')
      .where({ code: 'old' })
      .update({ enabled: false, commissioned_at: null })
      .returning(['id', 'code'])
    let tell: (fact: MediaFact) => void = () => {}
    let keyed = how === 'talks'
    const timer = setInterval(
      () =>
        tell({ type: 'evidence', port: 'old', at: Date.now(), sentPps: keyed ? 50 : 0, heardPps: 0, roundTripMs: 1 }),
      300,
    )
    t.teardown(() => clearInterval(timer))
    const media = watched({
      ...NONE,
      hear: (told) => {
        tell = told
      },
    })
    media.hear(() => {})
    let tone: AbortSignal | undefined
    const engine = {
      announce: ({ signal }: Announcement) => {
        tone = signal
        keyed = true
        const lapse = () => {
          keyed = how === 'stays'
          if (!keyed) tell({ type: 'down', port: 'old', at: Date.now(), why: 'lapsed' })
        }
        setTimeout(lapse, 1_500)
        return new Promise<never>(() => {})
      },
    }
    const run = new Commissioning({ db, commit, engine, media, dir: t.testdir({}), log, idleS: 2 })
    t.ok(await run.begin({ id: port.id, port: port.code }, admin.personId))
    t.equal(await run.begin({ id: port.id, port: port.code }, admin.personId), undefined, 'one run at a time')
    t.match(run.progress('old'), { phase: 'idle', ofSeconds: 2 })
    let last = await lastCommissioning(db, port.id)
    for (
      const end = Date.now() + 30_000;
      !last?.endedAt && Date.now() < end;
      last = await lastCommissioning(db, port.id)
    )
      await new Promise((go) => setTimeout(go, 100))
    const report = {
      good: { idle: { packets: 0, passed: true }, lapse: { packetsAfter: 0, passed: true }, why: null },
      talks: { idle: { passed: false }, lapse: null, why: 'sends_in_idle' },
      stays: { lapse: { passed: false }, why: 'not_unkeyed' },
    }[how]
    t.match(last, { passed: how === 'good', report })
    t.equal(tone?.aborted, how === 'talks' ? undefined : true, 'the test tone does not outlive the run')
    const row = await db('radio_ports').where({ id: port.id }).first()
    t.equal(row.commissioned_at !== null, how === 'good')
  })
