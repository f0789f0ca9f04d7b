import t from 'tap'
import { type Cells, rowOf } from './row.ts'

const cells = (but: Cells = {}): Cells => ({
  ...{ staff_code: 'E01', crew: 'it-terminals', day: '2026-12-01', starts: '22:00', ends: '08:00', ...but },
})

t.test('a row is a shift by the clock on the wall, over midnight too', async (t) => {
  t.match(rowOf(cells(), 'Asia/Shanghai'), {
    ...{ staffCode: 'E01', crew: 'it-terminals', campus: null, kind: 'work' },
    ...{ from: new Date('2026-12-01T14:00Z'), to: new Date('2026-12-02T00:00Z') },
  })
  t.match(rowOf(cells({ staff_code: '', campus: 'new', kind: 'on_call' }), 'Asia/Shanghai'), {
    ...{ staffCode: null, campus: 'new', kind: 'on_call' },
  })
})

t.test('days and times as spreadsheets write them are read', async (t) => {
  for (const day of ['2026/12/1', '2026.12.01', '2026-12-1'])
    t.match(rowOf(cells({ day }), 'UTC'), { from: new Date('2026-12-01T22:00Z') }, day)
  for (const starts of ['8:00', '08:00', '8：00', '08:00:00'])
    t.match(rowOf(cells({ starts, ends: '16:30' }), 'UTC'), { from: new Date('2026-12-01T08:00Z') }, starts)
})

t.test('what cannot be read is said at its column', async (t) => {
  const wrong = (but: Cells) => {
    const row = rowOf(cells(but), 'UTC')
    return Array.isArray(row) ? row.map(({ column }) => column).join(' ') : 'fine'
  }
  for (const day of ['', '2026-02-30', '1.12.2026', '44896', 'Monday']) t.equal(wrong({ day }), 'day', day)
  for (const starts of ['', '24:00', '8', '0.333', '8:60', '8am']) t.equal(wrong({ starts }), 'starts', starts)
  t.equal(wrong({ ends: '' }), 'ends')
  t.equal(wrong({ crew: '' }), 'crew')
  t.equal(wrong({ kind: '休' }), 'kind')
  t.equal(wrong({ crew: '', day: '', starts: '', ends: '', kind: 'x' }), 'crew day starts ends kind')
})
