import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { makeCelReader, rowOf } from './cel.ts'

const read = (lines: string[]) => {
  const reader = makeCelReader(() => ({ pbx: 1, bootId: 'b' }))
  return lines.flatMap((line, i) => reader.read(line, i * 1000) ?? [])
}
const rows = readFileSync(new URL('../../test/tapes/answered.cel.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')

t.test('a call whose announcement was lost is found all the same, under the same id', async (t) => {
  const told = read(rows)
  const lost = read(rows.filter((row) => !row.includes('"DeskArrived"')))
  t.equal(lost[0]?.callId, told[0]?.callId)
  const arrived = lost.find((fact) => fact.type === 'caller-arrived')
  t.match(arrived, { campus: 'new', dialled: '8102', ani: '62041', direction: 'inbound' })
})

t.test(
  'a caller gone before the dialplan could say a word is a call, with an id that every reading gives it',
  async (t) => {
    const mute = rows
      .filter((row) => /"(CHAN_START|HANGUP|CHAN_END)"/.test(row) && row.includes('PJSIP/new-'))
      .map((row) => row.replace(/"userfield":"[^"]*"/, '"userfield":""'))
    const [first, second] = [read(mute), read(mute)]
    t.same(first, second)
    t.same(
      first.map((fact) => fact.type),
      ['caller-arrived', 'leg-ended'],
    )
    t.match(first[0]?.callId, /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  },
)

t.test('a console that leaves the radio, or a station that calls nobody, is no call that came in', async (t) => {
  const mute = rows
    .filter((row) => /"(CHAN_START|HANGUP|CHAN_END)"/.test(row) && row.includes('PJSIP/new-'))
    .map((row) => row.replace(/"userfield":"[^"]*"/, '"userfield":""'))
  for (const context of ['from-radio', 'from-desk'])
    t.same(read(mute.map((row) => row.replaceAll('"context":"from-new"', `"context":"${context}"`))), [])
})

t.test('reading may begin again where the oldest call still up began', async (t) => {
  const reader = makeCelReader(() => ({ pbx: 1, bootId: 'b' }))
  reader.read(rows[0] as string, 500)
  t.equal(reader.neededFrom(9_000), 500)
  rows.forEach((row, i) => void reader.read(row, 500 + i))
  t.equal(reader.neededFrom(9_000), 9_000, 'and at the end when none is')
})

/** As cel_custom writes a row: quotes escaped, backslashes not. */
const written = (row: Record<string, string>) =>
  `{${Object.entries(row)
    .map(([key, value]) => `"${key}":"${value.replaceAll('"', '\\"')}"`)
    .join(',')}}`

t.test('no name of a caller changes what else a row says, or loses it', async (t) => {
  const nasty = fc.array(fc.constantFrom('"', '\\', ',', ':', '{', '}', '","', '":"', '\\"', '护士', 'x'), {
    maxLength: 12,
  })
  const name = fc.oneof(
    nasty.map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
  )
  fc.assert(
    fc.property(name, name, (name, num) => {
      const row = { eventtype: 'CHAN_START', name, num, uniqueid: 'pbx1-1.0', eventextra: '{"extra":"Call=x"}' }
      return JSON.stringify(rowOf(written(row))) === JSON.stringify(row)
    }),
    { numRuns: 2_000 },
  )
  const named = rows.map((row) => row.replaceAll('心内科', 'Ward \\"7\\" \\'))
  t.equal(read(named).length, read(rows).length, 'the same call, by a caller whose name is no JSON')
})

t.test('no line, however spoilt, does any harm', async (t) => {
  const reader = makeCelReader(() => ({ pbx: 1, bootId: 'b' }))
  const spoilt = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(fc.constantFrom(...rows), fc.nat(400)).map(([row, cut]) => row.slice(0, cut)),
  )
  fc.assert(
    fc.property(spoilt, (line) => {
      reader.read(line, 0)
    }),
    { numRuns: 500 },
  )
  t.equal(reader.read('not json', 0), null)
})
