import t from 'tap'
import { emptyNames, failures, fullFolders, longFunctions } from './house.ts'

const lines = (count: number) => 'x()\n'.repeat(count)

t.test('a function of 120 lines stands, one of 121 is to be split', async (t) => {
  t.same(longFunctions('a.ts', `function fits() {\n${lines(118)}}`), [])
  const [problem, ...more] = longFunctions('a.ts', `\nconst grows = () => {\n${lines(119)}}`)
  t.same(more, [])
  t.equal(problem?.is, 'a.ts grows')
  t.match(problem?.say, /^a\.ts:2 grows has 121 lines/)
})

t.test('a function without a name is called by the one it stands in, and told once', async (t) => {
  const text = `function routes() {\nuse(() => {\n${lines(130)}})\n}\nclass Desk {\nconstructor() {\n${lines(130)}}\nopen() {\n${lines(130)}}\n}`
  t.same(
    longFunctions('a.ts', text).map((one) => one.is),
    ['a.ts routes', 'a.ts constructor', 'a.ts open'],
  )
})

t.test('a folder holds at most 20 files, tests not counted', async (t) => {
  const room = Array.from({ length: 20 }, (_, i) => `server/calls/f${i}.ts`)
  const free = Array.from({ length: 30 }, (_, i) => `migrations/${i}.ts`)
  t.same(fullFolders([...room, ...free, 'server/calls/f1.test.ts', 'server/calls/in/one.ts']), [])
  t.same(
    fullFolders([...room, 'server/calls/one-more.css']).map((one) => one.is),
    ['server/calls'],
  )
  const shown = room.map((file) => file.replace('server', 'softphone-console/src/lib'))
  t.equal(fullFolders([...shown, 'softphone-console/src/lib/calls/A.svelte']).length, 1)
})

t.test('a file is named for what it does', async (t) => {
  const bad = [
    'server/calls/door.ts',
    'server/x-door.ts',
    'lib/door-store.ts',
    'a/Helpers.svelte',
    'a/sip-utils.test.ts',
  ]
  t.same(
    emptyNames([...bad, 'server/places/indoor.ts', 'server/calls/store.ts']).map((one) => one.is),
    bad,
  )
})

t.test('what is excused passes, until it is mended', async (t) => {
  const problem = { is: 'a.ts grows', say: 'split it' }
  t.same(failures([problem], ['a.ts grows']), [])
  t.same(failures([problem], []), ['split it'])
  t.match(failures([], ['a.ts grows']), [/is mended: take it out/])
})
