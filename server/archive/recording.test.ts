import fc from 'fast-check'
import t from 'tap'
import type { SpoolFile } from '../../recordings/index.ts'
import {
  backOffMs,
  type CallToFile,
  eventOf,
  findingsOf,
  GRACE_MS,
  isIncompleteKept,
  isRipe,
  laterGaps,
  lateVoices,
  outcomeOf,
  type Recording,
  readRange,
  revisionAfter,
  talkMsOf,
  voicesOf,
  whyOf,
} from './recording.ts'

const noon = new Date('2026-11-21T04:00:00Z')
const after = (s: number) => new Date(noon.getTime() + 1_000 * s)
const CALL = '0b8f2c1e-1111-4222-8333-444455556666'

const aCall = (but: Partial<CallToFile> = {}): CallToFile => ({
  callId: CALL,
  ended: true,
  outcome: 'answered',
  endedAt: after(10),
  unrecordedWhy: null,
  legs: [
    { uniqueid: '1.1', side: 'caller', startedAt: noon, endedAt: after(10), talk: [{ from: after(4), to: after(10) }] },
    { uniqueid: '1.2', side: 'agent', startedAt: after(3), endedAt: null, talk: [{ from: after(4), to: null }] },
  ],
  ...but,
})
const aFile = (but: Partial<SpoolFile> = {}): SpoolFile => ({
  callId: CALL,
  side: 'caller',
  uniqueid: '1.1',
  path: 'x',
  bytes: 160_044,
  writtenAt: after(10).getTime(),
  live: false,
  ...but,
})
const both = [aFile(), aFile({ side: 'agent', uniqueid: '1.2' })]
const aRecording = (but: Partial<Recording> = {}): Recording => ({
  recordingId: 'r',
  callId: CALL,
  kind: 'call',
  state: 'filed',
  vaultKey: null,
  sha256: null,
  bytes: null,
  ms: null,
  talkMs: null,
  findings: [],
  startedAt: noon,
  filedAt: null,
  version: 1,
  ...but,
})

t.test('a talk whose end was never heard ended with its leg, or with the call', async (t) => {
  t.match(voicesOf('call', aCall(), []), [
    { uniqueid: '1.1', side: 'caller', talk: [{ from: after(4).getTime(), to: after(10).getTime() }] },
    { uniqueid: '1.2', side: 'agent', talk: [{ from: after(4).getTime(), to: after(10).getTime() }] },
  ])
  t.equal(talkMsOf(aCall()), 6_000)
})

t.test('two agents at once talk no longer than the caller hears them', async (t) => {
  const agent = (uniqueid: string, from: number, to: number) => ({
    uniqueid,
    side: 'agent' as const,
    startedAt: noon,
    endedAt: after(to),
    talk: [{ from: after(from), to: after(to) }],
  })
  t.equal(talkMsOf(aCall({ legs: [agent('a', 0, 6), agent('b', 4, 10)] })), 10_000)
})

t.test('talk that ends before it begins, or lasts for years, is none', async (t) => {
  const set = (from: Date, to: Date) => ({ uniqueid: '1.2', side: 'agent' as const, startedAt: from, endedAt: to })
  const back = { ...set(noon, new Date(0)), talk: [{ from: noon, to: new Date(0) }] }
  t.equal(talkMsOf(aCall({ legs: [back] })), 0)
  t.match(voicesOf('call', aCall({ legs: [back] }), []), [{ talk: [] }])
  const on = { ...set(new Date(0), noon), talk: [{ from: new Date(0), to: noon }] }
  t.equal(talkMsOf(aCall({ legs: [on] })), null)
})

t.test('sound of a leg nobody told us of is kept all the same', async (t) => {
  const voices = voicesOf('call', aCall(), [...both, aFile({ side: 'agent', uniqueid: '1.9' })])
  t.same(
    voices.map(({ uniqueid }) => uniqueid),
    ['1.1', '1.2', '1.9'],
  )
})

t.test("a message left is the caller's alone", async (t) => {
  const files = [aFile(), aFile({ side: 'voicemail' })]
  t.match(voicesOf('voicemail', aCall(), files), [{ side: 'voicemail', talk: [] }])
  t.notOk(voicesOf('call', aCall(), files).some(({ side }) => side === 'voicemail'))
})

t.test('a call is filed as soon as every voice that talked lies finished in the spool', async (t) => {
  const voices = voicesOf('call', aCall(), [])
  const soon = { endedAt: after(10), now: after(10.3) }
  t.ok(isRipe(voices, both, soon))
  t.notOk(isRipe(voices, both.slice(0, 1), soon), 'one is still on its way')
  t.notOk(isRipe(voices, [...both, aFile({ uniqueid: '1.3', live: true })], soon), 'one is still being written')
  t.notOk(isRipe(voices, [], soon))
  t.ok(isRipe(voices, [], { endedAt: after(10), now: new Date(after(10).getTime() + GRACE_MS) }), 'it had its time')
})

t.test('every voice leaves a line of what was kept of it', async (t) => {
  const voices = voicesOf('call', aCall(), both)
  const short = { kind: 'short' as const, side: 'agent' as const, uniqueid: '1.2', talkMs: 6_000, recordedMs: 2_000 }
  t.same(findingsOf(voices, both, [short]), [
    short,
    { kind: 'kept', side: 'caller', uniqueid: '1.1', talkMs: 6_000, recordedMs: 6_000 },
  ])
})

t.test('what could be filed with a gap is short, and without any sound missing', async (t) => {
  const filed = {
    filed: true as const,
    key: 'k',
    sha256: '',
    bytes: 0,
    ms: 0,
    startedAt: 0,
    peaks: Buffer.alloc(0),
    findings: [],
  }
  t.equal(outcomeOf(filed, false), 'filed')
  t.equal(outcomeOf(filed, true), 'short')
  t.equal(outcomeOf({ filed: false, findings: [] }, true), 'missing')
})

t.test('why sound is lost is told in codes, never in words a caller said', async (t) => {
  const lost = { kind: 'missing' as const, side: 'agent' as const, uniqueid: '1.2', talkMs: 6_000, recordedMs: 0 }
  t.equal(whyOf([lost, { ...lost, uniqueid: '1.3' }], null), 'missing:agent')
  t.equal(whyOf([], 'no-file'), 'unrecorded:no-file')
  t.equal(whyOf([], '$(reboot)\n'), 'unrecorded:reboot')
  t.match(eventOf(aRecording({ state: 'missing', findings: [lost] }), null, noon), {
    type: 'recording.missing',
    why: 'missing:agent',
  })
  t.match(eventOf(aRecording({ ms: 6_400, bytes: 9 }), null, noon), { type: 'recording.filed', ms: 6_400, bytes: 9 })
})

t.test('a voice that comes after its recording was called short makes it worth filing again', async (t) => {
  const findings = [
    { kind: 'kept' as const, side: 'caller' as const, uniqueid: '1.1', talkMs: 1, recordedMs: 1 },
    { kind: 'missing' as const, side: 'agent' as const, uniqueid: '1.2', talkMs: 1, recordedMs: 0 },
  ]
  t.same(
    lateVoices({ state: 'short', findings }, both).map(({ uniqueid }) => uniqueid),
    ['1.2'],
  )
  t.same(
    lateVoices({ state: 'short', findings }, [aFile({ side: 'agent', uniqueid: '1.2', bytes: 44 })]),
    [],
    'nothing in it',
  )
  t.same(lateVoices({ state: 'filed', findings }, both), [], 'nothing was lost')
})

t.test('talk heard of only after filing is a gap, once', async (t) => {
  const findings = [
    { kind: 'kept' as const, side: 'agent' as const, uniqueid: '1.2', talkMs: 6_000, recordedMs: 6_000 },
  ]
  const grown = [{ uniqueid: '1.2', side: 'agent' as const, talkMs: 9_000 }]
  const gaps = laterGaps(findings, grown, 1_000)
  t.match(gaps, [{ kind: 'short', talkMs: 9_000, recordedMs: 6_000 }])
  t.same(laterGaps(gaps, grown, 1_000), [], 'told already')
  t.match(laterGaps(findings, [{ uniqueid: '1.3', side: 'agent', talkMs: 5_000 }], 1_000), [{ kind: 'missing' }])
  t.same(laterGaps(findings, [{ uniqueid: '1.2', side: 'agent', talkMs: 6_900 }], 1_000), [])
})

t.test('voices of a recording that lost sound wait an hour for the rest', async (t) => {
  const short = { state: 'short' as const, filedAt: noon }
  t.ok(isIncompleteKept(short, after(3_599).getTime()))
  t.notOk(isIncompleteKept(short, after(3_601).getTime()))
  t.notOk(isIncompleteKept({ state: 'filed', filedAt: noon }, noon.getTime()))
})

t.test('a recording filed again has another name in the vault', async (t) => {
  t.equal(revisionAfter(null), 1)
  t.equal(revisionAfter(`call/2026/11/21/${CALL}-1.wav`), 2)
})

t.test('a vault that fails is left alone for longer each time, half a minute at most', async (t) => {
  t.same(
    [1, 2, 3].map((n) => backOffMs(n, 1)),
    [1_000, 2_000, 4_000],
  )
  t.equal(backOffMs(1_000, 1), 30_000)
  t.equal(backOffMs(1_000, 0), 15_000)
})

t.test('a player may ask for a piece, from anywhere to anywhere', async (t) => {
  t.same(readRange('bytes=0-99', 1_000), { from: 0, to: 99 })
  t.same(readRange('bytes=500-', 1_000), { from: 500, to: 999 })
  t.same(readRange('bytes=-100', 1_000), { from: 900, to: 999 })
  t.same(readRange('bytes=-5000', 1_000), { from: 0, to: 999 })
  t.same(readRange('bytes=900-5000', 1_000), { from: 900, to: 999 })
  t.equal(readRange('bytes=1000-', 1_000), 'unsatisfiable')
  t.equal(readRange('bytes=-0', 1_000), 'unsatisfiable')
  for (const odd of [undefined, '', 'bytes=', 'bytes=-', 'bytes=9-5', 'bytes=0-1,5-6', 'pages=1-2', 'bytes=a-b']) {
    t.equal(readRange(odd, 1_000), 'none', `${odd} asks for the whole`)
  }
})

t.test('whatever a Range header says, it never leads out of the recording', async (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,20}-\d{0,20}$/)),
      fc.nat(100_000),
      (header, bytes) => {
        const range = readRange(header, bytes)
        return typeof range === 'string' || (range.from >= 0 && range.from <= range.to && range.to < bytes)
      },
    ),
  )
  t.pass()
})
