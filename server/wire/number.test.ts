import fc from 'fast-check'
import t from 'tap'
import { DIGITS, numberOf, numberTyped } from './number.ts'

const MOBILE = '13900008191'

t.test('one telephone has one number, however an exchange, a sheet or a person spells it', async (t) => {
  for (const spelt of [
    '13900008191',
    '+8613900008191',
    '8613900008191',
    '008613900008191',
    '08613900008191',
    '013900008191',
    '913900008191',
    '+86 139-0000-8191',
    '(+86) 139 0000 8191',
    'tel:+86-139-0000-8191',
    '１３９００００８１９１',
    '139\u200b0000\u202d8191',
    '139－0000—8191',
    '139.0000.8191',
    '17951 13900008191',
    '+86013900008191',
  ])
    t.equal(numberOf(spelt), MOBILE, JSON.stringify(spelt))
  for (const spelt of ['62041', '６２０４１', '62 041', '62-041', '+62041', '062041', '+8662041', '6204\u200b1'])
    t.equal(numberOf(spelt), '62041', JSON.stringify(spelt))
  for (const spelt of ['010-6666 8888', '+861066668888', '00861066668888', '(010) 66668888', '+86 010 66668888'])
    t.equal(numberOf(spelt), '01066668888', JSON.stringify(spelt))
  t.equal(numberOf('+86 400-800-1234'), '4008001234', 'a service number has no area')
  t.equal(numberOf('4008001234'), '4008001234')
  t.equal(numberOf('+868102'), '8102', 'an extension an exchange made international')
})

t.test('a number abroad is not taken for a mobile here', async (t) => {
  t.equal(numberOf('+13105551234'), '0013105551234')
  t.equal(numberOf('0013105551234'), '0013105551234')
  t.equal(numberOf('+852 2345 6789'), '0085223456789')
})

t.test('what is no number gives none, and what is dialled as it is stays', async (t) => {
  for (const text of [
    '',
    ' ',
    'anonymous',
    "62041' or 1=1",
    '62041x',
    '心内科 62041',
    '+',
    '1+2',
    '--',
    '62041/62042',
    '62041,62042',
    '62041 62042',
    '62041.0',
    '1.39E+10',
  ])
    t.equal(numberOf(text), '', JSON.stringify(text))
  for (const number of ['*99', '#31#62041', '110', '95598', '8001', '12', '07551234567', '0755 12345678'])
    t.equal(numberOf(number), number.replace(' ', ''))
})

t.test('a campus prefix that somebody types before a ward’s number is dialled', async (t) => {
  t.equal(numberTyped('0162041'), '0162041')
  t.equal(numberTyped('01 6204'), '016204')
  t.equal(numberTyped('+86 139 0000 8191'), MOBILE)
})

t.test('writing a number twice changes nothing, and only digits, * and # are ever dialled', async () => {
  const spelt = fc
    .tuple(
      fc.constantFrom('', '+', '0', '00', '9', '86', '+86', '0086', '086', '17951', '01795186', '+860', '0017951'),
      fc.constantFrom('', '0', '86', '139', '010', '400', '75', '9', '0086', '17951'),
      fc.stringMatching(/^\d{0,14}$/),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(spelt, fc.string({ unit: 'binary' })), (text) =>
      [numberOf, numberTyped].every((way) => {
        const once = way(text)
        return way(once) === once && /^[\d*#]*$/.test(once)
      }),
    ),
    { numRuns: 20_000 },
  )
  fc.assert(fc.property(fc.stringMatching(/^[1-9]\d{2,11}$/), (digits) => DIGITS.test(numberOf(digits))))
})
