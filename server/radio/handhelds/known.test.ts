import t from 'tap'
import { type Handheld, KnownHandhelds } from './known.ts'

const handheld = (code: string, but: Partial<Handheld> = {}): Handheld => ({
  code,
  alias: `${code} 号机`,
  organisationId: 'o',
  campus: 'old',
  holderId: null,
  ids: { gateway: null, mdc1200: null, five_tone: `210${code}`, dtmf: `0${code}` },
  ...but,
})

t.test('a handheld is known by what it sends, exactly', async (t) => {
  const known = new KnownHandhelds()
  t.equal(known.byId('dtmf', '007'), null)
  known.set([handheld('07'), handheld('08')], new Map())
  t.equal(known.byId('dtmf', '007')?.code, '07')
  t.equal(known.byId('dtmf', '07'), null, 'a part of a number is nobody’s')
  t.equal(known.byId('mdc1200', '007'), null, 'nor is the number of another scheme')
})

t.test('a call for help is its whose number alone ends so', async (t) => {
  const known = new KnownHandhelds()
  known.set([handheld('07'), handheld('17'), handheld('08')], new Map())
  t.equal(known.byId('five_tone', '9908', '08')?.code, '08')
  t.equal(known.byId('five_tone', '997', '7'), null, 'two end so')
  t.equal(known.byId('five_tone', '99', ''), null, 'nothing was heard of the number')
})

t.test('the only handheld held on a campus is likely the one that speaks there', async (t) => {
  const known = new KnownHandhelds()
  const campusOf = new Map([
    ['a', 'old'],
    ['b', 'new'],
  ])
  known.set([handheld('07', { holderId: 'zhang' }), handheld('08')], campusOf)
  t.equal(known.likely('a')?.code, '07')
  t.equal(known.likely('b'), null)
  known.set([handheld('07', { holderId: 'zhang' }), handheld('08', { holderId: 'li' })], campusOf)
  t.equal(known.likely('a'), null, 'of two nobody knows which')
})
