import fc from 'fast-check'
import t from 'tap'
import { makeTranslator } from './ami/translate.ts'
import { makeCelReader } from './cel/cel.ts'
import { nameInAmi, nameInHeader, nameInSip } from './names.ts'

const percent = (bytes: Buffer) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
const header = (name: string | Buffer) =>
  percent(Buffer.concat([Buffer.from(name), Buffer.from(' <sip:62041@h>;tag=1')]))

t.test('AMI’s escapes are undone, each once', async (t) => {
  t.equal(nameInAmi("O\\'Brien"), "O'Brien")
  t.equal(nameInAmi('Ward 6\\?'), 'Ward 6?')
  t.equal(nameInAmi('A \\\\\\"B\\\\\\" C'), 'A "B" C')
  t.equal(nameInAmi('a\\tb'), 'a\tb')
  t.equal(nameInAmi('心内科护士站'), '心内科护士站')
  for (const none of ['<unknown>', 'unknown', 'Unknown', '']) t.equal(nameInAmi(none), '')
})

t.test('the record’s name of the same call is the same', async (t) => {
  t.equal(nameInSip('A \\"B\\" C'), 'A "B" C')
  t.equal(nameInSip("O'Brien"), "O'Brien")
  t.equal(nameInSip('unknown'), '')
})

t.test('a header’s name is what stands before the address', async (t) => {
  t.equal(nameInHeader(header('"A \\"B\\" C"')), 'A "B" C')
  t.equal(nameInHeader(header('"a <sip:1@x>"')), 'a <sip:1@x>')
  t.equal(nameInHeader(header('Ward 7')), 'Ward 7')
  t.equal(nameInHeader(header('')), '')
  t.equal(nameInHeader('sip%3A62041%40h'), '')
  t.equal(nameInHeader(header('"unknown"')), '')
})

t.test('a name in UTF-8 stays, one in GBK is read as GBK, one cut in a character loses only that', async (t) => {
  t.equal(nameInHeader(header('"心内科护士站"')), '心内科护士站')
  const gbk = Buffer.from('22d0c4c4dabfc6bba4cabfd5be22', 'hex')
  t.equal(nameInHeader(header(gbk)), '心内科护士站')
  t.equal(nameInHeader(percent(Buffer.from('"心内').subarray(0, 6))), '心')
  // The second byte of some characters is a backslash: it quotes nothing.
  t.equal(
    nameInHeader(header(Buffer.from('229A5C22', 'hex'))),
    new TextDecoder('gbk').decode(Buffer.from('9A5C', 'hex')),
  )
})

t.test('encoded words are decoded, in both ways of writing and in the charsets of exchanges', async (t) => {
  const b = (charset: string, bytes: Buffer) => `=?${charset}?B?${bytes.toString('base64')}?=`
  t.equal(nameInSip(b('UTF-8', Buffer.from('心内科'))), '心内科')
  t.equal(nameInSip(b('utf-8*zh', Buffer.from('心内科'))), '心内科')
  t.equal(nameInSip(b('GB2312', Buffer.from('d0c4c4dabfc6', 'hex'))), '心内科')
  t.equal(nameInSip('=?gb18030?Q?=D0=C4=C4=DA?= =?gb18030?Q?=BF=C6_7?='), '心内科 7')
  t.equal(
    nameInSip(`${b('utf-8', Buffer.from('心').subarray(0, 2))} ${b('utf-8', Buffer.from('心').subarray(2))}`),
    '心',
  )
  t.equal(nameInSip('护士站 =?UTF-8?Q?7?= x'), '护士站 7 x')
  t.equal(nameInSip('=?klingon?B?AAAA?='), '=?klingon?B?AAAA?=')
  t.equal(nameInAmi('=\\?UTF-8\\?B\\?5b+D5YaF56eR\\?='), '心内科')
  t.equal(nameInHeader(header('"=?UTF-8?B?5b+D5YaF56eR?="')), '心内科')
})

t.test('no text, however spoilt, does any harm', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      for (const read of [nameInAmi, nameInSip, nameInHeader]) read(text)
    }),
    { numRuns: 2_000 },
  )
})

t.test('live and recovered give one name, whatever the exchange sent', async (t) => {
  const callId = '5426c8f7-6abb-4d6e-8b4b-04a46388c1ce'
  const source = () => ({ pbx: 1, bootId: 'b' })
  const uniqueid = 'pbx1-1795298618.0'
  const names: [sent: string | Buffer, inAmi: string, inCel: string, meant: string][] = [
    ['"O\'Brien"', "O\\'Brien", "O'Brien", "O'Brien"],
    ['"Ward 6?"', 'Ward 6\\?', 'Ward 6?', 'Ward 6?'],
    ['"A \\"B\\" C"', 'A B C', 'A B C', 'A "B" C'],
    ['"a\tb"', 'a b', 'a b', 'a\tb'],
    [Buffer.from('22d0c4c4dabfc6bba4cabfd5be22', 'hex'), '<unknown>', '', '心内科护士站'],
    ['"=?UTF-8?B?5b+D5YaF56eR?="', '=\\?UTF-8\\?B\\?5b+D5YaF56eR\\?=', '=?UTF-8?B?5b+D5YaF56eR?=', '心内科'],
    ['"unknown"', 'unknown', 'unknown', ''],
    ['心内科护士站', '心内科护士站', '心内科护士站', '心内科护士站'],
  ]
  for (const [sent, inAmi, inCel, meant] of names)
    for (const named of [header(sent), '']) {
      const said = {
        call: callId,
        direction: 'inbound',
        campus: 'new',
        line: 'it',
        dialled: '8102',
        diverted: '',
        named,
      }
      const live = makeTranslator(source).call({
        ...{
          event: 'UserEvent',
          userevent: 'DeskArrived',
          timestamp: '1795298618.5',
          uniqueid,
          channel: 'PJSIP/new-00000000',
        },
        ...{ calleridnum: '62041', calleridname: inAmi },
        ...said,
      })
      const row = {
        ...{ eventtype: 'DeskArrived', eventtime: '2026-11-21T22:03:38.500000+0000', name: inCel, num: '62041' },
        ...{
          channame: 'PJSIP/new-00000000',
          uniqueid,
          linkedid: uniqueid,
          userfield: callId,
          userdeftype: 'DeskArrived',
        },
        eventextra: JSON.stringify({
          extra: Object.entries(said)
            .map(([key, value]) => `${key}=${value}`)
            .join(';'),
        }),
      }
      const line = `{${Object.entries(row)
        .map(([key, value]) => `"${key}":"${value.replaceAll('"', '\\"')}"`)
        .join(',')}}`
      const [late] = makeCelReader(source).read(line, 0) ?? []
      if (live?.type !== 'caller-arrived' || late?.type !== 'caller-arrived') return t.fail('no arrival')
      t.equal(late.aniName, live.aniName, `${inAmi}, ${named === '' ? 'as Asterisk has it' : 'from the header'}`)
      if (named !== '') t.equal(live.aniName, meant)
    }
})

t.test('a name that comes in the middle of a call is unwrapped as one that came with it', async (t) => {
  const translator = makeTranslator(() => ({ pbx: 1, bootId: 'b' }))
  const named = (calleridname: string) =>
    translator.call({
      ...{ event: 'NewCallerid', timestamp: '1795298618.5', channel: 'PJSIP/new-00000000' },
      ...{ uniqueid: 'pbx1-1795298618.0', linkedid: 'pbx1-1795298618.0' },
      ...{ calleridnum: '62041', calleridname },
      chanvariable: { DESK_CALL: '5426c8f7-6abb-4d6e-8b4b-04a46388c1ce' },
    })
  for (const [inAmi, meant] of [
    ["O\\'Brien", "O'Brien"],
    ['Ward 6\\?', 'Ward 6?'],
    ['=\\?UTF-8\\?B\\?5b+D5YaF56eR\\?=', '心内科'],
    ['unknown', ''],
  ] as const)
    t.match(named(inAmi), { type: 'caller-named', ani: '62041', aniName: meant }, inAmi)
})
