import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { seed } from '../directory/seed/index.ts'
import { database } from '../test/database.ts'
import { onDuty, seedRoster } from './index.ts'

t.test('the demonstration’s crews have a roster around today, and somebody is on duty at any hour', async (t) => {
  const db = await database(t)
  const varDir = mkdtempSync(join(tmpdir(), 'roster-seed-'))
  t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
  await seed(db, { demo: true, varDir })
  await seedRoster(db, { demo: false })
  t.same(await db('shifts'), [])
  await seedRoster(db, { demo: true })
  const many = (await db('shifts')).length
  await seedRoster(db, { demo: true })
  t.equal((await db('shifts')).length, many, 'once')
  const organisation = (await db('organisations').first('id')).id
  const crews = await db('crews').select('id', 'code')
  t.equal(crews.length, 5)
  for (const hour of [-48, 0, 12, 24 * 20])
    for (const { id, code } of crews) {
      const found = await onDuty(db, organisation, { crewId: id }, new Date(Date.now() + hour * 3_600_000))
      const weekend = code === 'equipment-crew'
      t.ok(found.length > 0 || weekend, `${code} in ${hour} hours`)
    }
  t.ok((await db('shifts').whereNull('person_id')).length > 0, 'some are vacant')
})
