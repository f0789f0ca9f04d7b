import t from 'tap'
import { database } from '../test/database.ts'
import { append, appendAndCommit, readJournal } from './index.ts'

t.test('numbers become visible in order, whoever commits first', async (t) => {
  const db = await database(t)
  const write = (n: number) =>
    db.transaction(async (tx) => {
      await new Promise((resolve) => setTimeout(resolve, (n * 7) % 20))
      const told = await append(tx, [
        { type: 'first', at: new Date(), n },
        { type: 'second', at: new Date(), n },
      ])
      await new Promise((resolve) => setTimeout(resolve, (n * 3) % 5))
      return told
    })
  let held = 0
  let done = false
  const reader = (async () => {
    while (!done) {
      for (const row of await readJournal(db, held)) {
        t.ok(row.seq === held + 1, `no gap before ${row.seq}`)
        held = row.seq
      }
    }
  })()
  const told = await Promise.all(Array.from({ length: 12 }, (_, n) => write(n)))
  for (const [first, second] of told)
    t.equal(second?.seq, (first?.seq ?? 0) + 1, 'events of one commit stand together, in order')
  done = true
  await reader
  const rows = await readJournal(db, 0)
  t.equal(rows.length, 24)
  t.match(rows[0], { type: 'first', body: { n: Number } }, 'the body holds neither type nor time')
})

t.test('the journal is never changed', async (t) => {
  const db = await database(t)
  await db.transaction((tx) => append(tx, [{ type: 'a', at: new Date() }]))
  await t.rejects(db('journal').update({ type: 'b' }), /never changed/)
  await t.rejects(db('journal').delete(), /never changed/)
})

t.test('what is appended with the commit is there as it was told, whatever letters are in it', async (t) => {
  const db = await database(t)
  const words = `O'Neil \\' "; commit; \\\\? ? $1 :x ??\n\u2028 值班台`
  const told = await db.transaction((tx) => appendAndCommit(tx, [{ type: 'a', at: new Date(0), words }]))
  t.same(await readJournal(db, 0), [{ seq: told[0]?.seq, type: 'a', at: new Date(0), body: { words } }])
})

t.test('it is durable although what comes after it in the transaction fails; before it, nothing is', async (t) => {
  const db = await database(t)
  const lost = () => Promise.reject(new Error('the connection is lost'))
  await t.rejects(
    db.transaction(async (tx) => {
      await tx('sign_in_failures').insert({ login: 'kept', address: '::1' })
      await appendAndCommit(tx, [{ type: 'a', at: new Date() }])
      await lost()
    }),
  )
  await t.rejects(
    db.transaction(async (tx) => {
      await tx('sign_in_failures').insert({ login: 'undone', address: '::1' })
      await appendAndCommit(tx, [{ type: null as never, at: new Date() }])
    }),
  )
  t.same(await db('sign_in_failures').pluck('login'), ['kept'])
  t.equal((await readJournal(db, 0)).length, 1)
})
