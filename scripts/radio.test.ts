import t from 'tap'
import { Stop } from './parts/say.ts'
import { describe, readRadio } from './radio.ts'

const one = { gateway: '127.0.0.13:5170', control: '/run/x.sock', log: '/x.jsonl' }
const radio = { old: one, new: one }

t.test('an engineer says, sounds, acknowledges, calls for help or listens', async (t) => {
  t.same(readRadio(['--port', 'old', '--unit', '07', '--say', '到了,正在处理'], radio), {
    port: 'old',
    unit: '07',
    listenS: 0,
    does: 'say',
    text: '到了,正在处理',
  })
  t.match(readRadio('--port new --unit 12 --tone 1500 --for 1.5s --listen 3s'.split(' '), radio), {
    does: 'tone',
    hertz: 1_500,
    seconds: 1.5,
    listenS: 3,
  })
  t.match(readRadio('--port old --unit 07 --ack 1234#'.split(' '), radio), { does: 'ack', digits: '1234#' })
  t.match(readRadio('--unit 07 --emergency --port old'.split(' '), radio), { does: 'emergency', unit: '07' })
  t.match(readRadio('--port old --listen 5s'.split(' '), radio), { does: 'listen', listenS: 5 })
})

t.test('a wrong word is named, and nobody keys', async (t) => {
  for (const [text, why] of [
    ['--port west --unit 07 --tone 1500', /no simulated gateway west: old new/],
    ['--port old --tone 1500', /missing: --unit/],
    ['--port old --unit 7 --tone 1500', /--unit 7/],
    ['--port old --unit 07', /to do what/],
    ['--port old --unit 07 --tone 1500 --ack 1', /one at a time: --tone --ack/],
    ['--port old --unit 07 --tone 9000', /--tone 9000/],
    ['--port old --unit 07 --ack 12x', /--ack 12x/],
    ['--port old --unit 07 --say', /--say .*no value/],
    ['--port old --unit 07 --shout x', /unknown: --shout/],
    ['--port old --unit 07 --play nowhere.wav', /no file .*nowhere\.wav/],
  ] as const)
    t.throws(() => readRadio(text.split(' '), radio), { constructor: Stop, message: why }, text)
  t.throws(() => readRadio(['--port', 'old', '--listen', '5s'], {}), /no simulated gateway old/)
})

t.test('what is on the air is told as a tone, as speech, or as nothing', async (t) => {
  const heard = { wav: '', from: { mono: 0, wall: 0 }, seconds: 5, frames: [] }
  t.match(describe({ ...heard, airMs: 0, hertz: 0, share: 0, levelDb: -100 }), /nothing was on the air for 5\.0 s/)
  t.match(describe({ ...heard, airMs: 1_400, hertz: 700, share: 0.97, levelDb: -14 }), /1\.4 s on the air: .*700 Hz/)
  t.match(describe({ ...heard, airMs: 1_400, hertz: 300, share: 0.1, levelDb: -20 }), /speech or noise/)
})
