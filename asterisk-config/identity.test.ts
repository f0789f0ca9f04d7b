/** No text of a caller's, or of whom we call, leaves Asterisk as anything but a number and a name. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { PhoneLab } from '../scripts/lab/phones/phone-lab.ts'
import { arrived, cel, lab, until } from './test-lab.ts'

t.setTimeout(180_000)

const FORGED = '6%0d%0aEvent%3a%20Hangup%0d%0aX-Forged%3a%20yes%0d%0a%0d%0a'

/** What no frame of Asterisk's holds, and no line of its record. */
async function untouched(t: import('tap').Test, desk: PhoneLab, what: string): Promise<void> {
  const forged = desk.reader.events.filter(
    (event) =>
      event['X-Forged'] !== undefined ||
      !(event.Privilege && (event.SystemName || event.Event === 'FullyBooted')) ||
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      Object.values(event).some((value) => /[\u0000-\u001f\u007f]/.test(String(value))),
  )
  t.same(forged, [], `${what}: no event is the caller's`)
  const log = join(desk.pbx.instance.base, 'log')
  const record = await readFile(join(log, 'cel-custom/cel.jsonl'), 'utf8').catch(() => '')
  const lines = record.split('\n').filter((line) => line && !(line.startsWith('{"') && line.endsWith('"}')))
  t.same(lines, [], `${what}: no line of the record is cut in two`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  t.notOk(/[\u0000-\u0009\u000b-\u001f\u007f]/.test(record), `${what}: and it holds no control character`)
  const queues = await readFile(join(log, 'queue_log'), 'utf8').catch(() => '')
  const spoilt = queues.split('\n').filter((line) => line && !/^\d+\|/.test(line))
  t.same(spoilt, [], `${what}: nor is a line of the queues’ log`)
}

t.test('whatever header a number full of line breaks stands in, it is nobody’s event', async (t) => {
  const desk = await lab(t)
  await desk.phone('d8121', { onRing: 'ring' })
  const ward = await desk.stranger({ address: '127.0.0.11' })
  const own = '<sip:62041@127.0.0.11>'
  const tries: [what: string, from: string, headers: string[]][] = [
    ['From', `<sip:${FORGED}@127.0.0.11>`, []],
    ['From, SIP', `<SIP:${FORGED}@127.0.0.11>`, []],
    ['From, below a name too long to print', `"${'长'.repeat(1_700)}" <sip:${FORGED}@127.0.0.11>`, []],
  ]
  for (const scheme of ['sip', 'SIP', 'Sips', 'tel', 'Tel'])
    for (const header of [
      'P-Asserted-Identity',
      'Remote-Party-ID',
      'P-Preferred-Identity',
      'Diversion',
      'History-Info',
    ])
      tries.push([`${header}, ${scheme}`, own, [`${header}: <${scheme}:${FORGED}@127.0.0.11>;index=1`]])
  tries.push([
    'Asserted twice',
    own,
    [`P-Asserted-Identity: <sip:1@h>, <SIP:${FORGED}@h>`, `P-Asserted-Identity: <SIP:${FORGED}@h>`],
  ])
  tries.push(['Asserted, bare', own, [`P-Asserted-Identity: SIP:${FORGED}@h`]])
  tries.push(['Referred-By', own, [`Referred-By: <sip:${FORGED}@127.0.0.11>`]])
  for (const [what, from, headers] of tries) {
    const before = desk.reader.events.filter((event) => event.UserEvent === 'DeskArrived').length
    const call = await ward.call('8002', { from, headers })
    const event = await until(`${what}: its arrival`, () =>
      desk.reader.events.filter((one) => one.UserEvent === 'DeskArrived').at(before),
    )
    t.match(event.CallerIDNum, /^([a-zA-Z0-9+*#_.]*|<unknown>)$/, `${what}: its number is harmless`)
    await call.hangup()
  }
  await untouched(t, desk, 'the first INVITE')
})

t.test('nor later, by UPDATE or a second INVITE', async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { afterMs: 50 })
  const ward = await desk.stranger({ address: '127.0.0.11' })
  const call = await ward.call('8002', { from: '<sip:62041@127.0.0.11>' })
  await arrived(desk, '62041')
  await (await phone.nextCall()).until('talking')
  for (const method of ['UPDATE', 'INVITE'] as const)
    for (const header of ['P-Asserted-Identity', 'Remote-Party-ID', 'From'])
      for (const scheme of ['sip', 'SIP', 'tel'])
        await call.tell(method, [`${header}: <${scheme}:${FORGED}@127.0.0.11>`])
  await call.hangup()
  await until('its end is in the record', async () => (await cel(desk)).some((row) => row.eventtype === 'LINKEDID_END'))
  await untouched(t, desk, 'within the call')
})

t.test('nor by what a station or a ward answers when it is rung', async (t) => {
  const desk = await lab(t)
  const identities = ['P-Asserted-Identity', 'Remote-Party-ID', 'Diversion'].map(
    (header) => `${header}: "x" <SIP:${FORGED}@127.0.0.11>`,
  )
  const phone = await desk.phone('d8121', { onRing: 'ring', answers: identities })
  const ward = await desk.stranger({ address: '127.0.0.11' })
  const call = await ward.call('8002', { from: '<sip:62041@127.0.0.11>' })
  const rung = await phone.nextCall()
  rung.answer()
  await rung.until('talking')
  await call.hangup()
  await rung.until('ended')
  // a call of ours, which the ward answers
  const own = await desk.phone('d8122', { answers: identities })
  const gateway = await desk.stranger({ address: '127.0.0.12', answers: identities, onRing: 'ring' })
  const out = await own.call('62041')
  await out.until('talking').catch(() => undefined)
  await out.hangup()
  gateway.close()
  await untouched(t, desk, 'the answers')
})

t.test('nor by what a phone registers as, or by a stranger whom nobody knows', async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { registersAs: `<sip:${FORGED}@127.0.0.1>` })
  t.ok(phone)
  const nobody = await desk.stranger({ address: '127.0.0.99' })
  const call = await nobody.call('8002', { from: `<SIP:${FORGED}@127.0.0.99>` })
  await call.until('ended')
  const guess = await desk.stranger({ address: '127.0.0.98', station: 'd8121', password: 'guess' })
  t.equal(await guess.register(), 401)
  await untouched(t, desk, 'strangers')
})

t.test('the number is read as the exchange means it, and the name as it was sent', async (t) => {
  const desk = await lab(t)
  await desk.phone('d8121', { onRing: 'ring' })
  const ward = await desk.stranger({ address: '127.0.0.11' })
  const gbk = Buffer.from('d0c4c4dabfc6bba4cabfd5be', 'hex').toString('latin1')
  const tries: [from: string, headers: string[], number: string, named: string][] = [
    ['"Ward 7" <sip:62001@h>', [], '62001', '"Ward 7" <'],
    ['sip:62002@h', [], '62002', '<sip:62002@h>'],
    ['"a <sip:1@x>" <sip:62003@h>', [], '62003', '"a <sip:1@x>" <'],
    [
      '<sip:1@h>',
      ['P-Asserted-Identity: "B" <SIP:%2B8613900008191;phone-context=x@h;user=phone>'],
      '+8613900008191',
      '"B" <',
    ],
    ['<sip:2@h>', ['P-Asserted-Identity: <sip:62004@h>, <tel:+861012362004>'], '62004', '<sip:62004@h>'],
    ['<sip:3@h>', ['P-Asserted-Identity: <tel:62005>'], '62005', '<tel:62005>'],
    ['<sip:4@h>', ['Remote-Party-ID: "C" <sip:62006@h>;party=calling;privacy=off'], '62006', '"C" <'],
    ['<sip:62007@h>', ['P-Asserted-Identity: <sip:10.0.0.1>'], '62007', '<sip:62007@h>'],
    [`"${gbk}" <sip:62008@h>`, [], '62008', `"${gbk}" <`],
    ['"O\'Brien: 50%, \\"x\\"" <sip:62009@h>', [], '62009', '"O\'Brien: 50%, \\"x\\"" <'],
  ]
  for (const [from, headers, number, named] of tries) {
    const call = await ward.call('8002', { from, headers, latin1: true })
    const event = await arrived(desk, number)
    const sent = Buffer.from(
      String(event.Named).replace(/%([\dA-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    )
    t.ok(sent.toString('latin1').startsWith(named), `${number}: ${event.Named}`)
    const row = await until(`${number} in the record`, async () =>
      (await cel(desk, event.Call)).find((one) => one.eventtype === 'DeskArrived'),
    )
    t.ok(row.eventextra?.includes(`Named=${event.Named}`), 'live and in the record alike')
    await call.hangup()
  }
})
