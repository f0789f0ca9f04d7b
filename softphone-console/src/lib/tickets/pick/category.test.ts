import t from 'tap'
import type { CategoryView } from '../../wire.ts'
import { choicesOf, filter, initials, rank } from './category.ts'

const aCategory = (
  id: string,
  zh: string,
  en: string,
  parentId: string | null = null,
  retired = false,
): CategoryView => ({
  id,
  code: `it.${id}`,
  line: 'it',
  parentId,
  zh,
  en,
  needsIp: false,
  retired,
})
const all = [
  aCategory('hw', '硬件', 'Hardware'),
  aCategory('sw', '软件', 'Software'),
  aCategory('pc', '电脑', 'PC', 'hw'),
  aCategory('printer', '打印机', 'Printer', 'hw'),
  aCategory('nis', '护士站软件', 'Nursing station', 'sw'),
  aCategory('fax', '传真', 'Fax', 'hw', true),
  aCategory('other', '其他', 'Other'),
  { ...aCategory('linen', '被服', 'Linen'), line: 'logistics' },
]
const ids = (list: { category: CategoryView }[]) => list.map(({ category }) => category.id)

t.test('an agent chooses among the lowest level of the line, without retired ones', async (t) => {
  t.same(ids(choicesOf(all, 'it', null)), ['pc', 'printer', 'nis', 'other'])
  t.same(
    ids(choicesOf(all, 'it', 'fax')),
    ['pc', 'printer', 'nis', 'fax', 'other'],
    'the one a ticket already has stays',
  )
})

t.test('what the caller names comes first, then what was chosen lately', async (t) => {
  t.same(ids(rank(choicesOf(all, 'it', null), '打印机卡纸', ['nis'])), ['printer', 'nis', 'pc', 'other'])
})

t.test('typing filters by either language, the level above, and pinyin initials', async (t) => {
  const choices = choicesOf(all, 'it', null)
  t.same(ids(filter(choices, '打印')), ['printer'])
  t.same(ids(filter(choices, 'nurs')), ['nis'])
  t.same(ids(filter(choices, '硬件')), ['pc', 'printer'])
  t.same(ids(filter(choices, 'dyj')), ['printer'])
})

t.test('pinyin initials come from the collation, letters stay', async (t) => {
  t.equal(initials('打印机'), 'dyj')
  t.equal(initials('护理 NIS'), 'hlnis')
  t.equal(initials('网络'), 'wl')
  t.equal(initials('电脑'), 'dn')
  t.equal(initials('门诊收费'), 'mzsf')
  t.equal(initials('耳鼻喉'), 'ebh')
})
