/**
 * The commissioning run on a real Asterisk. What the gateway wrote down of its transmitter decides; faults are planted in the
 * exchange and in the gateway, and the server is really killed.
 */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { signedIn } from '../../../scripts/lab/client.ts'
import { until } from '../../../scripts/lab/radio-console.ts'
import { radioDesk } from '../../test/live/radio-desk.ts'
import type { CommissioningView } from '../../wire/radio.ts'

t.setTimeout(240_000)

const LAMP_MOST_MS = 3_000
const desk = await radioDesk(t, { DESK_COMMISSION_IDLE_SECONDS: '3' })
const { lab, radio, ann, log, now } = desk
let admin = await signedIn(lab, 'admin')
const [port] = await lab.query<{ id: string }>(
  `update radio_ports set enabled = false, commissioned_at = null where code = 'old' returning id`,
)
const path = `/api/radio/ports/${port?.id}`
await ann.shows('old', ({ enabled }) => !enabled, 20_000)

const asked = () => admin.get<CommissioningView>(`${path}/commission`)
/** Begins a run, with the gateway in its call. */
const begin = () => until('a run begins', () => admin.post(`${path}/commission`).then(() => true, again), 30_000)
const again = (error: Error): false => {
  if (!/gateway-not-up|radio-not-here/.test(error.message)) throw error
  return false
}
const ended = async () =>
  await until(
    'the run has ended',
    async () => {
      const { progress, last } = await asked()
      return progress === null && last?.endedAt ? last : undefined
    },
    40_000,
  )
const phase = (is: string) => until(`the run is ${is}`, async () => (await asked()).progress?.phase === is, 20_000)
const enable = async () => {
  const { items } = await admin.get<{ items: { portId: string; version: number }[] }>('/api/radio/ports')
  const version = items.find(({ portId }) => portId === port?.id)?.version
  return admin.patch(path, { version, enabled: true })
}

/** The exchange itself, past the server: for faults. */
async function exchange(method: string, words: string): Promise<unknown> {
  const { host, httpPort } = lab.settings.pbx
  const authorization = `Basic ${Buffer.from(`desk:${lab.secrets.ari}`).toString('base64')}`
  const answer = await fetch(`http://${host}:${httpPort}/ari/${words}`, { method, headers: { authorization } })
  return answer.status === 204 ? null : answer.json()
}
const half = async (what: 'near' | 'far' | 'voice') =>
  ((await exchange('GET', 'channels')) as { id: string }[]).find(({ id }) => id.startsWith(`radio-old-${what}-`))?.id
const mixing = async () =>
  ((await exchange('GET', 'bridges')) as { id: string }[]).find(({ id }) => id.startsWith('radio-old-mb-'))?.id

t.test('a gateway that is sent packets while nobody speaks fails, and stays switched off', async (t) => {
  await t.rejects(enable(), /port-not-commissioned/)
  await begin()
  // At rest nothing is mixed: with a third in the bridge each is sent silence, and the open gate passes it on.
  const far = await half('far')
  await exchange('POST', `bridges/${await mixing()}/addChannel?channel=${await half('voice')}`)
  await exchange('DELETE', `channels/${far}/mute?direction=out`)
  t.match(await ended(), { passed: false, report: { why: 'sends_in_idle', idle: { passed: false } } })
  await exchange('POST', `channels/${far}/mute?direction=out`)
  await exchange('POST', `bridges/${await mixing()}/removeChannel?channel=${await half('voice')}`)
  await t.rejects(enable(), /port-not-commissioned/)
  const key = ann.press(['old'])
  t.match(await key.answer(), { result: 'denied' }, 'nobody keys it')
  key.letGo()
})

t.test('the server is killed while its test tone is on the air: off within 3 s, and nothing has passed', async (t) => {
  const since = now()
  await begin()
  const { mono } = await radio.until('old', 'keyed', { since, ms: 20_000 })
  const killed = now()
  await lab.server.kill()
  // A machine that stands still tears a carrier in two: what counts is its last end.
  const last = async () => (await log('old', 'unkeyed', mono)).findLast((one) => one.mono > killed)
  await until('it is off the air', last)
  await wait(LAMP_MOST_MS)
  const off = (await last()) ?? { mono: Number.POSITIVE_INFINITY }
  t.ok(off.mono - killed < LAMP_MOST_MS, `off the air ${Math.round(off.mono - killed)} ms after the kill`)
  t.ok(
    (await radio.ask('status', {})).every(({ keyed }) => !keyed),
    'and so it is',
  )
  await lab.server.start()
  await lab.ready()
  admin = await signedIn(lab, 'admin')
  const run = await until(
    'the broken-off run is ended',
    async () => {
      const { last } = await asked()
      return last?.endedAt ? last : undefined
    },
    20_000,
  )
  t.match(run, { passed: false, report: { why: 'interrupted' } })
  await t.rejects(enable(), /port-not-commissioned/)
  t.equal((await log('old', 'keyed', off.mono)).length, 0, 'what was on the air is not taken up again')
})

t.test('an exchange that goes on sending though nobody renews fails it', async (t) => {
  await begin()
  await phase('lapse')
  const near = await half('near')
  for (let second = 0; second < 8; second++) {
    await exchange('POST', `channels/${near}/variable?variable=TIMEOUT(absolute)&value=30`)
    await wait(500)
  }
  t.match(await ended(), { passed: false, report: { why: 'not_unkeyed' } })
  await t.rejects(enable(), /port-not-commissioned/)
  await exchange('DELETE', `channels/${near}`)
  await until('the gateway is off the air', async () => (await radio.ask('status', {})).every((one) => !one.keyed))
})

t.test('what passes may be keyed, until somebody at the gateway saw its lamp stay on', async (t) => {
  await radio.ask('mode', { port: 'old', set: { packetHangMs: 4_000 } })
  const since = now()
  await begin()
  t.match(await ended(), {
    passed: true,
    report: { why: null, idle: { seconds: 3, packets: 0 }, lapse: { packetsAfter: 0, passed: true } },
  })
  await enable()
  await ann.shows('old', ({ enabled, carrier }) => enabled && carrier === 'idle', 20_000)

  const off = await radio.until('old', 'unkeyed', { since })
  const lampMs = off.mono - (off.lastPacket?.mono ?? 0)
  t.ok(lampMs > LAMP_MOST_MS, `its lamp stayed on for ${Math.round(lampMs)} ms without a packet`)
  const told = await admin.post<CommissioningView>(`${path}/commission/witness`, {
    keyedInIdle: false,
    stayedKeyed: lampMs > LAMP_MOST_MS,
  })
  t.match(told.last, { passed: false, report: { why: 'stayed_keyed', witness: { stayedKeyed: true } } })
  await ann.shows('old', ({ enabled }) => !enabled, 20_000)
  const key = ann.press(['old'])
  t.match(await key.answer(), { result: 'denied' })
  key.letGo()
  await t.rejects(enable(), /port-not-commissioned/)
})
