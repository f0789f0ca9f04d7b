import t from 'tap'
import { type Clue, type Identity, identify, readAni, UNKNOWN } from './ident.ts'

const seven = { code: '07', alias: 'Electrician 07', holderId: 'zhang' }
const eight = { code: '08', alias: '', holderId: null }
const after = (...clues: Clue[]): Identity => clues.reduce(identify, UNKNOWN)

t.test('a decoded handheld is named, with how it is known and how surely', async (t) => {
  t.match(after({ how: 'mdc1200', raw: '1207', unit: seven }), {
    talker: { name: 'Electrician 07', unit: '07', personId: 'zhang', how: 'mdc1200', confidence: 97 },
    raw: '1207',
  })
  t.match(after({ how: 'dtmf', raw: '08', unit: eight }), { talker: { name: '08', personId: null } })
})

t.test('the duty list never replaces a decoded handheld, a decoded one replaces the duty list', async (t) => {
  const decoded: Clue = { how: 'five_tone', raw: '12234', unit: seven }
  const likely: Clue = { how: 'holder', raw: null, unit: eight }
  t.match(after(decoded, likely), { talker: { unit: '07', how: 'five_tone' } })
  t.match(after(likely, decoded), { talker: { unit: '07', how: 'five_tone', confidence: 85 } })
  t.match(after(likely), { talker: { unit: '08', how: 'holder', confidence: 40 } })
})

t.test('a code the register does not know is shown as heard, and may be tagged by hand', async (t) => {
  const stranger: Clue = { how: 'mdc1200', raw: 'BEEF', unit: null }
  t.match(after(stranger), { talker: { name: 'BEEF', unit: null, how: 'mdc1200' } })
  t.match(after(stranger, { how: 'holder', raw: null, unit: eight }), { talker: { name: 'BEEF' } })
  t.match(after(stranger, { how: 'tagged', raw: null, unit: seven }), {
    talker: { unit: '07', how: 'tagged' },
    raw: 'BEEF',
  })
  t.match(after({ how: 'gateway', raw: '7', unit: seven }, stranger), { talker: { unit: '07', how: 'gateway' } })
})

t.test('a tag does not replace what the handheld itself said, but a wrong tag can be put right', async (t) => {
  const tag = (unit: typeof seven): Clue => ({ how: 'tagged', raw: null, unit })
  t.match(after({ how: 'dtmf', raw: '107', unit: seven }, tag(eight as never)), { talker: { unit: '07' } })
  t.match(after(tag(seven), tag(eight as never)), { talker: { unit: '08', how: 'tagged', confidence: 90 } })
})

t.test('two handhelds in one over leave little faith in either', async (t) => {
  t.match(after({ how: 'mdc1200', raw: 'A', unit: seven }, { how: 'mdc1200', raw: 'B', unit: eight }), {
    talker: { unit: '08', confidence: 50 },
  })
})

t.test('nothing known stays unknown', async (t) => {
  t.same(after({ how: 'holder', raw: null, unit: null }), UNKNOWN)
})

t.test('a DTMF call tells who begins to speak and who is in danger', async (t) => {
  const first = { ptt: '1', emergency: '7' }
  t.same(readAni('1207', first), { kind: 'ptt', id: '207' })
  t.same(readAni('7207', first), { kind: 'emergency', id: '207' })
  t.equal(readAni('17', first), null)
  t.equal(readAni('4207', first), null)
})
