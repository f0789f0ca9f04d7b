import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { seed } from '../directory/seed/index.ts'
import { database } from '../test/database.ts'
import type { ForWhomBecause } from '../wire/equipment.ts'
import { whoIsFor } from './index.ts'
import { assetSeeds, COMPANIES, HOW_MANY } from './seed.ts'
import { seedEquipment } from './seed-store.ts'

t.test('the same six hundred assets each time, each with a code of its own', async (t) => {
  t.same(assetSeeds(60, 12), assetSeeds(60, 12))
  t.equal(new Set(assetSeeds(60, 12).map(({ code }) => code)).size, HOW_MANY)
})

t.test('the demonstration hospital has equipment in and out of warranty, with and without a contract', async (t) => {
  const db = await database(t)
  const varDir = mkdtempSync(join(tmpdir(), 'equipment-seed-'))
  t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
  await seed(db, { demo: true, varDir })
  const today = new Date()
  await seedEquipment(db, { demo: true, today })
  await seedEquipment(db, { demo: true, today })
  const [{ id: organisationId }] = await db('organisations').select('id')
  t.equal(Number((await db('assets').count('* as n').first())?.n), HOW_MANY)
  t.equal(Number((await db('companies').count('* as n').first())?.n), COMPANIES.length)
  t.same(await db('assets').whereNull('place_id').orWhereNull('unit_id').pluck('code'), [])
  const found: Partial<Record<ForWhomBecause, number>> = {}
  for (const assetId of await db('assets').orderBy('code').pluck('id')) {
    const who = await whoIsFor(db, organisationId, { assetId }, today)
    for (const why of who?.because ?? []) found[why] = (found[why] ?? 0) + 1
  }
  for (const why of [
    'in-warranty',
    'out-of-warranty',
    'warranty-unknown',
    'by-contract',
    'by-supplier',
    'no-contract',
  ] as const)
    t.ok((found[why] ?? 0) > 20, `${why}: ${found[why]}`)
  const systems = await db('systems').pluck('id')
  const forSystems = await Promise.all(systems.map((systemId) => whoIsFor(db, organisationId, { systemId }, today)))
  t.equal(forSystems.filter((one) => one?.company).length, 3)
  t.equal(forSystems.filter((one) => one?.because.includes('no-contract')).length, 5)
})
