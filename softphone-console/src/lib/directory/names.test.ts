import t from 'tap'
import { Names } from './names.ts'
import type { Row } from './subject.ts'

const aPlace = (id: string, path: string): Row => ({ id, version: 1, retired: false, path })
const settled = () => new Promise((done) => setTimeout(done, 5))

t.test('a list of numbers learns the names of all places with one question', async (t) => {
  let asked = 0
  const names = new Names({
    all: async () => {
      asked++
      return [aPlace('a', '住院楼 6 层'), aPlace('b', '门诊 2 层')]
    },
    one: async () => t.fail('asked one by one') as never,
  })
  t.equal(names.of('places', 'a'), '', 'not known yet')
  names.of('places', 'b')
  await settled()
  t.equal(names.of('places', 'a'), '住院楼 6 层')
  t.equal(names.of('places', 'b'), '门诊 2 层')
  t.equal(asked, 1)
})

t.test('a retired place is asked for by itself, and a failed question is asked again later', async (t) => {
  let cut = true
  const names = new Names({
    all: async () => [],
    one: async (_what, id) => {
      if (cut) throw new Error('cut')
      return aPlace(id, '旧楼')
    },
  })
  names.of('places', 'old')
  await settled()
  cut = false
  names.of('places', 'old')
  await settled()
  t.equal(names.of('places', 'old'), '旧楼')
})
