import t from 'tap'
import {
  type CarrierChange,
  type Cor,
  type CorSetup,
  corDeadline,
  hearFrame,
  letPass,
  levelOf,
  noCarrier,
} from './cor.ts'

const presence: CorSetup = { mode: 'rtpPresence', debounceMs: 60, vadDb: -42 }
const vad: CorSetup = { ...presence, mode: 'vad' }

/** What a gateway sends, spelt in 20 ms: `#` sound, `-` a silent packet, `.` no packet. */
function listen(setup: CorSetup, sent: string): { changes: string[]; raw: CarrierChange[]; cor: Cor } {
  let cor = noCarrier(0)
  const raw: CarrierChange[] = []
  ;[...sent].forEach((sign, index) => {
    const at = index * 20
    const turn = sign === '.' ? letPass(cor, setup, at) : hearFrame(cor, setup, at, sign === '#' ? -20 : -90)
    cor = turn.cor
    raw.push(...turn.changes)
  })
  return { raw, cor, changes: raw.map(({ on, since }) => `${on ? 'on' : 'off'} ${since}`) }
}

t.test('a carrier is there after 60 ms of packets and gone after 60 ms without', async (t) => {
  t.same(listen(presence, '.....##########..........').changes, ['on 100', 'off 300'])
})

t.test('silent packets are a carrier where packets are what counts, and none where voice is', async (t) => {
  t.same(listen(presence, '--------------..........').changes, ['on 0', 'off 280'])
  t.same(listen(vad, '--------------......').changes, [])
  t.same(listen(vad, '-----##########---------------').changes, ['on 100', 'off 300'])
})

t.test('clicks of 20 and 40 ms are nobody speaking', async (t) => {
  t.same(listen(presence, '#.....##......#....##.....#...##....').changes, [])
  t.same(listen(vad, '#-----##------#----##-----#---##----').changes, [])
})

t.test('one lost packet does not delay or end a carrier', async (t) => {
  t.same(listen(presence, '##.########.####.#####..........').changes, ['on 0', 'off 440'])
})

t.test('a syllable’s pause is not the end of speech', async (t) => {
  t.same(listen(vad, `${'####----'.repeat(6)}-----------`).changes, ['on 0', 'off 880'])
})

t.test('a carrier that flutters five times a second settles down to one', async (t) => {
  const { changes } = listen(presence, `${'#####.....'.repeat(25)}${'.'.repeat(30)}`)
  t.ok(changes.length <= 6, `${changes.length} changes in five seconds`)
  t.match(changes.at(-1), /^off/)
  t.same(listen(presence, `${'#'.repeat(20)}..........`).changes.length, 2, 'a steady one is not held on for longer')
})

t.test('when the gateway stops its packets in the middle of speech the end is known by time alone', async (t) => {
  const { cor } = listen(vad, '####################')
  const at = corDeadline(cor, vad)
  t.equal(at, 19 * 20 + 120)
  t.same(letPass(cor, vad, Number(at)).changes, [{ on: false, since: 400 }])
  t.equal(corDeadline(letPass(cor, vad, Number(at)).cor, vad), null)
})

t.test('silence that was held back until it was known to be sent is the same carrier', async (t) => {
  let { cor } = listen(presence, '##########')
  const spent = letPass(cor, presence, 9 * 20 + 120)
  t.same(spent.changes, [], 'three frames held back, and Asterisk asked')
  cor = spent.cor
  for (const at of [200, 220, 240, 260]) {
    const turn = hearFrame(cor, presence, at, -90)
    t.same(turn.changes, [], `the frame of ${at} ms`)
    cor = turn.cor
  }
  t.same(letPass(cor, presence, Number(corDeadline(cor, presence))).changes, [{ on: false, since: 280 }])
})

t.test('a receiver that stays open for half an hour is one carrier', async (t) => {
  t.same(listen(presence, '#'.repeat((30 * 60_000) / 20)).changes, ['on 0'])
})

t.test('the level of a full sine is three decibels below full scale', async (t) => {
  const sine = Int16Array.from({ length: 160 }, (_, i) => 32_767 * Math.sin((2 * Math.PI * 1_000 * i) / 8_000))
  t.ok(Math.abs(levelOf(sine) + 3) < 0.1)
  t.equal(levelOf(new Int16Array(160)), -Infinity)
})
