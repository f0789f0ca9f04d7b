/** A whole desk with a radio: an engineer speaks, and what they said is played at once, and again from the vault. */
import t, { type Test } from 'tap'
import { until } from '../../../asterisk-config/test-lab.ts'
import { channelsOf, heard, strength } from '../../../recordings/test-support.ts'
import { signedIn } from '../../../scripts/lab/client.ts'
import { startLab } from '../../../scripts/lab/index.ts'
import type { OverView, PortNow } from '../../wire/radio.ts'
import { watched } from '../radio/burst.ts'

const HANDHELD = 1_500
const TONE_MS = 2_000
const PRE_ROLL_MS = 500

/** When the tone alone is first and last heard, milliseconds from the clip's start; a squelch's noise holds some of it too. */
function heardFrom(channel: Int16Array): { first: number; last: number } {
  const found: number[] = []
  for (let ms = 0; ms * 8 + 320 <= channel.length; ms += 10) {
    const window = channel.subarray(ms * 8, ms * 8 + 320)
    const all = Math.sqrt((2 * window.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0)) / window.length)
    const tone = strength(window, HANDHELD)
    if (tone > 0.02 && tone > 0.8 * all) found.push(ms)
  }
  return { first: found[0] ?? Number.NaN, last: (found.at(-1) ?? Number.NaN) + 40 }
}

t.test(
  'what an engineer says plays from the live file, and from the vault once its piece is cut',
  { timeout: 150_000 },
  async (t) => {
    const lab = await startLab({ radio: {} })
    t.teardown(() => lab.stop())
    const air = await lab.radioClient()
    const supervisor = await signedIn(lab, 'supervisor')
    await until(
      'the old campus recorded',
      async () => {
        const { ports } = await supervisor.get<{ ports: PortNow[] }>('/api/radio')
        const old = ports.find(({ port }) => port === 'old')
        return old?.recording && old.carrier === 'idle'
      },
      30_000,
    )
    const machine = await watched(t)
    const from = Date.now()
    await air.ask('speak', { port: 'old', unit: '07', tone: HANDHELD, forMs: TONE_MS })
    const { still, meanwhile } = machine.since(from)

    const over = await until(
      'the over',
      async () => {
        const { items } = await supervisor.get<{ items: OverView[] }>('/api/radio/overs?port=old')
        return items.find(({ kind, playable, ms }) => kind === 'rx' && playable && (ms ?? 0) > 1_000)
      },
      15_000,
    )
    const ask = (range?: string) =>
      fetch(`${lab.url}/api/radio/overs/${over.overId}/audio`, {
        headers: { cookie: supervisor.cookie, ...(range && { range }) },
      })
    const isRight = async (t: Test, from: string) => {
      const answer = await ask()
      t.equal(answer.status, 200)
      const whole = Buffer.from(await answer.arrayBuffer())
      const [left, right] = channelsOf(whole) as [Int16Array, Int16Array]
      const { first, last } = heardFrom(left)
      t.comment(`${from}: over of ${over.ms} ms, tone from ${first} to ${last} of ${left.length / 8} ms`)
      t.ok(Math.abs(first - PRE_ROLL_MS) <= 150 + still, `the tone begins ${first} ms into the clip${meanwhile}`)
      t.ok(Math.abs(last - first - TONE_MS) <= 150 + still, `and lasts ${last - first} ms${meanwhile}`)
      t.equal(heard(right, [0, right.length / 8], [HANDHELD]), 0, 'nothing was transmitted')
      return whole
    }
    await t.test('at once, from the file that is still written', async (t) => {
      t.match(await lab.query(`select state from recordings where kind = 'radio' and state <> 'recording'`), [])
      await isRight(t, 'live')
    })

    // The gateway's call ends: its recorders close their pieces, as they do each hour.
    await lab.radio.kill()
    const row = await until(
      'the piece in the vault',
      async () =>
        (
          await lab.query<{ vault_key: string }>(
            `select r.vault_key from recordings r join radio_segments s on s.recording_id = r.id
             join radio_overs o on o.port_id = s.port_id where o.id = $1 and r.state = 'filed'`,
            [over.overId],
          )
        )[0],
      60_000,
    )
    await t.test('and from the vault', async (t) => {
      t.match(row.vault_key, /^radio\//)
      const whole = await isRight(t, 'vault')
      const piece = await ask('bytes=8000-8999')
      t.equal(piece.status, 206)
      t.ok(Buffer.from(await piece.arrayBuffer()).equals(whole.subarray(8_000, 9_000)))
      t.ok((await lab.query('select * from listenings')).length >= 1, 'written down')
    })
  },
)
