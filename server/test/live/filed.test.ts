/** A whole desk: a ward rings, a desk phone answers, they hang up, and the recording can be heard by those who may. */
import t from 'tap'
import { until } from '../../../asterisk-config/test-lab.ts'
import { channelsOf, heard } from '../../../recordings/test-support.ts'
import { STILL_FROM_S } from '../../../scripts/drill/parts/losses.ts'
import { startTraffic, withSeats } from '../../../scripts/drill/parts/traffic.ts'
import { Client, signedIn } from '../../../scripts/lab/client.ts'
import { startLab } from '../../../scripts/lab/index.ts'
import type { RecordingView } from '../../wire/views.ts'

const [WARD, DESK] = [1_000, 440]

t.test('seconds after a call its recording is heard, caller left and agent right', { timeout: 150_000 }, async (t) => {
  const lab = await startLab({ settings: withSeats(1, { queue: 2 }) })
  t.teardown(() => lab.stop())
  const traffic = await startTraffic(lab, { answering: 1 })
  t.teardown(() => traffic.stop())
  await (await traffic.ring({ forSeconds: 12 })).over
  const hungUpAt = Date.now()

  const auditor = await signedIn(lab, 'auditor')
  const { id: callId } = await until(
    'the call at its end',
    async () =>
      (await lab.query<{ id: string }>(`select id from calls where state = 'ended' and outcome = 'answered'`))[0],
  )
  const still = traffic.machine.stoodStill(0) / 1_000
  const view = await until(
    'the recording filed',
    async () => {
      const { recordings } = await auditor.get<{ recordings: RecordingView[] }>(`/api/calls/${callId}`)
      return recordings.find(({ state }) => state === 'filed' || state === 'short')
    },
    20_000,
  )
  t.comment(`filed ${Date.now() - hungUpAt} ms after the ward hung up`)
  if (still < STILL_FROM_S) t.same(view.findings, [])
  else
    t.ok(
      view.findings.every(({ kind, ms = 0 }) => kind === 'short' && ms <= 1_000 * (1 + still)),
      `nothing is missing but what passed while the machine stood still for ${still} s: ${JSON.stringify(view.findings)}`,
    )
  t.ok(view.talkMs && view.ms && Math.abs(view.ms - view.talkMs) <= 1_000, 'as long as the talk')

  const ask = (client: Client, headers: Record<string, string> = {}) =>
    fetch(`${lab.url}/api/recordings/${view.recordingId}/audio`, { headers: { cookie: client.cookie, ...headers } })
  const whole = Buffer.from(await (await ask(auditor)).arrayBuffer())
  const [left, right] = channelsOf(whole) as [Int16Array, Int16Array]
  const ms = left.length / 8
  t.equal(heard(left, [500, ms - 500], [WARD, DESK]), WARD)
  t.equal(heard(right, [500, ms - 500], [WARD, DESK]), DESK)
  const piece = await ask(auditor, { range: 'bytes=8000-8999' })
  t.equal(piece.status, 206)
  t.ok(Buffer.from(await piece.arrayBuffer()).equals(whole.subarray(8_000, 9_000)))
  t.equal((await lab.query('select * from listenings')).length, 1, 'written down, once')

  t.equal((await ask(await signedIn(lab, 'admin'))).status, 404, 'an administrator may not even know of it')
  t.equal((await ask(new Client(lab.url, ''))).status, 401)
  // the voices of a short one stay, in case the rest turns up
  if (view.state === 'filed')
    await until('an empty spool', async () => /^spool_bytes 0$/m.test(await (await fetch(`${lab.url}/metrics`)).text()))
})
