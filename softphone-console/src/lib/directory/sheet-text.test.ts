import t from 'tap'
import { firstLines, readings } from './sheet-text.ts'

const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))))
/** 测试甲 as Chinese Excel writes it. */
const NAME = [0xb2, 0xe2, 0xca, 0xd4, 0xbc, 0xd7]

t.test('a sheet saved by Chinese Excel is read as GB18030, and nothing of it is lost', async (t) => {
  const [guess, ...others] = readings(bytes('staff_code,name\r\nT900,', NAME, '\r\n'))
  t.same(guess, { encoding: 'gb18030', csv: 'staff_code,name\r\nT900,测试甲\r\n' })
  t.same(others, [], 'it can be read in no other way')
  // four bytes: 𠮷, which GBK does not have
  t.equal(readings(bytes([0x95, 0x33, 0xb9, 0x37]))[0]?.csv.normalize('NFC').length, 2)
})

t.test('a sheet that says or shows that it is UTF-8 is read so; the other way can be chosen', async (t) => {
  t.same(readings(bytes([0xef, 0xbb, 0xbf], 'name\n测试')).map(({ encoding }) => encoding)[0], 'utf-8')
  t.equal(readings(bytes([0xef, 0xbb, 0xbf], 'name\n测试'))[0]?.csv, 'name\n测试', 'without its mark')
  t.same(
    readings(bytes('name\n测试')).map(({ encoding }) => encoding),
    ['utf-8', 'gb18030'],
  )
  t.same(readings(bytes([0xff, 0xfe, 0x4b, 0x6d, 0xd5, 0x8b]))[0], { encoding: 'utf-16le', csv: '测试' })
  t.same(readings(bytes([0xfe, 0xff, 0x6d, 0x4b]))[0], { encoding: 'utf-16be', csv: '测' })
})

t.test('what is no text is not read as one', async (t) => {
  t.same(readings(bytes('PK\u0003\u0004', [0, 0, 8, 0, 0xff, 0xff])), [])
  t.same(readings(bytes('a', [0, 0x62, 0])), [])
  t.same(readings(bytes('name\n', [0xb2, 0x0a, 0xff])), [], 'neither UTF-8 nor GB18030')
})

t.test('a person sees the first lines', async (t) => {
  t.same(firstLines('a\r\nb\rc\nd', 3), ['a', 'b', 'c'])
  t.equal(firstLines('x'.repeat(500))[0]?.length, 161)
})
