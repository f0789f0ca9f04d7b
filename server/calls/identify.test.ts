import t, { type Test } from 'tap'
import type { Db } from '../db/index.ts'
import { database } from '../test/database.ts'
import { type Hospital, hospital } from '../test/hospital.ts'
import { visit } from '../test/visit.ts'
import { hear, identifyCall } from './index.ts'

async function desk(t: Test) {
  const db = await database(t)
  const all = await hospital(db)
  const ring = async (from: string, campus: 'old' | 'new' = 'old', begins = new Date(Date.now() - 60_000)) => {
    const one = visit({ from, campus, begins })
    for (const fact of [one.arrives(), one.queues(), one.isOver(20)]) await db.transaction((tx) => hear(tx, fact))
    return one.callId
  }
  return { db, all, ring }
}

const callOf = (db: Db, id: string) => db('calls').where({ id }).first()
const attach = (db: Db, all: Hospital, id: string, target: Parameters<typeof identifyCall>[3]) =>
  db.transaction((tx) => identifyCall(tx, id, all.lin, target))

t.test('a number tied to a place explains its past calls that nobody could place, and its next ones', async (t) => {
  const { db, all, ring } = await desk(t)
  const earlier = await ring('63333', 'old', new Date(Date.now() - 86_400_000))
  const elsewhere = await ring('63333', 'new')
  const id = await ring('63333')
  t.match(await callOf(db, id), { identified_how: 'unknown', place_id: null })

  const events = await attach(db, all, id, { placeId: all.ward })
  t.same(
    events.map((event) => event.type),
    ['call.identified', 'call.identified', 'directory.changed'],
  )
  for (const one of [id, earlier]) {
    t.match(await callOf(db, one), { identified_how: 'attached_by_agent', place_id: all.ward, confidence: 100 })
  }
  t.match(await callOf(db, elsewhere), { place_id: null }, 'the same digits at the other campus are another phone')
  t.match(await callOf(db, await ring('63333')), { identified_how: 'ward_number', place_id: all.ward })
})

t.test('calls from the time when the number meant somewhere else keep what they were', async (t) => {
  const { db, all, ring } = await desk(t)
  const first = await ring('63334')
  await attach(db, all, first, { placeId: all.ward })
  await attach(db, all, await ring('63334'), { personId: all.wei.personId })
  t.match(await callOf(db, first), { place_id: all.ward, person_id: null })
})

t.test('a ward keyed by the agent names this call only: the trunk is shared by many', async (t) => {
  const { db, all, ring } = await desk(t)
  await db('numbers').insert({
    organisation_id: all.organisationId,
    realm: 'new',
    number: '69000',
    kind: 'shared_trunk',
  })
  const other = await ring('69000', 'new')
  const id = await ring('69000', 'new')
  t.match(await callOf(db, id), { identified_how: 'shared_trunk', place_id: null })
  await attach(db, all, id, { number: '62041' })
  t.match(await callOf(db, id), { identified_how: 'keyed_by_agent', place_id: all.ward })
  t.match(await callOf(db, other), { place_id: null })
  await attach(db, all, other, { placeId: all.ward })
  t.equal((await db('number_places').count())[0]?.count, '1', 'and no place is ever tied to the shared trunk')
})

t.test('a withheld number can be tied to nothing but this call', async (t) => {
  const { db, all, ring } = await desk(t)
  const other = await ring('')
  const id = await ring('')
  await attach(db, all, id, { personId: all.wei.personId })
  t.match(await callOf(db, id), { person_id: all.wei.personId, identified_how: 'attached_by_agent' })
  t.match(await callOf(db, other), { person_id: null, identified_how: 'withheld' })
})

t.test('a mobile is a person wherever it calls from', async (t) => {
  const { db, all, ring } = await desk(t)
  await attach(db, all, await ring('013812345678'), { personId: all.wei.personId })
  t.match(await callOf(db, await ring('13812345678', 'new')), {
    person_id: all.wei.personId,
    identified_how: 'mobile_of_person',
  })
})

t.test('a place that is not there changes nothing', async (t) => {
  const { db, all, ring } = await desk(t)
  const id = await ring('63335')
  t.same(await attach(db, all, id, { placeId: all.wei.personId }), [])
  t.match(await callOf(db, id), { identified_how: 'unknown' })
})

t.test('what an agent said of a caller is not overruled by a caller ID that comes late', async (t) => {
  const { db, all } = await desk(t)
  const one = visit({ from: '', campus: 'new', begins: new Date(Date.now() - 60_000) })
  await db.transaction((tx) => hear(tx, one.arrives()))
  await attach(db, all, one.callId, { placeId: all.ward })
  const named = { ...one.queues(3), type: 'caller-named', ani: '62099', aniName: '' } as never
  await db.transaction((tx) => hear(tx, named))
  t.match(await callOf(db, one.callId), { ani: '62099', identified_how: 'attached_by_agent', place_id: all.ward })
})

t.test('a name that comes late says who is calling after all', async (t) => {
  const { db, all } = await desk(t)
  const one = visit({ from: '', campus: 'new', begins: new Date(Date.now() - 60_000) })
  await db.transaction((tx) => hear(tx, one.arrives()))
  const named = { ...one.queues(3), type: 'caller-named', ani: '62041', aniName: '心内科' } as never
  const events = await db.transaction((tx) => hear(tx, named))
  t.match(events, [{ type: 'call.identified', placeId: all.ward, how: 'ward_number' }])
})

t.test('a number that says less never erases the ward that is known; both stand on the call', async (t) => {
  const { db, all } = await desk(t)
  const one = visit({ from: '62041', campus: 'new', begins: new Date(Date.now() - 60_000) })
  const named = (ani: string, at: number, aniName = '') =>
    ({ ...one.queues(at), type: 'caller-named', ani, aniName }) as never
  await db.transaction((tx) => hear(tx, one.arrives()))
  for (const fact of [named('62077', 3, '总机'), named('62077', 3, '总机')])
    t.same(await db.transaction((tx) => hear(tx, fact)), [], 'nobody else is said to call')
  const kept = { ani: '62041', other_ani: '62077', other_ani_name: '总机', place_id: all.ward, ani_raw: '62041' }
  t.match(await callOf(db, one.callId), { ...kept, later_ani_raw: '62077', identified_how: 'ward_number' })
  await db.transaction((tx) => hear(tx, one.queues(4)))
  t.match(await callOf(db, one.callId), kept, 'nor does anything that is heard afterwards')
  await db.transaction((tx) => hear(tx, named('anonymous', 5)))
  t.match(await callOf(db, one.callId), { ani: '62041', place_id: all.ward }, 'least of all a withheld one')
})

t.test('a number that says more takes over, and the first one stays beside it', async (t) => {
  const { db, all } = await desk(t)
  const one = visit({ from: '62099', campus: 'new', begins: new Date(Date.now() - 60_000) })
  await db.transaction((tx) => hear(tx, one.arrives()))
  const named = { ...one.queues(3), type: 'caller-named', ani: '62041', aniName: '心内科' } as never
  const events = await db.transaction((tx) => hear(tx, named))
  t.match(events, [{ type: 'call.identified', placeId: all.ward, how: 'ward_number' }])
  await db.transaction((tx) => hear(tx, one.queues(4)))
  t.match(await callOf(db, one.callId), { ani: '62041', ani_name: '心内科', other_ani: '62099', place_id: all.ward })
})

t.test('of two numbers nobody knows the first is kept', async (t) => {
  const { db } = await desk(t)
  const one = visit({ from: '62098', campus: 'new', begins: new Date(Date.now() - 60_000) })
  const named = { ...one.queues(3), type: 'caller-named', ani: '62077', aniName: '' } as never
  for (const fact of [named, one.arrives()]) await db.transaction((tx) => hear(tx, fact))
  t.match(await callOf(db, one.callId), { ani: '62098', other_ani: '62077' }, 'in whatever order they are heard')
})

t.test('a name that comes late for the same number is the caller’s name', async (t) => {
  const { db } = await desk(t)
  const one = visit({ from: '62041', campus: 'new', begins: new Date(Date.now() - 60_000) })
  const named = { ...one.queues(3), type: 'caller-named', ani: '62041', aniName: '心内科' } as never
  for (const fact of [one.arrives(), named]) await db.transaction((tx) => hear(tx, fact))
  t.match(await callOf(db, one.callId), { ani: '62041', ani_name: '心内科', other_ani: '' })
})

t.test('whatever a caller sends as number and name is kept as harmless text, and loses no call', async (t) => {
  const { db, ring } = await desk(t)
  const hostile = [
    "'; drop table calls; --",
    '$(touch /tmp/p)',
    '<img src=x onerror=alert(1)>',
    'a\u0000b\u202ec',
    '😀'.repeat(2_000),
  ]
  for (const from of hostile) {
    const { ani } = await callOf(db, await ring(from))
    t.ok([...ani].length <= 80)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    t.notMatch(ani, /[\u0000-\u001f\u202a-\u202e]/)
  }
  t.equal((await db('calls')).length, hostile.length)
})
