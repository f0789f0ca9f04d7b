import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { checkPassword } from '../../access/sessions/index.ts'
import { database } from '../../test/database.ts'
import { identify, organisationId, personRefs, placeRefs, unitRefs } from '../index.ts'
import { demonstration } from './hospital.ts'
import { seed } from './index.ts'

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'desk-seed-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

t.test('the demonstration hospital is the same each time, with 60 units, 800 numbers and 200 people', async (t) => {
  const hospital = demonstration()
  t.same(hospital, demonstration())
  t.equal(hospital.units.length, 60)
  t.equal(hospital.numbers.length, 800)
  t.equal(hospital.people.length, 200)
  t.equal(hospital.places.filter(({ kind }) => kind === 'building').length, 12)
  const ids = [...hospital.places, ...hospital.units, ...hospital.numbers, ...hospital.people].map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length, 'no id is given twice')
})

t.test('an empty desk is seeded once; a second start changes nothing', async (t) => {
  const db = await database(t)
  const varDir = folder(t)
  t.match(await seed(db, { demo: true, varDir }), { base: true, demo: true, administrator: false })
  const file = readFileSync(join(varDir, 'accounts.json'), 'utf8')
  t.match(await seed(db, { demo: true, varDir }), { base: false, demo: false, administrator: false })
  t.equal(readFileSync(join(varDir, 'accounts.json'), 'utf8'), file)
  t.equal(statSync(join(varDir, 'accounts.json')).mode & 0o777, 0o600, 'only its owner reads the passwords')

  const accounts = JSON.parse(file)
  t.same(Object.fromEntries(Object.entries(accounts).map(([role, list]) => [role, (list as unknown[]).length])), {
    agent: 6,
    supervisor: 2,
    admin: 1,
    auditor: 1,
    engineer: 12,
    reporter: 2,
  })
  const [agent] = accounts.agent
  const tried = await checkPassword(db, { ...agent, address: '127.0.0.1', now: new Date() })
  t.equal(tried.outcome, 'ok')
  t.equal((await db('stations').where({ kind: 'browser' })).length, 6)
  t.equal((await db('queue_members')).length, 24)
  t.equal((await db('dialled_numbers')).length, 12)

  t.test('the same extension is another phone on the other campus', async (t) => {
    const organisation = await organisationId(db)
    const call = (campus: string | null, ani: string) =>
      identify(db, { organisationId: organisation, campus, ani, aniName: '' })
    const [there, here] = [await call('new', '62041'), await call('old', '62041')]
    t.match(there, { how: 'ward_number', confidence: 95, personId: null })
    const places = await placeRefs(db, [there.placeId, here.placeId])
    t.match(places.get(there.placeId ?? ''), { campus: 'new', zh: '住院楼 6 层 心内科护士站' })
    t.match(places.get(here.placeId ?? ''), { campus: 'old', zh: '内科楼 4 层 呼吸内科护士站' })
    t.match((await unitRefs(db, [there.unitId])).get(there.unitId ?? ''), { zh: '心内科' })
    t.match(await call(null, '62041'), { how: 'number_twice', placeId: null, candidates: [{}, {}] })
  })

  t.test('a mobile names its person however the gateway spells it; a shared trunk names nobody', async (t) => {
    const organisation = await organisationId(db)
    const call = (ani: string, aniName = '') =>
      identify(db, { organisationId: organisation, campus: 'old', ani, aniName })
    for (const ani of ['19900001001', '019900001001', '+8619900001001', '008619900001001', '17951 19900001001']) {
      t.match(await call(ani), { how: 'mobile_of_person', confidence: 90, placeId: null, unitId: String }, ani)
    }
    t.match(await call('066801'), { how: 'mobile_of_person' }, 'a V-net short number with the gateway’s zero')
    t.match(await call('60000'), { how: 'shared_trunk', placeId: null, personId: null, confidence: 0 })
    t.match(await call('60010'), { how: 'shared_trunk', placeId: null })
    t.match(await call(''), { how: 'withheld', confidence: 0 })
    t.match(await call('5551234'), { how: 'unknown', confidence: 0 })

    const twice = await call('19900000901')
    t.match(twice, { how: 'number_twice', personId: null, candidates: [{ confidence: 45 }, { confidence: 45 }] })
    const second = twice.candidates[1]?.personId ?? ''
    const name = (await personRefs(db, [second])).get(second)?.name ?? ''
    t.match(await call('19900000901', name), { personId: null, candidates: [{ personId: second, confidence: 75 }, {}] })
  })
})

t.test('a hospital of its own starts with one administrator, who must choose a password', async (t) => {
  const db = await database(t)
  const varDir = folder(t)
  t.match(await seed(db, { demo: false, varDir }), { base: true, demo: false, administrator: true })
  const { admin } = JSON.parse(readFileSync(join(varDir, 'accounts.json'), 'utf8'))
  t.match(await checkPassword(db, { ...admin[0], address: '127.0.0.1', now: new Date() }), { outcome: 'ok' })
  t.equal((await db('people').first('must_change_password')).must_change_password, true)
  t.equal(Number((await db('places').count())[0]?.count), 0)
  t.ok(Number((await db('categories').count())[0]?.count) > 80)
})
