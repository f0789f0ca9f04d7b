import t from 'tap'
import type { TimelineItem } from '../wire.ts'
import { tell } from './timeline.ts'

const anItem = (but: Partial<TimelineItem>): TimelineItem => ({
  at: '2026-11-19T06:09:00Z',
  kind: 'note',
  by: { id: 'p1', name: '林晓', title: null },
  body: {},
  ...but,
})

t.test('a note is told with who wrote it and what it says', async (t) => {
  t.match(tell(anItem({ body: { text: '药房先手写标签' } }), null), { text: '林晓 备注', more: ['药房先手写标签'] })
})

t.test('a change is told field by field, in words and not in codes', async (t) => {
  const { more } = tell(
    anItem({ kind: 'changed', body: { fields: { impact: [3, 2], what: ['', '卡纸'], notes: ['旧', ''] } } }),
    null,
  )
  t.same(more, ['影响：一个人 → 整个病区', '报修内容：卡纸', '清空备注'])
})

t.test('a place whose name is not at hand is not shown as an id', async (t) => {
  t.same(tell(anItem({ kind: 'changed', body: { fields: { placeId: [null, '0192-aa'] } } }), null).more, ['地点'])
})

t.test('what the desk did by itself names the desk, and the unknown is still told', async (t) => {
  t.equal(tell(anItem({ kind: 'ticket.opened', by: null }), null).text, '值班台 建单')
  t.equal(tell(anItem({ kind: 'radio.dispatched' }), null).text, '有变动（radio.dispatched）')
})
