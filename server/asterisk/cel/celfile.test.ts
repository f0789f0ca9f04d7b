import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type CelMark, readOn } from './celfile.ts'

async function file(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'desk-cel-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'cel.jsonl')
  let mark: CelMark | null = null
  /** Everything new, as lines. */
  const news = async () => {
    const found: string[] = []
    for (;;) {
      const batch = await readOn(path, mark)
      mark = batch.mark
      found.push(...batch.lines.map((line) => line.text))
      if (!batch.more) return found
    }
  }
  return { path, news }
}

t.test('a record that is not there yet has nothing to say', async (t) => {
  const { path, news } = await file(t)
  t.same(await news(), [])
  await writeFile(path, 'a\nb\n')
  t.same(await news(), ['a', 'b'])
  t.same(await news(), [])
})

t.test('a torn last line waits for its end', async (t) => {
  const { path, news } = await file(t)
  await writeFile(path, 'whole\nhal')
  t.same(await news(), ['whole'])
  await appendFile(path, 'f 患者\n')
  t.same(await news(), ['half 患者'])
})

t.test('when the file is rotated, the rest of the old one comes before the new one', async (t) => {
  const { path, news } = await file(t)
  await writeFile(path, '1\n2\n')
  await news()
  await appendFile(path, '3\n')
  await rename(path, `${path}.0`)
  await writeFile(path, '4\n')
  t.same(await news(), ['3', '4'])
  await appendFile(path, '5\n')
  t.same(await news(), ['5'])
})

t.test('a rotated file that nobody kept costs only what was in it', async (t) => {
  const { path, news } = await file(t)
  await writeFile(path, '1\n')
  await news()
  await writeFile(`${path}.new`, '2\n')
  await rm(path)
  t.same(await news(), [])
  await rename(`${path}.new`, path)
  t.same(await news(), ['2'])
})

t.test('a file that was emptied in place is read from its beginning', async (t) => {
  const { path, news } = await file(t)
  await writeFile(path, 'a long line\nand another\n')
  await news()
  await truncate(path, 0)
  await appendFile(path, 'new\n')
  t.same(await news(), ['new'])
})

t.test('ten thousand lines, and one longer than any row may be, are read to the end', async (t) => {
  const { path, news } = await file(t)
  const rows = Array.from({ length: 10_000 }, (_, i) => `{"n":${i},"pad":"${'x'.repeat(60)}"}`)
  await writeFile(path, `${rows.join('\n')}\n${'y'.repeat(3_000_000)}\nlast\n`)
  const found = await news()
  t.same(found.slice(0, 10_000), rows)
  t.equal(found.at(-1), 'last')
})
