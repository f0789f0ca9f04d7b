import t from 'tap'
import type { List } from '../wire.ts'
import { Pages } from './pages.ts'

const next = () => new Promise((done) => setImmediate(done))

t.test('the next page goes under the one that is shown', async (t) => {
  const pages = new Pages<number>(async (_query, after) =>
    after ? { items: [3], next: null } : { items: [1, 2], next: 'b' },
  )
  await pages.load('')
  t.ok(pages.hasMore)
  await pages.more()
  t.same([...pages.items], [1, 2, 3])
  t.notOk(pages.hasMore)
})

t.test('a late answer to an older question is not shown', async (t) => {
  const asked: ((list: List<string>) => void)[] = []
  const pages = new Pages<string>(() => new Promise((answer) => asked.push(answer)))
  const first = pages.load('打')
  const second = pages.load('打印')
  asked[1]?.({ items: ['new'], next: null })
  await next()
  asked[0]?.({ items: ['old'], next: null })
  await Promise.all([first, second])
  t.same([...pages.items], ['new'])
})

t.test('a failed answer keeps what was shown, says why, and can be asked again', async (t) => {
  let cut = false
  const pages = new Pages<number>(async () => {
    if (cut) throw new Error('cut')
    return { items: [1], next: null }
  })
  await pages.load('')
  cut = true
  await pages.again()
  t.equal(pages.state, 'failed')
  t.same([...pages.items], [1])
  cut = false
  await pages.again()
  t.equal(pages.state, 'idle')
})

t.test('a row told of while a page is on its way is not laid under an older one', async (t) => {
  type Row = { id: string; state: string }
  const answers: ((list: List<Row>) => void)[] = []
  const pages = new Pages<Row>(() => new Promise((answer) => answers.push(answer)))
  const asked = pages.load('')
  pages.replace({ id: 'c1', state: 'ended' }, (row) => row.id)
  pages.replace({ id: 'c9', state: 'ended' }, (row) => row.id)
  answers[0]?.({ items: [{ id: 'c1', state: 'talking' }], next: null })
  await asked
  t.same([...pages.items], [{ id: 'c1', state: 'ended' }])
})

t.test('what came after all that is shown goes on top; a newer state of an old row stays in its place', async (t) => {
  type Row = { id: string; at: number; said?: string }
  const pages = new Pages<Row>(async () => ({
    items: [
      { id: 'b', at: 2 },
      { id: 'a', at: 1 },
    ],
    next: null,
  }))
  await pages.load('')
  const meet = (row: Row) =>
    pages.meet(
      row,
      ({ id }) => id,
      (one, first) => one.at > (first?.at ?? 0),
    )
  meet({ id: 'c', at: 3 })
  meet({ id: 'a', at: 1, said: 'filed' })
  meet({ id: 'older', at: 0 })
  t.same(
    [...pages.items],
    [
      { id: 'c', at: 3 },
      { id: 'b', at: 2 },
      { id: 'a', at: 1, said: 'filed' },
    ],
  )
})
