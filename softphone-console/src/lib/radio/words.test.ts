import t from 'tap'
import type { PortNow, Talker } from '../wire.ts'
import { evidenceOf, portLine, portWord, talkerName } from './words.ts'

const since = '2026-11-22T06:00:00Z'
const port: PortNow = {
  port: 'old',
  campus: 'old',
  nameZh: 'UHF-1',
  nameEn: 'UHF-1',
  enabled: true,
  carrier: 'idle',
  since,
  talkSince: null,
  talker: null,
  totAt: null,
  patch: null,
  gateway: { state: 'up', since, why: null, roundTripMs: 12 },
  control: { state: 'up', since },
  evidence: { sentPps: 0, heardPps: 49.8, at: since },
  recording: true,
  noTx: null,
  muted: null,
  timers: { txLeadMs: 150, txTailMs: 120, totS: 60 },
}
const unit = (but: Partial<Talker>): Talker => ({
  kind: 'unit',
  name: '孙浩',
  unit: '12',
  personId: null,
  how: 'dtmf',
  confidence: 90,
  ...but,
})

t.test('while the server is out of sight a port is never said to be free', (t) => {
  t.equal(portWord(port, 'me', false).text, '空闲')
  t.equal(portWord(port, 'me', true).text, '看不到证据')
  t.equal(evidenceOf(port, true), '看不到证据')
  t.equal(portWord({ ...port, control: { state: 'lost', since } }, 'me', false).text, '控制断开')
  t.end()
})

t.test('a transmission of mine, a relayed one and an announcement are told apart', (t) => {
  const word = (talker: Talker) => portWord({ ...port, carrier: 'tx', talker }, 'me', false).text
  t.equal(word(unit({ kind: 'agent', personId: 'me', unit: null })), '发射 · 我在讲')
  t.equal(word(unit({ kind: 'agent', personId: 'other', unit: null })), '发射')
  t.equal(word(unit({ kind: 'relay' })), '发射 · 转播')
  t.equal(word(unit({ kind: 'announcement' })), '发射 · 播报')
  t.end()
})

t.test('who speaks is said with how it is known, and nobody is guessed', (t) => {
  t.equal(portLine({ ...port, carrier: 'rx', talker: unit({}) }, 'up', 'held'), '孙浩 · 12 号机 · 按尾码识别')
  t.equal(talkerName(unit({ how: 'unknown', name: '', unit: null })), '未识别')
  t.equal(talkerName(unit({ how: 'unknown', name: '01', unit: null })), '未识别 · 01', 'a number that nobody has')
  t.equal(talkerName(unit({ name: '12 号机' })), '12 号机')
  t.equal(portLine(port, undefined, null), '上线后才能听和讲')
  t.equal(portLine(port, 'up', 'none'), '没有麦克风，只能听')
  t.end()
})

t.test('evidence is what was counted, in the direction that matters now', (t) => {
  t.equal(evidenceOf(port, false), '发射 0 包/秒')
  t.equal(evidenceOf({ ...port, carrier: 'rx' }, false), '接收 50 包/秒')
  t.equal(evidenceOf({ ...port, evidence: null }, false), '看不到证据')
  t.end()
})
