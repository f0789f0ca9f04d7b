import fc from 'fast-check'
import t from 'tap'
import { CALLER_TEXT_MAX, harmless, normaliseCaller, spellings } from './caller.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
)

t.test(
  'whatever a caller calls itself becomes short, plain, visible text, and the same text when heard again',
  async () => {
    fc.assert(
      fc.property(anyText, anyText, (ani, aniName) => {
        const once = normaliseCaller({ ani, aniName })
        const twice = normaliseCaller(once)
        return (
          [once.ani, once.aniName].every(
            (text) =>
              Array.from(text).length <= CALLER_TEXT_MAX &&
              text === text.normalize('NFC') &&
              text.isWellFormed() &&
              !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text),
          ) &&
          twice.ani === once.ani &&
          twice.aniName === once.aniName
        )
      }),
      { numRuns: 3_000 },
    )
  },
)

t.test('hostile names are harmless and what was sent is kept as evidence', async (t) => {
  t.match(normaliseCaller({ ani: '62041', aniName: '心内科护士站' }), {
    ani: '62041',
    aniName: '心内科护士站',
    aniRaw: '62041',
    nameRaw: '心内科护士站',
  })
  t.equal(harmless('a\u202Eb\u200Bc\u0000d\r\ne'), 'abcd e')
  t.equal(harmless('<img src=x onerror=alert(1)>'), '<img src=x onerror=alert(1)>', 'a text node shows it as it is')
  t.equal(harmless('e\u200D\u0301'), 'é', 'what stripping brings together is composed')
  t.equal(harmless('\u3164\u3164'), '', 'letters nobody can see are no name')
  const kept = normaliseCaller({ ani: 'x\r\nAction: Logoff', aniName: '急'.repeat(4_000) })
  t.match(kept, { ani: 'x Action: Logoff', aniRaw: /^hex:780d0a/ })
  t.equal(Array.from(kept.aniName).length, 80)
  t.ok(kept.nameRaw.length < 9_000)
  for (const ani of ['anonymous', 'Restricted', '', '  ', '<unknown>'])
    t.equal(normaliseCaller({ ani, aniName: '' }).ani, '')
})

t.test(
  'a number is looked up under each way it may be written, and nothing but digits is ever looked up',
  async (t) => {
    t.same(
      spellings('+86 139-0000 0001'),
      ['8613900000001', '13900000001', '013900000001'].filter((one) => one !== '013900000001'),
    )
    t.same(spellings('013900000001'), ['013900000001', '13900000001'])
    t.same(spellings('１３９００００００01'), ['13900000001'], 'full-width digits')
    t.same(spellings("62041' or 1=1"), [])
    fc.assert(fc.property(anyText, (text) => spellings(text).every((one) => /^[\d*#]+$/.test(one))))
  },
)

t.test('a word that stands for no name is no name', async (t) => {
  for (const none of ['unknown', 'Unknown', '<unknown>', 'Anonymous', ' unknown ', 'RESTRICTED'])
    t.equal(normaliseCaller({ ani: '62041', aniName: none }).aniName, '', none)
  t.equal(normaliseCaller({ ani: '62041', aniName: 'Unknown Ward' }).aniName, 'Unknown Ward')
})
