import fc from 'fast-check'
import t from 'tap'
import { check, isGap, type Kept } from './check.ts'
import type { Voice } from './voice.ts'

const noon = Date.parse('2026-11-21T04:00:00Z')
const after = (s: number) => noon + 1_000 * s

/** An agent's leg of ten seconds, all of it talk, recorded for `s` seconds up to its end. */
function leg(s: number | undefined, but: Partial<Kept> & { talk?: Voice['talk'] } = {}): Kept {
  const { talk = [{ from: noon, to: after(10) }], ...rest } = but
  return {
    voice: { uniqueid: '1700000000.2', side: 'agent', startedAt: noon, endedAt: after(10), talk },
    ...(s !== undefined && { file: { path: 'x', dataAt: 44, samples: s * 8_000, writtenAt: after(10), torn: false } }),
    loudest: 9_000,
    ...rest,
  }
}
const kinds = (...voices: Kept[]) => check(voices).map(({ kind }) => kind)

t.test('a voice recorded for all of its talk time is in order', async (t) => {
  t.same(kinds(leg(10)), [])
  t.same(kinds(leg(9.1)), [], 'within a second')
})

t.test('over a second of talk without its voice is short', async (t) => {
  t.match(check([leg(8.5)]), [{ kind: 'short', talkMs: 10_000, recordedMs: 8_500, side: 'agent' }])
})

t.test('talk with no file, or a file with only a header, is missing', async (t) => {
  t.match(check([leg(undefined)]), [{ kind: 'missing', talkMs: 10_000, recordedMs: 0 }])
  t.same(kinds(leg(0)), ['missing'])
})

t.test('a leg that never talked owes no recording', async (t) => {
  t.same(kinds(leg(undefined, { talk: [] })), [])
  t.same(kinds(leg(undefined, { talk: [{ from: noon, to: after(0.6) }] })), [], 'nor does half a second')
})

t.test('a long wait in the queue does not make up for talk that was not recorded', async (t) => {
  // five minutes waited and recorded, then ten seconds of talk the recorder did not live to hear
  const caller = leg(300, { talk: [{ from: after(300), to: after(310) }] })
  caller.voice.endedAt = after(310)
  if (caller.file) caller.file.writtenAt = after(300)
  t.match(check([caller]), [{ kind: 'short', talkMs: 10_000, recordedMs: 0 }])
})

t.test('a voice that is nothing but zeros for all of its talk is a recorder gone deaf', async (t) => {
  t.same(kinds(leg(10, { loudest: 0 })), ['deaf'])
  t.same(kinds(leg(10, { loudest: 3 })), [], 'a quiet room is not')
})

t.test('longer than its leg lived cannot be', async (t) => {
  t.same(kinds(leg(12)), ['long'])
})

t.test('a torn file is told, and is no gap by itself', async (t) => {
  const torn = leg(10)
  if (torn.file) torn.file.torn = true
  const [finding] = check([torn])
  t.equal(finding?.kind, 'torn')
  t.notOk(finding && isGap(finding))
})

t.test('whatever the lengths, over a second apart is always found and within a second never', async (t) => {
  fc.assert(
    fc.property(fc.nat(10_000), (ms) => {
      const gap = kinds(leg(ms / 1_000)).some((kind) => kind === 'short' || kind === 'missing')
      return gap === 10_000 - Math.round((ms / 1_000) * 8_000) / 8 > 1_000
    }),
  )
  t.pass()
})
