import t from 'tap'
import { readCall } from './call.ts'
import { Stop } from './parts/say.ts'

const lines = { 'old/it': '8002', 'new/it': '8102' }
const words = (text: string) => text.split(' ')

t.test('a ward dials the number that its own campus has for the line', async (t) => {
  t.same(readCall(words('--campus new --line it --from 62041'), lines), {
    campus: 'new',
    dialled: '8102',
    from: '62041',
    forSeconds: 20,
    count: 1,
  })
  t.match(readCall(words('--campus old --line it --from 62041 --for 5s --count 3 --name 护士站'), lines), {
    dialled: '8002',
    forSeconds: 5,
    count: 3,
    name: '护士站',
  })
  t.match(readCall(words('--campus old --dial 6600 --from 62041'), lines), { dialled: '6600' })
})

t.test('a wrong word is named, and nothing is dialled', async (t) => {
  for (const [text, why] of [
    ['--line it --from 62041', /missing: --campus/],
    ['--campus west --line it --from 62041', /--campus west/],
    ['--campus new --line radiology --from 62041', /has no line radiology/],
    ['--campus new --line it', /missing: --from/],
    ['--campus new --line it --from 62O41', /--from 62O41/],
    ['--campus new --line it --from 62041 --for ever', /--for ever/],
    ['--campus new --line it --from 62041 --count 51', /--count 51/],
    ['--campus new --line it --from 62041 --play nowhere.wav', /no file .*nowhere\.wav/],
    ['--campus new --line it --from', /--from .*no value/],
    ['--campus new --lines it', /unknown: --lines/],
  ] as const)
    t.throws(() => readCall(words(text), lines), { constructor: Stop, message: why }, text)
})
