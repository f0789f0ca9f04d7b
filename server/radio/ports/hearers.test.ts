/** Who may hear a port, by the grants of whoever sits at the radio account, in a database. */
import t from 'tap'
import { setGrants } from '../../access/grants/index.ts'
import { signIn } from '../../agents/index.ts'
import type { Db } from '../../db/index.ts'
import { makeCommit } from '../../desk.ts'
import { database } from '../../test/database.ts'
import { hospital } from '../../test/hospital.ts'
import { makeHearers } from '../index.ts'
import { seedRadio } from './seed-store.ts'

t.test('an agent of one campus hears its ports alone, whatever their radio account calls', async (t) => {
  const db = await database(t)
  const { lin, supervisor } = await hospital(db)
  await seedRadio(db, { demo: true, ports: [] })
  const commit = makeCommit(db, () => {})
  let isAway = false
  const mayHear = makeHearers(
    new Proxy(db, {
      apply: (target, self, args) => {
        if (isAway) throw new Error('no database')
        return Reflect.apply(target as never, self, args)
      },
    }) as Db,
  )
  const grant = (grants: Parameters<typeof setGrants>[3]) =>
    commit(async (tx) => {
      const made = await setGrants(tx, supervisor, lin.personId, grants)
      return made.outcome === 'done' ? made.events : []
    })
  const both = async (account = 'r1001') => [await mayHear(account, 'old'), await mayHear(account, 'new')]

  t.same(await both(), [false, false], 'nobody is signed in there')
  await commit(async (tx) => (await signIn(tx, lin.personId, { untilMs: 3_600_000 })).events)
  t.same(await both(), [true, true])
  await grant([{ role: 'agent', campus: 'new', line: null }])
  t.same(await both(), [false, true], 'the right was narrowed')
  t.equal(await mayHear('r1001', 'nowhere'), false)
  isAway = true
  t.same(
    [await both(), await both('r1002')],
    [
      [false, true],
      [false, false],
    ],
    'without a database, as it was last',
  )
  isAway = false
  await grant([])
  t.same(await both(), [false, false])
})
