/** The register comes in as somebody's spreadsheet: what is wrong is told by line, and nothing is half done. */
import t, { type Test } from 'tap'
import { makeCommit } from '../desk.ts'
import { house } from '../test/house.ts'
import { equipmentRoutes } from './routes.ts'

const HEAD = 'code,name,maker,model,place,department,supplier,warranty_until,system,responsible,contracts,note'

async function desk(t: Test) {
  const at = await house(t, {
    more: [async (app) => equipmentRoutes({ db: app.deskDb, commit: makeCommit(app.deskDb, () => {}) })(app)],
  })
  const admin = await at.someone({ role: 'admin' })
  const send = async (rows: string[], more: object = {}) =>
    admin.ask('POST', '/api/equipment/assets/import', { csv: [HEAD, ...rows].join('\r\n'), dryRun: false, ...more })
  const codes = async () =>
    (await at.db('assets').where('state', '<>', 'retired').orderBy('code').pluck('code')) as string[]
  return { ...at, admin, send, codes }
}
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => `DY-${String(n + 1).padStart(3, '0')},打印机,,,,,,,,,,`)
const one = (code: string, { name = '打印机', day = '' } = {}) => `${code},${name},,,,,,${day},,,,`

t.test('what goes out comes in again as the same, formulas and leading quotes too', async (t) => {
  const { admin, send, codes } = await desk(t)
  t.match(await send([one('00123', { name: '=1+1', day: '2027年3月4日' }), one('DY-2', { name: "'打印机" })]), {
    ...{ status: 200, body: { create: 2, change: 0, same: 0, bad: [] } },
  })
  const { body: csv } = await admin.ask('GET', '/api/equipment/assets/export.csv')
  t.match(csv, /00123,'=1\+1,,,,,,2027-03-04/)
  const again = await admin.ask('POST', '/api/equipment/assets/import', { csv, dryRun: false, whole: true })
  t.match(again.body, { create: 0, change: 0, same: 2, retire: 0, bad: [] })
  t.same(await codes(), ['00123', 'DY-2'])
})

t.test('a code twice is told with both lines, in whatever case, and nothing of the sheet is written', async (t) => {
  const { send, codes } = await desk(t)
  t.match(await send([one('DY-1'), one('DY-2'), one('dy-1')]), {
    status: 409,
    body: {
      code: 'import-has-bad-rows',
      details: { bad: [{ line: 4, column: 'code', code: 'same-as-line', other: 2 }] },
    },
  })
  t.same(await codes(), [])
})

t.test('what Excel did to codes and days is told for what it is', async (t) => {
  const { send, codes } = await desk(t)
  await send([one('00123')])
  const { body } = await send(
    [
      one('123'),
      one('1.23457E+11'),
      one('3-Apr'),
      one('DY-1', { day: '03/04/2027' }),
      one('DY-2', { name: '' }),
      one(''),
    ],
    { dryRun: true },
  )
  t.match(body.bad, [
    { line: 2, column: 'code', code: 'zeros-lost', named: '00123' },
    { line: 3, column: 'code', code: 'scientific-notation' },
    { line: 4, column: 'code', code: 'day-in-code' },
    { line: 5, column: 'warranty_until', code: 'not-a-day' },
    { line: 6, column: 'name', code: 'missing' },
    { line: 7, column: 'code', code: 'missing' },
  ])
  t.same(await codes(), ['00123'])
})

t.test('what a cell names must be there', async (t) => {
  const { send } = await desk(t)
  const { body } = await send(['DY-1,打印机,,,new/X,U9,nobody,,sys,S9,HT-1 HT-2,'], { dryRun: true })
  t.same(
    body.bad.map(
      ({ column, code, named }: { column: string; code: string; named: string }) => `${column} ${code} ${named}`,
    ),
    [
      'place no-such-row new/X',
      'department no-such-row U9',
      'supplier no-such-row nobody',
      'system no-such-row sys',
      'responsible no-such-row S9',
      'contracts no-such-row HT-1',
      'contracts no-such-row HT-2',
    ],
  )
})

t.test('a dry run says what it would do and does none of it; columns that are not there change nothing', async (t) => {
  const { admin, send, codes, db } = await desk(t)
  t.match((await send([one('DY-1', { day: '2027-03-04' })], { dryRun: true })).body, {
    create: 1,
    changes: [{ key: 'DY-1' }],
  })
  t.same(await codes(), [])
  await send([one('DY-1', { day: '2027-03-04' })])
  const csv = 'code,name\nDY-1,激光打印机\n'
  t.match((await admin.ask('POST', '/api/equipment/assets/import', { csv, dryRun: false })).body, {
    ...{ change: 1, changes: [{ key: 'DY-1', fields: { name: ['打印机', '激光打印机'] } }] },
  })
  const { body } = await admin.ask('GET', '/api/equipment/assets')
  t.match(body.items, [{ name: '激光打印机', warrantyUntil: '2027-03-04', version: 2 }])
  const told = await db('journal').where({ type: 'asset.imported' }).orderBy('seq').pluck('body')
  t.match(told, [{ rows: [{ verb: 'registered' }] }, { rows: [{ verb: 'changed', fields: ['name'] }] }])
})

t.test('a sheet that was cut short takes nothing with it until somebody says yes to just so many', async (t) => {
  const { send, codes } = await desk(t)
  await send(many(40))
  const cut = many(30)
  t.match((await send(cut, { whole: true, dryRun: true })).body, { retire: 10, same: 30 })
  t.match(await send(cut, { whole: true }), {
    ...{ status: 409, body: { code: 'many-would-vanish', details: { count: 10, of: 40 } } },
  })
  t.match(await send(cut, { whole: true, mayRetire: 9 }), { body: { code: 'many-would-vanish' } })
  t.equal((await codes()).length, 40)
  t.match((await send(cut, { whole: true, mayRetire: 10 })).body, { retire: 10 })
  t.equal((await codes()).length, 30)
  t.match((await send(many(26), { whole: true })).body, { retire: 4 }, 'a few go without a word')
  t.match((await send(many(2))).body, { same: 2, retire: 0 }, 'a sheet that is not the whole register retires nothing')
  t.match((await send([one('DY-040', { name: '新的' })], { dryRun: true })).body.bad, [
    { line: 2, code: 'refused', why: 'asset-retired' },
  ])
})
