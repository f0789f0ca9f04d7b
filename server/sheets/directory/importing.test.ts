/** An import is somebody's spreadsheet: whatever is in it, its faults are told by line, and no call waits for it. */
import { setTimeout as wait } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { watchMachine } from '../../../scripts/lab/stood-still.ts'
import { house } from '../../test/house.ts'
import type { ImportFault, ImportResult } from '../../wire/api.ts'
import { records } from '../csv.ts'
import { readSheet } from '../lines.ts'

const PEOPLE = {
  headers: ['staff_code', 'name', 'name_latin', 'title', 'login', 'locale', 'unit'],
  required: ['staff_code'],
}
const HEAD = PEOPLE.headers.join(',')

async function read(csv: string, sheet: Parameters<typeof readSheet>[1] = PEOPLE) {
  const bad: ImportFault[] = []
  const lines = await readSheet(csv, sheet, bad)
  return { bad, lines: lines.map(({ line, cells }) => [line, ...Object.values(cells)].join('|')) }
}

t.test('blank rows and columns, as spreadsheets leave them behind, are nothing', async (t) => {
  t.same(await read(`\ufeff${HEAD}\r\nT900,测试甲,,,,,\r\n,,,,,,\r\n , ,\t,,,,\r\n`), {
    bad: [],
    lines: ['2|T900|测试甲|||||'],
  })
  t.same(await read(`\ufeff${HEAD},,\r\nT900,测试甲,,,,,,,\r\n`), { bad: [], lines: ['2|T900|测试甲|||||'] })
  t.same(
    await read(`${HEAD}\n,,\n\nT900,测试甲,,,,,\n`),
    { bad: [], lines: ['4|T900|测试甲|||||'] },
    'between rows too',
  )
  t.match(
    (await read(`${HEAD},,\nT900,测试甲,,,,,,x,\n`)).bad,
    [{ line: 2, code: 'cells-differ', cells: 8, columns: 7 }],
    'a cell under no name is none of them',
  )
  t.match((await read(`staff_code,,name\nT900,,测试甲\n`)).bad, [{ line: 1, column: '', code: 'not-a-column' }])
})

t.test('a fault is told with its own line, however lines end', async (t) => {
  const rows = 'T1,a\u0000,,,,,|T2,"two\r\nlines",,,,,|T3,"a ""b"" c",,,,,|T4,b\u0007,,,,,'.split('|')
  for (const ends of [['\n'], ['\r\n'], ['\r'], ['\r\n', '\n', '\r', '\n', '\r\n']]) {
    const csv = [HEAD, ...rows].map((row, n) => row + ends[n % ends.length]).join('')
    const { bad, lines } = await read(csv)
    t.match(bad, [
      { line: 2, column: 'name', code: 'control-character' },
      { line: 3, column: 'name', code: 'control-character' },
      { line: 6, column: 'name', code: 'control-character' },
    ])
    t.same(lines, ['5|T3|a "b" c|||||'], JSON.stringify(ends))
  }
  t.match(
    (await read(`${HEAD}\nT1,a,,,,,\nT2,"never closed,,\nT3,b,,,,,\n`)).bad,
    [{ line: 3, code: 'not-csv' }],
    'a quote is told where it opens',
  )
  t.match((await read(`${HEAD}\nT1,"a"b,,,,,\n`)).bad, [{ line: 2, code: 'not-csv' }])
})

t.test('whatever another program writes as CSV is read as it was written', async () => {
  const cell = fc.oneof(fc.string(), fc.stringMatching(/^[ "',\r\n\ta字]*$/))
  await fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 }),
      fc.constantFrom('\n', '\r\n'),
      (rows, record_delimiter) => {
        const whole = rows.map((row) => ['x', ...row, 'y'])
        const text = stringify(whole, { record_delimiter, bom: true, quoted_match: /[\r\n]/ })
        const found = [...records(text)].flatMap((record) => (record ? [record.cells] : []))
        return (
          JSON.stringify(found) === JSON.stringify(whole.map((row) => row.map((one) => (one.trim() === '' ? '' : one))))
        )
      },
    ),
    { numRuns: 2_000 },
  )
})

t.test('what was lost or cannot be seen in a cell is a fault with its line and column', async (t) => {
  const cells: [string, string][] = [
    ['王\ufffd', 'character-lost'],
    ['心内科\u200b护士', 'unseen-character'],
    ['\u202e士护', 'unseen-character'],
    ['a\u2066b', 'unseen-character'],
    ['a\u00adb', 'unseen-character'],
    ['a\u2028b', 'unseen-character'],
    ['a\ud800', 'character-lost'],
    ['a\tb', 'control-character'],
    ['a\u0085b', 'control-character'],
  ]
  const csv = [HEAD, ...cells.map(([name], n) => `T${n},"${name}",,,,,`)].join('\n')
  t.same(
    (await read(csv)).bad,
    cells.map(([, code], n) => ({ line: n + 2, column: 'name', code })),
  )
  t.same((await read(`${HEAD}\nT1,𠮷野家\u3000急诊（夜）,,,,,\n`)).bad, [], 'what can be seen is no fault')
})

t.test('a sheet that is too long, too wide or all faults is refused by its first lines', async (t) => {
  t.match(await read(`${HEAD}\n${'T1,a,,,,,\n'.repeat(5_001)}`), {
    lines: [],
    bad: [{ code: 'too-many-rows', most: 5_000 }],
  })
  t.match(
    await read(`${HEAD}\n${',,,,,,\n'.repeat(200_000)}`),
    { lines: [], bad: [] },
    'rows with nothing in them are none',
  )
  t.match(await read(','.repeat(1_000_000)), { lines: [], bad: [{ line: 1, code: 'column-missing' }] })
  t.match(await read(`${HEAD}${','.repeat(1_000_000)}x`), { lines: [], bad: [{ line: 1, code: 'too-many-columns' }] })
  t.match(await read(`${HEAD}\nT1,a${','.repeat(1_000_000)}x`), {
    lines: [],
    bad: [{ line: 2, code: 'too-many-columns' }],
  })
  t.match(await read(`${HEAD}\nT1,${'a'.repeat(30_000)},,,,,`), {
    lines: [],
    bad: [{ line: 2, column: 'name', code: 'too-long' }],
  })
})

/**
 * A desk with an administrator, and a beat beside it: the longest time in which nothing else could be done, without what
 * the machine itself stood still meanwhile.
 */
async function desk(t: Test) {
  const at = await house(t)
  const admin = await at.someone({ role: 'admin' })
  const machine = await watchMachine()
  t.teardown(() => machine.close())
  const send = async (what: string, csv: string, dryRun = true) => {
    const now = () => performance.timeOrigin + performance.now()
    let gap = { from: 0, to: 0 }
    let last = now()
    const beat = () => {
      const at = now()
      if (at - last > gap.to - gap.from) gap = { from: last, to: at }
      last = at
    }
    const ticker = setInterval(beat, 5)
    const { status, body } = await admin.ask('POST', `/api/directory/${what}/import`, { csv, dryRun })
    beat()
    clearInterval(ticker)
    // its watchers tell of a halt when they are let run again
    await wait(100)
    return { status, body, longest: gap.to - gap.from - machine.stoodStill(gap.from, gap.to) }
  }
  return { ...at, send }
}

/** How long this machine, as busy as it is now, takes to read a body of this size as JSON: no upload costs less. */
function readingOf(csv: string): number {
  const body = JSON.stringify({ csv, dryRun: true })
  const times = [1, 2, 3].map(() => {
    const began = performance.now()
    JSON.parse(body)
    return performance.now() - began
  })
  return Math.max(...times)
}

/** While a spreadsheet is read, nothing waits longer than a few readings of it, or twenty beats of a busy machine. */
const mostFor = (csv: string) => Math.max(10 * readingOf(csv), 250)

t.test('whatever is uploaded, the server goes on with its calls', { timeout: 120_000 }, async (t) => {
  const { send, db } = await desk(t)
  const tooBig = { status: 413, body: { code: 'sheet-too-big' } }
  const sheets: [string, string, string, object][] = [
    ['5 million commas', 'places', ','.repeat(5_000_000), tooBig],
    ['5 million quotes', 'people', '"'.repeat(5_000_000), { status: 413, body: { code: 'body-too-large' } }],
    [
      '100,000 rows',
      'numbers',
      `realm,number,kind\n${Array.from({ length: 100_000 }, (_, n) => `new,${200_000 + n},ward`).join('\n')}`,
      { status: 200, body: { bad: [{ code: 'too-many-rows' }] } },
    ],
    ['a million commas', 'places', ','.repeat(1_000_000), { status: 200, body: { bad: [{ code: 'column-missing' }] } }],
    [
      'only line ends',
      'people',
      `staff_code\n${'\n'.repeat(1_900_000)}`,
      { status: 200, body: { bad: [], create: 0 } },
    ],
    [
      '5,000 rows, each wrong',
      'people',
      `staff_code,name,locale\n${'?,,xx\n'.repeat(5_000)}`,
      { status: 200, body: { create: 0 } },
    ],
  ]
  for (const [name, what, csv, answer] of sheets) {
    const most = mostFor(csv)
    const sent = await send(what, csv)
    t.match({ status: sent.status, body: sent.body }, answer, name)
    t.ok(sent.longest < most, `${name}: nothing waited ${Math.round(sent.longest)} ms, of at most ${Math.round(most)}`)
    t.ok((sent.body.bad ?? []).length <= 1_001, 'and the answer is one that a screen can show')
  }
  t.equal(
    (await db('numbers')).length,
    (await db('numbers').where('number', 'not like', '2_____')).length,
    'nothing was written',
  )
})

t.test(
  'places lie at most as deep as a hospital is built, and a chain of 3,000 costs no more than its rows',
  { timeout: 240_000 },
  async (t) => {
    const { send, db } = await desk(t)
    const chain = (length: number) =>
      [
        'campus,code,kind,parent,name_zh',
        ...Array.from(
          { length },
          (_, n) => `new,C${n},${n < 3 ? 'building' : 'room'},${n === 0 ? '' : `new/C${n - 1}`},层${n}`,
        ),
      ].join('\n')
    const csv = chain(3_000)
    const most = mostFor(csv)
    const sent = await send('places', csv)
    const { create, bad } = sent.body as ImportResult
    t.equal(create, 8, 'campus, and eight within each other')
    t.match(bad[0], { line: 10, column: 'parent', code: 'refused', why: 'too-deep' })
    t.match(bad[1], { line: 11, column: 'parent', code: 'no-such-row', named: 'new/C8' })
    t.ok(sent.longest < most, `nothing waited ${Math.round(sent.longest)} ms, of at most ${Math.round(most)}`)
    t.equal((await send('places', chain(8), false)).status, 200)
    t.equal((await db('places').where('code', 'like', 'C%')).length, 8)
    // what lies under it comes along: it may not be pushed deeper either
    t.match(
      (await send('places', 'campus,code,kind,name_zh,parent\nnew,D0,building,外,\nnew,C0,building,层0,new/D0')).body
        .bad,
      [{ line: 3, column: 'parent', code: 'refused', why: 'too-deep' }],
    )
  },
)
