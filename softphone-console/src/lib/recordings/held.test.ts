import t from 'tap'
import type { RecordingView } from '../wire.ts'
import { withNews } from './held.ts'

const recording = (but: Partial<RecordingView> = {}): RecordingView => ({
  recordingId: 'r1',
  kind: 'call',
  callId: 'c1',
  state: 'filing',
  ms: null,
  talkMs: null,
  findings: [],
  startedAt: '2026-01-05T12:00:00Z',
  filedAt: null,
  mayListen: true,
  ...but,
})

t.test('who may listen goes on listening when the recording is filed, or somebody listens', async (t) => {
  const { recordings, isNew } = withNews([recording()], recording({ state: 'filed', ms: 9_000, mayListen: false }))
  t.match(recordings, [{ state: 'filed', ms: 9_000, mayListen: true }])
  t.equal(isNew, false)
})

t.test('a recording not seen before is shown, and read to know who may listen', async (t) => {
  const { recordings, isNew } = withNews([recording()], recording({ recordingId: 'r2', mayListen: false }))
  t.equal(recordings.length, 2)
  t.equal(isNew, true)
})
