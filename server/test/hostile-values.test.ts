/**
 * Values that no screen of ours sends: half an emoji, NUL, years that are none, cursors that are not ours, numbers out of
 * reach. Put into every field of every door, they are refused (4xx) or kept; never a bug of ours (500).
 */
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { DOORS, ROLES } from './permissions.ts'
import { idFor, things, wholeDesk } from './whole-desk.ts'

const NIL = '00000000-0000-4000-8000-000000000000'
const sealed = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const TEXTS = [
  ...['\ud83d', 'a\udc00b', 'a\u0000b', '', '\u202e', '%', "'"],
  ...['0000-01-01T00:00:00Z', '0000-01-01', '2026-02-30T00:00:00Z', '9999-12-31T23:59:60Z', '2026-01-01T24:00:00Z'],
]
const NUMBERS = [-1, 0.5, 2 ** 31, 2 ** 53, 1e308]
const CURSORS = [
  ...[null, 1e308, -1, [], ['\ud800'], ['a', 'b', 'c', 'd', 'e'], { at: '\ud800', id: NIL }, { at: '', id: '' }],
  { at: '0000-01-01T00:00:00.000Z', id: NIL },
  { at: '2026-02-30T00:00:00.000Z', id: NIL },
  { at: '2026-01-01T00:00:00.000Z', id: 'x' },
  { at: '2026-01-01T00:00:00.000Z', id: `${NIL}\u0000` },
].map(sealed)

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; required?: string[]; anyOf?: Schema[] }
const LIKELY = [
  ...[
    'new',
    'it',
    '62041',
    'x',
    'a',
    NIL,
    '2030-01-01T00:00:00Z',
    '2030-01-01',
    '08:00',
    '127.0.0.9',
    'zh-CN',
    true,
    1,
  ],
  ...[[], {}, null, false],
]
/** Something this schema takes. */
function sample(schema: Schema): unknown {
  if ('default' in schema) return schema.default
  if (schema.properties)
    return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]))
  const check = Compile(schema)
  const listed = [schema.enum, (schema.anyOf ?? []).map((one) => one.const)].flat()
  return [...listed, ...LIKELY].find((one) => one !== undefined && check.Check(one))
}
const isCursor = (name: string) => name === 'after'
const kinds = (schema: Schema): string[] => [schema.type as string, ...(schema.anyOf ?? []).flatMap(kinds)]
const hostile = (name: string, schema: Schema): unknown[] => {
  if (isCursor(name)) return [...CURSORS, ...TEXTS]
  if (kinds(schema).some((kind) => kind === 'integer' || kind === 'number')) return NUMBERS
  if (kinds(schema).includes('array')) return [['\ud83d'], [NIL], [2 ** 31]]
  if (kinds(schema).includes('object')) return [{ '\ud83d': 1 }, { a: 'a\u0000b' }]
  return kinds(schema).includes('boolean') ? [] : TEXTS
}

t.test('no value in any field of any door is a bug of ours', { timeout: 400_000 }, async (t) => {
  const desk = await wholeDesk(t)
  const who = await desk.someone(...ROLES.map((role) => ({ role })))
  const byDoor = new Map(desk.app.doors.map(({ method, url, schema }) => [`${method} ${url}`, schema]))
  const asked: Record<string, number> = {}
  for (const [door, { body }] of Object.entries(DOORS)) {
    const [method = '', address = ''] = door.split(' ')
    const pattern = address.split('?')[0] ?? ''
    const schema = byDoor.get(`${method} ${pattern}`) ?? {}
    const thing = await things(desk.db, { campus: 'new', line: 'it' })
    const path = pattern.replace(':id', idFor(pattern, thing)).replace(':line', 'it').replace(':code', '02')
    const ask = async (at: string, sent: unknown, what: string) => {
      const reply = await who.ask(method, at, sent)
      asked[door] = (asked[door] ?? 0) + 1
      if (reply.status >= 500) t.fail(`${door}, ${what}: ${reply.status} ${JSON.stringify(reply.body)}`)
      return reply
    }
    const sends = method !== 'GET' && method !== 'DELETE'
    const whole = sends
      ? { ...(sample((schema.body ?? {}) as Schema) as object), ...(body?.(thing) as object) }
      : undefined
    for (const [name, one] of Object.entries((schema.body as Schema | undefined)?.properties ?? {}))
      for (const value of hostile(name, one))
        await ask(path, { ...whole, [name]: value }, `${name} = ${JSON.stringify(value)}`)
    for (const [name, one] of Object.entries((schema.querystring as Schema | undefined)?.properties ?? {}))
      for (const value of hostile(name, one)) {
        const text = String(value).isWellFormed() ? encodeURIComponent(String(value)) : '%ED%A0%BD'
        const reply = await ask(`${path}?${name}=${text}`, whole, `?${name} = ${JSON.stringify(value)}`)
        // (404: the directory's keeper asks for a row that is not there, before its page)
        if (isCursor(name) && value !== '' && reply.status !== 400 && reply.status !== 404)
          t.fail(`${door}: a forged cursor ${JSON.stringify(value)} was answered ${reply.status}`)
      }
    for (const part of pattern.split('/').filter((one) => one.startsWith(':')))
      for (const value of ['%ED%A0%BD', '%00', '%', '0000-01-01', NIL, randomUUID().slice(1)])
        await ask(pattern.replace(part, value).replace(/:\w+/, NIL), whole, `${part} = ${value}`)
    if (sends)
      for (const sent of ['"\\ud83d"', 'null', '[]', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, '{"\\u0000":1}'])
        await ask(path, sent, sent.slice(0, 20))
  }
  t.ok(Object.values(asked).reduce((a, b) => a + b) > 3_000, 'thousands of them were tried')
})

t.test('half an emoji is said to be no text, where it stands; the whole one is kept', async (t) => {
  const desk = await wholeDesk(t)
  const who = await desk.someone({ role: 'agent' })
  const { ticketId } = await things(desk.db, { campus: 'new', line: 'it' })
  const half = await who.ask('PATCH', `/api/tickets/${ticketId}`, { version: 1, what: '打印机\ud83d' })
  t.match(half, { status: 400, body: { code: 'text-not-storable', details: { at: 'body/what' } } })
  const note = await who.ask('POST', `/api/tickets/${ticketId}/notes`, { text: '\ude00' })
  t.match(note, { status: 400, body: { code: 'text-not-storable' } })
  const whole = await who.ask('PATCH', `/api/tickets/${ticketId}`, { version: 1, what: '打印机😀' })
  t.match(whole, { status: 200, body: { what: '打印机😀' } })
})
