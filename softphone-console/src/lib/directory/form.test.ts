import t from 'tap'
import { blank, changesOf, faultsOf, valuesOf } from './form.ts'
import { type Row, subjectOf } from './subject.ts'
import { branches } from './tree.ts'

const places = subjectOf('places')
const numbers = subjectOf('numbers')
const aNumber: Row = {
  id: 'n1',
  version: 3,
  retired: false,
  realm: 'new',
  number: '62041',
  kind: 'ward',
  placeId: 'p1',
  personIds: ['b', 'a'],
  note: null,
}

t.test('a change holds only what is different, and never what may not change', async (t) => {
  const values = { ...valuesOf(numbers, aNumber), kind: 'pilot', number: '99999', personIds: ['a', 'b'] }
  t.same(changesOf(numbers, aNumber, values), { kind: 'pilot' })
})

t.test('what is emptied goes as nothing, not as empty text', async (t) => {
  t.same(changesOf(numbers, aNumber, { ...valuesOf(numbers, aNumber), placeId: null }), { placeId: null })
})

t.test('a new row says what it has and leaves out what may be left out', async (t) => {
  const values = { ...blank(places), campus: 'new', code: 'N3-5', zh: ' 五层 ' }
  t.same(changesOf(places, null, values), { campus: 'new', kind: 'room', code: 'N3-5', zh: '五层', noTransmit: false })
})

t.test('a form says what it lacks and what it has wrong', async (t) => {
  t.match(faultsOf(places, blank(places)), { campus: 'needed', code: 'needed', zh: 'needed' })
  t.match(faultsOf(numbers, { ...blank(numbers), realm: 'new', number: '6204x' }), { number: 'digits' })
  t.match(faultsOf(subjectOf('calendars'), { ...blank(subjectOf('calendars')), line: 'it', dayFrom: '8点' }), {
    dayFrom: 'time',
  })
  t.match(faultsOf(subjectOf('trunks'), { campus: 'new', code: 'new', address: '10.0.0', contact: 'sip:a' }), {
    address: 'address',
  })
})

t.test('a tree shows what is unfolded, and loses nobody whose parent is gone', async (t) => {
  const aPlace = (id: string, parentId: string | null): Row => ({ id, version: 1, retired: false, parentId })
  const rows = [
    aPlace('building', null),
    aPlace('floor', 'building'),
    aPlace('room', 'floor'),
    aPlace('orphan', 'gone'),
  ]
  const ids = (open: string[]) => branches(rows, new Set(open)).map(({ row, level }) => `${level} ${row.id}`)
  t.same(ids([]), ['1 building', '1 orphan'])
  t.same(ids(['building', 'floor']), ['1 building', '2 floor', '3 room', '1 orphan'])
})

t.test('a number may be typed as people write it, but only one at a time', async (t) => {
  const number = (text: string) => faultsOf(numbers, { ...blank(numbers), realm: 'new', number: text })
  for (const text of ['62-041', '６２０４１', '+86 138 0013 8000']) t.notHas(number(text), { number: 'digits' }, text)
  for (const text of ['62041/62042', '护士站']) t.match(number(text), { number: 'digits' }, text)
})
