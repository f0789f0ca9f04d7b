import t from 'tap'
import { evidenceOf } from './evidence.ts'
import { made, piece, pieceOf, whatOf } from './ids.ts'
import { sorted } from './standing.ts'
import { samplesOf } from './tap.ts'
import type { ChannelNow } from './wire.ts'

const channel = (id: string, but: Partial<ChannelNow> = {}): ChannelNow => ({
  id,
  name: id,
  state: 'Up',
  dialplan: { context: 'radio-pair', exten: 's' },
  ...but,
})

t.test('an id says what it names, and nobody else’s id is ours', async (t) => {
  t.match(whatOf(made('old_2', 'far')), { port: 'old_2', what: 'far' })
  t.equal(whatOf('pbx1-1795309576.13'), undefined)
  t.equal(whatOf('radio-old-nothing-0a'), undefined)
  const name = piece('old', 'rx', 1_795_309_811_798)
  t.match(pieceOf(name), { port: 'old', side: 'rx', startedAt: 1_795_309_811_798 })
  t.match(whatOf(name), { port: 'old', what: 'rx' })
  t.equal(pieceOf('0a1b_caller_pbx1-17.2'), undefined)
})

t.test('gateway, recorders and consoles go on; the adapter, the tap and all that stands alone do not', async (t) => {
  const [gw, rb, near, far] = [made('old', 'gw'), made('old', 'rb'), made('old', 'near'), made('old', 'far')]
  const [mb, voice, say] = [made('old', 'mb'), made('old', 'voice'), made('old', 'say')]
  const [hb, cast, fan] = [made('old', 'hb'), made('old', 'cast'), made('old', 'fan')]
  const [rx, tx] = [made('old', 'rx'), made('old', 'tx')]
  const [ear, tap, tb, deadMix] = [made('old', 'ear'), made('old', 'tap'), made('old', 'tb'), made('old', 'mb')]
  const leg = channel('pbx1-1.7', {
    name: 'PJSIP/r1001-00000003',
    dialplan: { context: 'from-radio', exten: 'radio-old' },
  })
  const spoke = channel('pbx1-1.8', { name: 'PJSIP/r1002-00000004', dialplan: leg.dialplan })
  const call = channel('pbx1-1.9', { name: 'PJSIP/old-00000009', dialplan: { context: 'from-old', exten: '8002' } })
  const standing = sorted(
    [gw, near, far, voice, say, cast, fan, rx, tx, ear, tap].map((id) => channel(id)).concat(leg, spoke, call),
    [
      { id: rb, channels: [gw, near] },
      { id: mb, channels: [cast, far, spoke.id] },
      { id: hb, channels: [fan, leg.id] },
      { id: tb, channels: [ear, tap] },
      { id: deadMix, channels: [] },
      { id: 'somebody', channels: [call.id] },
    ],
  )
  t.match(standing.ports.get('old'), {
    gateway: { channel: gw, bridge: rb },
    mixing: { bridge: mb, voice, say, hearers: hb, cast, fan },
    pieces: [
      { channel: rx, side: 'rx' },
      { channel: tx, side: 'tx' },
    ],
    legs: [leg, spoke],
  })
  t.same(standing.channels.sort(), [near, far, ear, tap].sort())
  t.same(standing.bridges.sort(), [tb, deadMix].sort())
})

t.test('a console that called while nobody listened waits to be answered', async (t) => {
  const leg = channel('pbx1-1.7', {
    name: 'PJSIP/r1001-00000003',
    state: 'Ring',
    dialplan: { context: 'from-radio', exten: 'radio-old_2' },
  })
  const standing = sorted([leg], [])
  t.match(standing.ports.get('old_2'), { legs: [], waiting: [leg] })
  t.same(standing.channels, [])
})

t.test('a recorder that outlived its gateway’s leg is not kept', async (t) => {
  const rx = made('old', 'rx')
  const standing = sorted([channel(rx)], [])
  t.same(standing.ports.get('old')?.pieces ?? [], [])
  t.same(standing.channels, [rx])
})

t.test('what Asterisk counted is read, and nothing is made up where it counted nothing', async (t) => {
  t.same(evidenceOf('ssrc=1;themssrc=2;lp=0;rxjitter=0.1;rxcount=512;txjitter=0.0;txcount=1024;rlp=0;rtt=0.0'), {
    sent: 1024,
    heard: 512,
  })
  t.throws(() => evidenceOf(''), /no packet counts/)
})

t.test('only sound is taken from a packet', async (t) => {
  const packet = Buffer.from([0x80, 118, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x01, 0x00, 0xff, 0xfe])
  t.same([...(samplesOf(packet) ?? [])], [256, -2])
  t.equal(samplesOf(packet.subarray(0, 12)), undefined)
  t.equal(samplesOf(Buffer.from('no RTP at all')), undefined)
  const extended = Buffer.concat([
    Buffer.from([0x90]),
    packet.subarray(1, 12),
    Buffer.from([0, 1, 0, 1, 9, 9, 9, 9, 0, 5]),
  ])
  t.same([...(samplesOf(extended) ?? [])], [5])
})
