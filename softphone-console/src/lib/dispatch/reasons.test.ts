import t from 'tap'
import { exclusionWord, reasonWord } from './reasons.ts'

const places = [{ id: 'p', campus: 'new', zh: '住院楼 6层', en: 'Ward block 6', noTransmit: false }]
const until = '2026-12-01T09:30:00Z'

t.test('every reason is written out, with its values', async (t) => {
  t.equal(reasonWord({ code: 'on-shift', until, isConfirmed: true }, places), '在班，到 17:30')
  t.equal(reasonWord({ code: 'on-shift', until: null, isConfirmed: false }, places), '在班（还没报到）')
  t.equal(reasonWord({ code: 'zone', placeId: 'p', level: 'floor' }, places), '责任区：住院楼 6层')
  t.equal(reasonWord({ code: 'zone', placeId: 'c', level: 'campus' }, places), '责任区：整个院区')
  t.equal(reasonWord({ code: 'near', placeId: 'p', level: 'floor' }, places), '上一处在住院楼 6层')
  t.equal(reasonWord({ code: 'load', load: 1, limit: 4 }, places), '手上 1 张，上限 4')
  t.equal(reasonWord({ code: 'system-role', role: 'B' }, places), '这套系统的 B 角')
  t.equal(reasonWord({ code: 'worked-before', on: 'fault' }, places), '在这里修过同样的故障')
  t.equal(reasonWord({ code: 'idle-since', at: until }, places), '上一张单在 17:30')
  for (const code of ['on-call', 'called-off-shift', 'no-job-yet'] as const) t.ok(reasonWord({ code }, places))
})

t.test('every exclusion is written out, with its values', async (t) => {
  t.equal(exclusionWord({ code: 'at-limit', load: 4, limit: 4 }), '手上 4 张，到上限 4')
  t.equal(exclusionWord({ code: 'shift-ends', until }), '17:30 就下班')
  t.equal(exclusionWord({ code: 'other-campus', campusId: 'c' }), '在另一院区当班')
  for (const code of ['not-in-crew', 'off-shift', 'on-leave', 'vendor-away', 'declined'] as const)
    t.ok(exclusionWord({ code }))
})
