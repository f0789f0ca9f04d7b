import t from 'tap'
import { FRAME, levelDb } from '../sound/g711.ts'
import { Receiver, type ReceiverProfile } from './receiver.ts'

const voice = new Int16Array(FRAME).fill(8_000)

/** Runs 20 ms at a time until `end`; gives when packets were sent, as `from-to` with what they held. */
function run(
  profile: Partial<ReceiverProfile>,
  end: number,
  speaks: (at: number) => boolean,
  keyed: (at: number) => boolean = () => false,
): string[] {
  const receiver = new Receiver(profile)
  const spans: { what: string; from: number; to: number }[] = []
  for (let at = 0; at < end; at += 20) {
    if (keyed(at)) receiver.sent(at, voice)
    const frame = receiver.frame(at, speaks(at) ? [voice] : [], keyed(at))
    const what = !frame ? '' : frame[0] === 8_000 ? 'voice' : levelDb(frame) > -40 ? 'noise' : 'floor'
    const last = spans.at(-1)
    if (last?.what === what) last.to = at + 20
    else spans.push({ what, from: at, to: at + 20 })
  }
  return spans.filter(({ what }) => what).map(({ what, from, to }) => `${from}-${to} ${what}`)
}
const between = (from: number, to: number) => (at: number) => at >= from && at < to

t.test('a squelched gateway sends while somebody speaks, then a burst of noise, then nothing', async (t) => {
  t.same(run({ attackMs: 40, hangMs: 120 }, 2_000, between(200, 1_000)), ['240-1000 voice', '1000-1100 noise'])
})

t.test('a gateway that always sends shows its noise floor in between', async (t) => {
  t.same(run({ cor: 'vad', attackMs: 0, hangMs: 0 }, 400, between(100, 200)), [
    '0-100 floor',
    '100-200 voice',
    '200-400 floor',
  ])
})

t.test('half duplex hears nobody while its own transmitter is keyed', async (t) => {
  const told = run({ attackMs: 0, hangMs: 100, deafTailMs: 20 }, 1_000, between(100, 800), between(300, 500))
  t.same(told, ['100-300 voice', '500-800 voice', '800-880 noise'])
  const full = run({ attackMs: 0, hangMs: 0, deafOnTx: false }, 1_000, between(100, 800), between(300, 500))
  t.same(full, ['100-800 voice'])
})

t.test('what is transmitted comes back after the delay, unless the receiver is deaf by then', async (t) => {
  const echo = { attackMs: 0, hangMs: 0, echoMs: 180 }
  t.same(
    run({ ...echo, deafOnTx: false }, 1_000, () => false, between(100, 300)),
    ['280-480 voice'],
  )
  t.same(
    run({ ...echo, deafTailMs: 0 }, 1_000, () => false, between(100, 300)),
    ['300-480 voice'],
  )
})
