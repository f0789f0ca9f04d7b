import t from 'tap'
import type { PlaceRef, TicketPage } from '../../wire.ts'
import { begin, choose, collided, failed, hasClash, isDirty, openDraft, saved, shown, type } from './draft.ts'

const ward: PlaceRef = { id: 'p1', campus: 'new', zh: '3 号楼 5 层', en: 'Building 3 floor 5', noTransmit: false }
const aPage = (but: Partial<TicketPage> = {}): TicketPage => ({
  ticketId: 't1',
  number: '0146',
  year: 2026,
  campus: 'new',
  line: 'it',
  kind: 'incident',
  state: 'unassigned',
  priority: 4,
  urged: 0,
  repeat: false,
  what: '',
  place: ward,
  placeText: '',
  unit: null,
  reporter: null,
  reporterName: '',
  contactNumber: '62041',
  categoryId: null,
  assignee: null,
  firstTaker: null,
  reportedAt: '2026-11-19T06:07:30Z',
  finishedAt: null,
  version: 1,
  notes: '',
  confirmedPlace: null,
  confirmedCategoryId: null,
  reportedImpact: 3,
  reportedUrgency: 3,
  confirmedImpact: null,
  confirmedUrgency: null,
  ipAddress: null,
  resolution: null,
  faultCause: null,
  respondedAt: null,
  calls: [],
  timeline: [],
  life: null,
  ...but,
})
const noon = '2026-11-19T06:09:00Z'

t.test('what is typed goes to the server with the version the screen was showing', async (t) => {
  const begun = begin(type(openDraft(aPage()), 'what', '护理系统转圈'))
  t.match(begun?.change, { version: 1, what: '护理系统转圈' })
  t.equal(begin(openDraft(aPage())), null, 'nothing typed, nothing sent')
})

t.test('letters typed while the answer is out stay on the screen and go next', async (t) => {
  const begun = begin(type(openDraft(aPage()), 'what', '护理'))
  if (!begun) return t.fail('nothing was sent')
  const more = type(begun.draft, 'what', '护理系统')
  t.equal(begin(more), null, 'one answer at a time')
  const after = saved(more, aPage({ what: '护理', version: 2 }), noon)
  t.equal(shown(after).what, '护理系统')
  t.match(begin(after)?.change, { version: 2, what: '护理系统' })
})

t.test('a dead server keeps the text and says since when', async (t) => {
  const begun = begin(type(openDraft(aPage()), 'notes', '患者在等'))
  if (!begun) return t.fail('nothing was sent')
  const after = failed(failed(begun.draft, 'unreachable', noon), 'unreachable', '2026-11-19T06:10:00Z')
  t.equal(shown(after).notes, '患者在等')
  t.equal(after.unsavedSince, noon)
  t.ok(isDirty(after))
})

t.test('two people changing different fields do not disturb each other', async (t) => {
  const mine = type(openDraft(aPage()), 'what', '打印机卡纸')
  const met = collided(mine, aPage({ impact: 1, reportedImpact: 1, version: 5 } as Partial<TicketPage>))
  t.notOk(hasClash(met))
  t.match(begin(met)?.change, { version: 5, what: '打印机卡纸' })
  t.equal(shown(met).impact, 1)
})

t.test('two people changing the same field see both values, and choose', async (t) => {
  const mine = type(openDraft(aPage()), 'what', '打印机卡纸')
  const met = collided(mine, aPage({ what: '打印机冒烟', version: 5 }))
  t.same(met.clash, { what: { yours: '打印机卡纸', theirs: '打印机冒烟' } })
  t.equal(begin(met), null, 'nothing goes until somebody chose')
  t.match(begin(choose(met, 'what', 'yours'))?.change, { version: 5, what: '打印机卡纸' })
  const theirs = choose(met, 'what', 'theirs')
  t.equal(shown(theirs).what, '打印机冒烟')
  t.notOk(isDirty(theirs))
})

t.test('the same value chosen by two people is no collision', async (t) => {
  const met = collided(type(openDraft(aPage()), 'impact', 2), aPage({ reportedImpact: 2, version: 3 }))
  t.notOk(hasClash(met))
  t.notOk(isDirty(met))
})

t.test('a place goes as its id, and no place as null', async (t) => {
  const other = { ...ward, id: 'p2' }
  t.match(begin(type(openDraft(aPage()), 'place', other))?.change, { placeId: 'p2' })
  t.match(begin(type(openDraft(aPage()), 'place', null))?.change, { placeId: null })
})

t.test('a unit goes as its id, and two people choosing different ones see both', async (t) => {
  const [one, other] = [
    { id: 'n1', zh: '心内科', en: null },
    { id: 'n2', zh: '检验科', en: null },
  ]
  const mine = type(openDraft(aPage()), 'unit', one)
  t.match(begin(mine)?.change, { unitId: 'n1' })
  const met = collided(mine, aPage({ unit: other, version: 5 }))
  t.same(met.clash, { unit: { yours: one, theirs: other } })
  t.match(begin(choose(met, 'unit', 'yours'))?.change, { version: 5, unitId: 'n1' })
})

t.test('half an address stays behind and holds nothing else up', async (t) => {
  const both = type(type(openDraft(aPage()), 'ipAddress', '10.31.'), 'what', '上不了网')
  const begun = begin(both)
  t.same(begun?.change, { version: 1, what: '上不了网' })
  t.equal(begun && shown(begun.draft).ipAddress, '10.31.')
})

t.test('typing the old value back leaves nothing to save', async (t) => {
  t.notOk(isDirty(type(type(openDraft(aPage()), 'what', '卡'), 'what', '')))
})
