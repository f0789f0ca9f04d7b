/** The register by HTTP and in PostgreSQL: kept, found, and asked who is for a thing. */
import t, { type Test } from 'tap'
import { makeCommit } from '../desk.ts'
import { house } from '../test/house.ts'
import { equipmentRoutes } from './routes.ts'

async function desk(t: Test) {
  const at = await house(t, {
    more: [async (app) => equipmentRoutes({ db: app.deskDb, commit: makeCommit(app.deskDb, () => {}) })(app)],
  })
  const supervisor = await at.someone({ role: 'supervisor' })
  const organisation_id = (await at.db('organisations').first('id')).id
  const campus_id = (await at.db('campuses').where({ code: 'new' }).first('id')).id
  const [place] = await at
    .db('places')
    .insert({ campus_id, kind: 'building', code: 'ZY6', name_zh: '六楼', path_zh: '住院楼 心内科' })
    .returning('id')
  const post = async (path: string, body: object) => (await supervisor.ask('POST', `/api/equipment/${path}`, body)).body
  return { ...at, supervisor, organisation_id, placeId: place.id as string, post }
}

t.test('an asset is registered, changed, repaired and retired, and its history stays on the journal', async (t) => {
  const { supervisor, post, placeId, db } = await desk(t)
  const made = await post('assets', { code: 'DY-00001', name: '打印机', placeId })
  t.match(made, { code: 'DY-00001', state: 'in_use', place: { zh: '住院楼 心内科' }, contracts: [], version: 1 })
  const path = `/api/equipment/assets/${made.id}`
  t.match(await supervisor.ask('PATCH', path, { version: 1, model: 'M404', warrantyUntil: '2027-03-04' }), {
    body: { model: 'M404', warrantyUntil: '2027-03-04', name: '打印机', version: 2 },
  })
  t.match(await supervisor.ask('PATCH', path, { version: 1, model: 'X' }), {
    ...{ status: 409, body: { code: 'changed-meanwhile' } },
  })
  t.match(await supervisor.ask('POST', `${path}/state`, { version: 2, state: 'retired' }), {
    ...{ status: 400, body: { code: 'reason-needed', details: { field: 'reason' } } },
  })
  t.match(await supervisor.ask('POST', `${path}/state`, { version: 2, state: 'retired', reason: '主板坏' }), {
    body: { state: 'retired', retiredBecause: '主板坏', version: 3 },
  })
  t.match(await supervisor.ask('PATCH', path, { version: 3, name: 'x' }), { body: { code: 'asset-retired' } })
  t.match(await supervisor.ask('POST', `${path}/state`, { version: 3, state: 'in_use' }), {
    body: { state: 'in_use', retiredBecause: null, model: 'M404' },
  })
  const told = await db('journal').whereLike('type', 'asset.%').orderBy('seq').select('type', 'body')
  t.same(
    told.map(({ type }) => type),
    ['asset.registered', 'asset.changed', 'asset.state', 'asset.state'],
  )
  t.notOk(JSON.stringify(told).match(/打印机|主板坏|M404/), 'ids and codes alone')
})

t.test(
  'a code that is another’s is refused, in whatever case it is written, and so is what is not there',
  async (t) => {
    const { post, db } = await desk(t)
    await post('assets', { code: 'dy-1', name: '打印机' })
    t.match(await post('assets', { code: 'DY-1', name: '别的' }), {
      code: 'asset-code-taken',
      details: { field: 'code' },
    })
    const strangers = ['placeId', 'unitId', 'supplierId', 'systemId', 'responsibleId']
    for (const field of strangers) {
      const answer = await post('assets', { code: 'X', name: 'x', [field]: '00000000-0000-4000-8000-000000000000' })
      t.match(answer, { code: 'no-such-row', details: { field } }, field)
    }
    t.match(await post('assets', { code: 'X', name: 'x', warrantyUntil: '2027-02-30' }), { code: 'request-malformed' })
    t.same(
      (await db('assets').select('code')).map(({ code }) => code),
      ['dy-1'],
    )
  },
)

t.test('an asset is found by code, by two characters of its name, and by its place', async (t) => {
  const { supervisor, post, placeId } = await desk(t)
  await post('assets', { code: 'DY-00001', name: '彩色打印机', placeId })
  await post('assets', { code: 'JH-00002', name: '监护仪', maker: '迈瑞', placeId })
  await post('assets', { code: 'JH-00003', name: '监护仪' })
  const found = async (query: string) =>
    (await supervisor.ask('GET', `/api/equipment/assets?${query}`)).body.items.map((one: { code: string }) => one.code)
  t.same(await found(`q=${encodeURIComponent('打印')}`), ['DY-00001'])
  t.same(await found('q=jh-00002'), ['JH-00002'])
  t.same(await found(`q=${encodeURIComponent('心内 监护')}`), ['JH-00002'])
  t.same(await found(`q=${encodeURIComponent('100%')}`), [])
  t.same(await found('state=retired'), [])
  const first = (await supervisor.ask('GET', '/api/equipment/assets?limit=2')).body
  t.same(await found(`limit=2&after=${first.next}`), ['JH-00003'], 'the next page goes on where the first ended')
  t.match(await supervisor.ask('GET', '/api/equipment/assets?after=x'), { body: { code: 'cursor-not-ours' } })
})

t.test('who is for it follows warranty and contract, to the last day by the hospital’s own clock', async (t) => {
  const { supervisor, post, db, organisation_id } = await desk(t)
  const supplier = await post('companies', { code: 'maker', name: '厂家', numbers: ['13800000101'] })
  const vendor = await post('companies', { code: 'vendor', name: '维保', mail: 'a@b.example' })
  const terms = { companyId: vendor.id, kind: 'maintenance', what: '维保', respondMin: 30 }
  const contract = await post('contracts', { ...terms, code: 'HT-1', from: '2020-01-01T00:00:00Z' })
  const asset = await post('assets', {
    ...{
      code: 'JH-1',
      name: '监护仪',
      supplierId: supplier.id,
      warrantyUntil: '2090-05-31',
      contractIds: [contract.id],
    },
  })
  t.match(asset.contracts, [{ code: 'HT-1', company: { code: 'vendor' } }])
  const who = async (at: string) =>
    (await supervisor.ask('GET', `/api/equipment/assets/${asset.id}/for-whom?at=${at}`)).body
  t.equal((await db('organisations').where({ id: organisation_id }).first('time_zone')).time_zone, 'Asia/Shanghai')
  t.match(await who('2090-05-31T15:59:59Z'), { company: { code: 'maker', numbers: ['13800000101'] } })
  t.match(await who('2090-05-31T16:00:00Z'), {
    ...{ company: { code: 'vendor' }, respondMin: 30, because: ['out-of-warranty', 'by-contract'] },
  })
  t.match(
    await supervisor.ask('PATCH', `/api/equipment/contracts/${contract.id}`, {
      version: 1,
      to: '2080-01-01T00:00:00Z',
    }),
    {
      status: 204,
    },
  )
  t.match(await who('2090-05-31T16:00:00Z'), { company: null, because: ['out-of-warranty', 'no-contract'] })
  t.match(await supervisor.ask('PATCH', `/api/equipment/companies/${supplier.id}`, { version: 1, retired: true }), {
    status: 204,
  })
  t.match(await who('2090-05-31T15:59:59Z'), { company: null, because: ['in-warranty', 'company-retired'] })
  t.match((await supervisor.ask('GET', '/api/equipment/companies')).body.items, [
    { code: 'vendor', contracts: [{ code: 'HT-1', assets: 1, to: '2080-01-01T00:00:00.000Z' }] },
    { code: 'maker', retired: true },
  ])
  t.match(await post('contracts', { ...terms, code: 'HT-1', from: '2020-01-01T00:00:00Z' }), { code: 'already-there' })
  const backwards = { ...terms, code: 'HT-2', from: '2020-01-01T00:00:00Z', to: '2019-01-01T00:00:00Z' }
  t.match(await post('contracts', backwards), { code: 'ends-before-it-begins', details: { field: 'to' } })
})
