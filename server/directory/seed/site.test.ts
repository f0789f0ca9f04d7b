import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { EXAMPLE } from '../../../scripts/parts/site-example.ts'
import { readSite, type Site } from '../../site.ts'
import { database } from '../../test/database.ts'
import { seed } from './index.ts'

const example = (change: (site: typeof EXAMPLE) => void = () => {}): Site => {
  const site = structuredClone(EXAMPLE)
  change(site)
  return readSite(JSON.stringify(site))
}

async function desk(t: Test) {
  const db = await database(t)
  const varDir = mkdtempSync(join(tmpdir(), 'desk-site-'))
  t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
  const codes = (table: string) => db(table).orderBy('code').pluck('code')
  return { db, varDir, codes }
}

/** A hospital whose one campus is neither of the demonstration's, with a line of its own. */
const east = example((site) => {
  site.campuses = [{ code: 'east', zh: '东院区', en: 'East campus', seal: 'solid' }]
  site.trunks = [
    {
      campus: 'east',
      from: ['10.3.0.0/24'],
      gateway: '10.3.0.5:5060',
      busyTone: true,
      lateName: false,
      outside: '',
      silence: 'sound',
      wards: ['3XXX'],
    },
  ]
  site.lines = [
    { code: 'it', zh: '信息科', en: 'IT', numbers: { east: '8002' }, legacy: ['110'] },
    { code: 'sterile', zh: '消毒供应', en: 'Sterile supply', numbers: { east: '8009' }, legacy: [] },
  ] as never
  site.deskPhones = [{ station: 'd7001', label: '分机', lines: ['it'] }]
  site.handset = null as never
  site.mobileTrunk = 'east'
  site.radio = []
  site.seconds = { ring: 25 } as never
})

t.test('a desk begins with its hospital’s own campuses, lines, numbers and phones', async (t) => {
  const { db, varDir, codes } = await desk(t)
  t.match(await seed(db, { demo: true, varDir, site: east }), { base: true, demo: false, administrator: true })
  t.same(await codes('campuses'), ['east'])
  t.same(await codes('lines'), ['it', 'sterile'])
  t.equal(
    (await db('lines').first('ring_seconds')).ring_seconds,
    25,
    'the ring on the screen is as long as the phone’s',
  )
  t.same(await codes('stations'), ['d7001'])
  t.match(await db('trunks').first(), { code: 'east', contact: 'sip:10.3.0.5:5060', traits: { busyToneHangup: true } })
  t.equal((await db('places')).length, 0, 'nothing of the demonstration is there')
  const sterile = await db('lines').where({ code: 'sterile' }).first()
  t.equal((await db('categories').where({ line_id: sterile.id })).length, 2, 'a line we know nothing of has a category')
  t.equal((await db('calendars')).length, 2, 'and is manned round the clock until somebody says otherwise')
})

t.test('a site file filled in after the first start takes the place of what was there', async (t) => {
  const { db, varDir, codes } = await desk(t)
  await seed(db, { demo: false, varDir })
  t.same(await codes('campuses'), ['new', 'old'])
  await seed(db, { demo: false, varDir, site: east })
  t.same(await codes('campuses'), ['east'])
  t.same(await codes('lines'), ['it', 'sterile'])
  t.same(await codes('trunks'), ['east'])
  t.match(await db('lines').where({ code: 'it' }).first(), { name_zh: '信息科' })
  t.same(
    (await db('dialled_numbers').orderBy('number')).map(({ number, kind }) => `${number} ${kind}`),
    ['110 legacy', '8002 service', '8009 service'],
  )
})

t.test('what an administrator named stays, and what is in use is never taken away', async (t) => {
  const { db, varDir, codes } = await desk(t)
  await seed(db, { demo: false, varDir, site: example() })
  await db('lines').where({ code: 'it' }).update({ name_zh: '信息中心', version: 2 })
  const campus = await db('campuses').where({ code: 'old' }).first()
  await db('places').insert({ campus_id: campus.id, kind: 'building', code: 'A', name_zh: '甲', path_zh: '甲' })
  await seed(db, { demo: false, varDir, site: east })
  await seed(db, { demo: false, varDir, site: east })
  t.same(await codes('campuses'), ['east', 'old'], 'the old campus has a building')
  t.match(await db('lines').where({ code: 'it' }).first(), { name_zh: '信息中心' })
  t.match(await db('organisations').first(), { name_zh: EXAMPLE.hospital.zh })
})

t.test('two gateways that changed addresses with each other are both right afterwards', async (t) => {
  const { db, varDir } = await desk(t)
  await seed(db, { demo: false, varDir, site: example() })
  const swapped = example((site) => {
    const [one, two] = site.trunks
    if (one && two) [one.from, two.from] = [two.from, one.from]
  })
  await seed(db, { demo: false, varDir, site: swapped })
  const rows = await db('trunks').orderBy('code').select('code', db.raw('host(address) as address'))
  t.same(rows, [
    { code: 'new', address: '10.1.0.5' },
    { code: 'old', address: '10.2.0.5' },
  ])
})
