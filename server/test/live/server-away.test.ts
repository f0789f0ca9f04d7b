/** The server is stopped, wards ring on, desk phones answer. When it is back, all of it is there: tickets and sound. */
import t from 'tap'
import { until } from '../../../asterisk-config/test-lab.ts'
import { channelsOf, heard } from '../../../recordings/test-support.ts'
import { STILL_FROM_S } from '../../../scripts/drill/parts/losses.ts'
import { seat, withSeats } from '../../../scripts/drill/parts/traffic.ts'
import { type Client, signedIn } from '../../../scripts/lab/client.ts'
import { startLab } from '../../../scripts/lab/index.ts'
import { watchMachine } from '../../../scripts/lab/stood-still.ts'
import type { TicketPage, TicketRow } from '../../wire/views.ts'

const DIALLED = { old: '8001 8002 8003 8004 6600'.split(' '), new: '8101 8102 8103 8104 6601'.split(' ') }
/** Each ward and each desk phone says a tone of its own, so that a recording on the wrong ticket is heard to be wrong. */
const CALLS = (['old', 'new'] as const).flatMap((campus, c) =>
  DIALLED[campus].map((dialled, n) => ({ campus, dialled, from: `6204${5 * c + n}`, tone: 1_000 + 130 * (5 * c + n) })),
)
const DESK_TONES = CALLS.map((_, n) => 320 + 60 * n)
const TONES = [...CALLS.map(({ tone }) => tone), ...DESK_TONES]

t.test(
  'with the server stopped five calls of each campus are answered, recorded, and on their tickets when it is back',
  { timeout: 180_000 },
  async (t) => {
    const lab = await startLab({ settings: withSeats(CALLS.length) })
    t.teardown(() => lab.stop())
    const phones = await Promise.all(DESK_TONES.map((tone, n) => seat(lab, n, { tone })))
    t.teardown(() => phones.map((phone) => phone.close()))
    const wards = await lab.wards()
    const machine = await watchMachine()
    t.teardown(() => machine.close())
    const auditor = await signedIn(lab, 'auditor')
    await lab.server.stop()
    await t.rejects(fetch(`${lab.url}/healthz`), 'no server is there')

    const calls = await Promise.all(
      CALLS.map(({ tone, ...call }) => wards.placeCall({ ...call, play: tone, forSeconds: 9 })),
    )
    const ended = await Promise.all(calls.map((call) => call.ended))
    t.same(
      ended.map(({ answered, cause }) => ({ answered, cause })),
      CALLS.map(() => ({ answered: true, cause: 16 })),
    )
    const spoke = phones.map((phone) => phone.calls.filter((call) => call.incoming).length)
    t.same(
      spoke,
      phones.map(() => 1),
      'each phone on the desk has had one',
    )

    // what passed while the machine stood still is kept by no recorder, and the desk says so
    const still = machine.stoodStill(0) / 1_000
    const states = still < STILL_FROM_S ? ['filed'] : ['filed', 'short']

    await lab.server.start()
    await lab.ready()
    const readyAt = Date.now()
    const pages = await until('ten tickets, each with its sound', () => whole(auditor, states), 60_000)
    t.comment(`all there ${Date.now() - readyAt} ms after the desk was ready`)
    t.equal(pages.length, CALLS.length)
    const desks: number[] = []
    for (const { campus, dialled, from, tone } of CALLS) {
      const page = pages.find(({ calls: [call] }) => call?.ani === from)
      const [call] = page?.calls ?? []
      t.match(call, { campus, dialled, state: 'ended', outcome: 'answered', recovered: true }, `${campus} ${dialled}`)
      t.equal(page?.campus, campus)
      const url = `${lab.url}/api/recordings/${call?.recordings[0]?.recordingId}/audio`
      const answer = await fetch(url, { headers: { cookie: auditor.cookie } })
      t.match(answer, { status: 200 })
      const [left, right] = channelsOf(Buffer.from(await answer.arrayBuffer())) as [Int16Array, Int16Array]
      const ms = left.length / 8
      t.ok(ms > 4_000 - 1_000 * still, `a talk of ${ms} ms`)
      t.equal(heard(left, [1_000, ms - 500], TONES), tone, 'this ward is on the left')
      desks.push(heard(right, [1_000, ms - 500], TONES))
    }
    t.same(desks.sort(), [...DESK_TONES].sort(), 'and each desk phone is on the right, on one ticket')
  },
)

/** The tickets' pages, once there are as many as calls and every one's recording has come to one of these states. */
async function whole(client: Client, states: string[]): Promise<TicketPage[] | undefined> {
  const { items } = await client.get<{ items: TicketRow[] }>('/api/tickets?limit=50')
  const pages = await Promise.all(items.map(({ ticketId }) => client.get<TicketPage>(`/api/tickets/${ticketId}`)))
  const mine = pages.filter(({ calls }) => calls.length > 0)
  const isFiled = mine.every(({ calls }) => calls.length === 1 && states.includes(calls[0]?.recordings[0]?.state ?? ''))
  return isFiled && mine.length >= CALLS.length ? mine : undefined
}
