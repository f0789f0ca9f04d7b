import t from 'tap'
import { type CalloutFacts, calloutWords, spokenDigits, unspeakable } from './words.ts'

const facts = (but: Partial<CalloutFacts> = {}): CalloutFacts => ({
  ticketNumber: '0143',
  place: { name: '住院楼 3 层 护士站', spoken: null, noTransmit: false },
  fault: '打印机不出纸。',
  to: '07 号机',
  ackCode: '1234',
  ...but,
})

t.test('digits are said as on the radio, one by one', async (t) => {
  t.equal(spokenDigits('0123456789', 'zh-CN'), '洞幺两三四五六拐八勾')
  t.equal(spokenDigits('ticket 0179', 'en'), 'ticket zero one seven niner')
})

t.test('a call-out says who, which ticket, where, what, and how to answer', async (t) => {
  t.equal(
    calloutWords(facts(), 'zh-CN'),
    '洞拐 号机请听，工单洞幺四三，住院楼 三 层 护士站，打印机不出纸。收到请按幺两三四应答。',
  )
  t.match(calloutWords(facts({ to: null }), 'en'), /^All engineers, ticket zero one four three\. /)
})

t.test('a place that forbids transmitting is said before anything else', async (t) => {
  const icu = { name: 'ICU', spoken: '重症监护', noTransmit: true }
  t.match(calloutWords(facts({ place: icu }), 'zh-CN'), /^注意，重症监护禁止发射/)
  t.match(calloutWords(facts({ place: icu }), 'en'), /^Caution: no transmitting at 重症监护/)
})

t.test('what a patient could be known by does not go on the air', async (t) => {
  t.same(
    unspeakable('患者张三的监护仪报警').map(({ code }) => code),
    ['patient-word'],
  )
  t.same(
    unspeakable('12床 王小明 的泵不走').map(({ code }) => code),
    ['bed-and-name'],
  )
  t.same(
    unspeakable('联系 138 1234 5678').map(({ code }) => code),
    ['identity-number'],
  )
  t.same(unspeakable('李护士长报修', ['李护士长']), [{ code: 'known-name', found: '李护士长' }])
})

t.test('a bed with a broken thing beside it is no name', async (t) => {
  for (const said of ['12床呼叫器不响', '3 床 插座没电', '5床监护仪黑屏', '打印机不出纸'])
    t.same(unspeakable(said), [], said)
})
