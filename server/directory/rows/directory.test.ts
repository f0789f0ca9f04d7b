import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { setGrants, setLines } from '../../access/grants/index.ts'
import type { Tx } from '../../db/index.ts'
import { type Commit, makeCommit } from '../../desk.ts'
import { guarded, unguarded } from '../../sheets/cells.ts'
import { exportSheet, importSheet, SHEETS } from '../../sheets/directory/index.ts'
import { database } from '../../test/database.ts'
import { identify, organisationId } from '../index.ts'
import { seed } from '../seed/index.ts'
import { type Changed, change, create, type DirectoryRow, history, list, mapNumber, mappings, retire } from './index.ts'

async function desk(t: Test) {
  const db = await database(t)
  const varDir = mkdtempSync(join(tmpdir(), 'desk-directory-'))
  t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
  await seed(db, { demo: true, varDir })
  const admin = await db('people').where({ login: 'admin' }).first('id')
  const by = { personId: admin.id as string, organisationId: await organisationId(db) }
  const commit = makeCommit(db, () => {})
  return { db, by, commit }
}

/** Commits a change and answers its row, or what kept it from being done. */
async function made(commit: Commit, work: (tx: Tx) => Promise<Changed>): Promise<DirectoryRow> {
  let found: Changed | undefined
  await commit(async (tx) => {
    found = await work(tx)
    return found.outcome === 'done' ? found.events : []
  })
  return (found?.outcome === 'done' ? found.row : found) as DirectoryRow
}

t.test('a place is made, renamed with all that lies in it, and retired', async (t) => {
  const { db, by, commit } = await desk(t)
  const building = await made(commit, (tx) =>
    create(tx, 'places', by, { campus: 'new', kind: 'building', code: 'T', zh: '试验楼' }),
  )
  const floor = await made(commit, (tx) =>
    create(tx, 'places', by, { campus: 'new', kind: 'floor', code: 'T-1', zh: '1 层', parentId: building.id }),
  )
  t.match(floor, { path: '试验楼 1 层', version: 1, noTransmit: false, campus: 'new' })
  await made(commit, (tx) => change(tx, 'places', by, { id: building.id, version: 1 }, { zh: '新试验楼' }))
  t.equal((await db('places').where({ id: floor.id }).first('path_zh')).path_zh, '新试验楼 1 层')

  t.match(await made(commit, (tx) => change(tx, 'places', by, { id: building.id, version: 1 }, { zh: '迟到的名字' })), {
    outcome: 'stale',
    row: { zh: '新试验楼', version: 2 },
  })
  t.match(
    await made(commit, (tx) => change(tx, 'places', by, { id: building.id, version: 2 }, { parentId: floor.id })),
    { outcome: 'refused', why: 'inside-itself' },
  )
  t.match(await made(commit, (tx) => change(tx, 'places', by, { id: building.id, version: 2 }, { code: 'U' })), {
    outcome: 'refused',
    why: 'set-once',
  })
  t.match(
    await made(commit, (tx) => change(tx, 'places', by, { id: building.id, version: 2 }, { zh: '新试验楼' })),
    { version: 2 },
    'nothing changed, nothing happened',
  )
  t.match(await made(commit, (tx) => retire(tx, 'places', by, floor.id, 1)), { retired: true })
  const rows = await db('journal').where({ type: 'directory.changed' }).orderBy('seq')
  t.same(
    rows.map(({ body }) => `${body.what} ${body.verb} ${body.fields}`),
    ['places created ', 'places created ', 'places changed zh', 'places retired '],
  )
})

t.test('a number that moves rings at its new place from then on, and its past stays known', async (t) => {
  const { db, by, commit } = await desk(t)
  const [number] = (
    await list(db, 'numbers', {
      organisationId: by.organisationId,
      q: '62041',
      after: undefined,
      limit: 10,
      retired: false,
    })
  ).filter(({ row }) => row.realm === 'new')
  const id = number?.row.id ?? ''
  const [was, next] = [number?.row.placeId as string, (await db('places').where({ code: 'N-ZY-07' }).first('id')).id]
  await made(commit, (tx) => change(tx, 'numbers', by, { id, version: 1 }, { placeId: next }))
  const found = await identify(db, { organisationId: by.organisationId, campus: 'new', ani: '62041', aniName: '' })
  t.equal(found.placeId, next)
  t.match(await mappings(db, id), [
    { placeId: was, until: Date },
    { placeId: next, until: null },
  ])

  const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
  t.match(
    await made(commit, (tx) =>
      mapNumber(tx, by, { numberId: id, version: 2, placeId: was, from: tomorrow, until: null }),
    ),
    { version: 3, placeId: next },
  )
  t.equal((await mappings(db, id)).length, 3)
})

t.test('what Asterisk has from the site file is not changed here, where it would reach nobody', async (t) => {
  const { db, by, commit } = await desk(t)
  const refused = { outcome: 'refused', why: 'kept-in-site-file' }
  const idOf = async (table: string) => (await db(table).first('id')).id as string
  const trunk = { campus: 'new', code: 'x', address: '127.0.0.99', contact: 'sip:x' }
  t.match(await made(commit, (tx) => create(tx, 'trunks', by, trunk)), refused)
  t.match(await made(commit, (tx) => create(tx, 'campuses', by, { code: 'x', zh: '东院区', en: 'East' })), refused)
  t.match(await made(commit, (tx) => create(tx, 'lines', by, { code: 'x', zh: '膳食', en: 'Meals' })), refused)
  const trunks = { id: await idOf('trunks'), version: 1 }
  t.match(await made(commit, (tx) => change(tx, 'trunks', by, trunks, { contact: 'sip:127.0.0.99' })), {
    ...refused,
    field: 'contact',
  })
  const line = { id: await idOf('lines'), version: 1 }
  t.match(await made(commit, (tx) => change(tx, 'lines', by, line, { ringSeconds: 44 })), {
    ...refused,
    field: 'ringSeconds',
  })
  const campus = { id: await idOf('campuses'), version: 1 }
  t.match(await made(commit, (tx) => change(tx, 'campuses', by, campus, { zh: '本部' })), { zh: '本部', version: 2 })
})

t.test('the list goes page by page, each row once', async (t) => {
  const { db, by } = await desk(t)
  const seen = new Set<string>()
  let after: string[] | undefined
  for (let page = 0; page < 20; page++) {
    const rows = await list(db, 'numbers', {
      organisationId: by.organisationId,
      q: '',
      after,
      limit: 90,
      retired: false,
    })
    for (const { row } of rows) seen.add(row.id)
    after = rows.at(-1)?.key
    if (rows.length < 90) break
  }
  t.equal(seen.size, 800)
})

t.test('what is exported comes back as it was', async (t) => {
  const { db, by } = await desk(t)
  for (const what of SHEETS) {
    const csv = await exportSheet(db, what, by.organisationId)
    const tx = await db.transaction()
    const { result } = await importSheet(tx, what, by, { csv, dryRun: true })
    await tx.rollback()
    t.match(result, { create: 0, change: 0, bad: [] }, `${what}: nothing new, nothing bad`)
    t.ok(result.same >= 60, `${what}: ${result.same} rows the same`)
  }
})

t.test('a dry run shows each change and each bad row with its line and reason, and writes nothing', async (t) => {
  const { db, by } = await desk(t)
  const csv = [
    'realm,number,kind,note,place,people',
    'new,62041,ward,,new/N-ZY-07,',
    'new,70001,ward,新机,new/N-ZY-08,',
    'new,70001,ward,又一次,,',
    'moon,70002,ward,,,',
    'new,7x,ward,,,',
    'new,70003,phone,,,',
    'new,70004,ward,,new/NOWHERE,E0001 E9999',
    'new,70005',
  ].join('\r\n')
  const tx = await db.transaction()
  const { result } = await importSheet(tx, 'numbers', by, { csv, dryRun: true })
  await tx.rollback()
  t.match(result, { dryRun: true, create: 1, change: 1, same: 0 })
  t.same(
    result.bad.sort((a, b) => a.line - b.line || String(a.column).localeCompare(String(b.column))),
    [
      { line: 4, code: 'same-as-line', other: 3 },
      { line: 5, column: 'realm', code: 'no-such-campus', named: 'moon' },
      { line: 6, column: 'number', code: 'digits-malformed' },
      {
        line: 7,
        column: 'kind',
        code: 'not-one-of',
        choices: ['ward', 'mobile', 'shared_trunk', 'pilot', 'legacy'],
      },
      { line: 8, column: 'people', code: 'no-such-row', named: 'E9999' },
      { line: 8, column: 'place', code: 'no-such-row', named: 'new/NOWHERE' },
      { line: 9, code: 'cells-differ', cells: 2, columns: 6 },
    ],
  )
  t.equal((await db('numbers').where({ number: '70001' })).length, 0)
})

t.test('an account that somebody has already is said with its line and its column', async (t) => {
  const { db, by } = await desk(t)
  const csv = ['staff_code,name,login', 'Z0001,新来的,ADMIN', 'Z0002,也是新来的,zhang3'].join('\n')
  const tx = await db.transaction()
  const { result } = await importSheet(tx, 'people', by, { csv, dryRun: true })
  await tx.rollback()
  t.match(result, { create: 1, bad: [{ line: 2, column: 'login', code: 'refused', why: 'already-there' }] })
})

t.test('a row’s history says who changed what of it, by hand and by import, and holds no name', async (t) => {
  const { db, by, commit } = await desk(t)
  const staff = { staffCode: 'Z0001', name: '新来的' }
  const person = await made(commit, (tx) => create(tx, 'people', by, staff))
  await made(commit, (tx) => change(tx, 'people', by, { id: person.id, version: 1 }, { title: '护士长' }))
  const csv = ['staff_code,name,title', 'Z0001,改了名的,护士', 'Z0002,另一位,'].join('\n')
  await commit(async (tx) => (await importSheet(tx, 'people', by, { csv, dryRun: false })).events)
  await commit(async (tx) => {
    const given = await setGrants(tx, by, person.id, [{ role: 'agent', campus: null, line: null }])
    return given.outcome === 'done' ? given.events : []
  })
  await commit(async (tx) => {
    const given = await setLines(tx, by, person.id, ['it'])
    return given.outcome === 'done' ? given.events : []
  })
  const page = { what: 'people', id: person.id, limit: 10, before: undefined } as const
  const told = await history(db, page)
  const admin = { id: by.personId, name: (await db('people').where({ id: by.personId }).first('name')).name }
  t.match(told, [
    { what: 'queues', verb: 'changed', by: admin },
    { what: 'grants', verb: 'changed', by: admin },
    { what: 'row', verb: 'changed', fields: ['name', 'title'], imported: true, by: admin },
    { what: 'row', verb: 'changed', fields: ['title'], imported: false, by: admin },
    { what: 'row', verb: 'created', imported: false, by: admin },
  ])
  t.equal(told.length, 5, 'and nothing of anybody else')
  t.same((await history(db, { ...page, before: told[1]?.seq })).length, 3, 'page by page')
  t.notMatch(JSON.stringify(await db('journal').select('body')), /新来的|改了名的|护士/)
})

t.test('no cell of an export runs as a formula, and every text comes back', async (t) => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝', "'", ' =', "'="), fc.string())
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(nasty, (text) => {
      const cell = guarded(text)
      return !/^[\s]*[=+\-@＝＋－＠]/.test(cell) && !/^[\t\r\n]/.test(cell) && unguarded(cell) === text
    }),
    { numRuns: 2_000 },
  )
  t.equal(guarded('=HYPERLINK("http://x")'), `'=HYPERLINK("http://x")`)
  t.equal(guarded('+8613800000000'), `'+8613800000000`)
})

t.test('a number is kept in one spelling, typed or imported, and found by any', async (t) => {
  const { db, by, commit } = await desk(t)
  const typed = await made(commit, (tx) =>
    create(tx, 'numbers', by, { realm: 'public', number: '+86 138-0013 8000', kind: 'mobile' }),
  )
  t.equal(typed.number, '13800138000')
  t.match(
    await made(commit, (tx) => create(tx, 'numbers', by, { realm: 'new', number: '62041/62042', kind: 'ward' })),
    { outcome: 'refused', why: 'number-unreadable', field: 'number' },
  )
  const csv = [
    'realm,number,kind',
    'public,013800138000,mobile',
    'new,６２０４１,ward',
    'new,62-777,ward',
    'new,62777,ward',
    'new,62041.0,ward',
  ].join('\n')
  const tx = await db.transaction()
  const { result } = await importSheet(tx, 'numbers', by, { csv, dryRun: true })
  await tx.rollback()
  t.match(result, { same: 2, create: 1, change: 0 }, 'the same telephones are not made twice')
  t.same(result.bad, [
    { line: 5, code: 'same-as-line', other: 4 },
    { line: 6, column: 'number', code: 'digits-malformed' },
  ])
  const found = async (q: string) =>
    (
      await list(db, 'numbers', { organisationId: by.organisationId, q, after: undefined, limit: 10, retired: false })
    ).map(({ row }) => row.id)
  for (const q of ['13800138000', '１３８００１３８０００', '138-0013-8000', '+86 138 0013 8000', '13800138000\u200b'])
    t.same(await found(q), [typed.id], q)
})
