/** The desk and its gateways, on a real Asterisk: what each gateway wrote down of its transmitter decides. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { until } from '../../../scripts/lab/radio-console.ts'
import { ofEachKind } from '../../../scripts/test/gate.ts'
import { oneBurst, watched } from '../radio/burst.ts'
import { AGENT, CHIEF, HANDHELD, radioDesk } from './radio-desk.ts'

t.setTimeout(300_000)

const desk = await radioDesk(t)
const { lab, radio, ann, chief, log, onAir, profile, rest, settled, now } = desk
const machine = await watched(t)
const LONG_MS = 20_000
/** An order over SIP, Asterisk and a busy machine may take so long more than its timer. */
const SLACK_MS = 400
const TAIL_MS = 120
const HANG_MS = 200

for (const [mode, why, offMs] of ofEachKind([
  ['packet', 'packets', HANG_MS],
  ['vox', 'voice', 500],
  ['dtmf', 'digits', 900],
] as const)) {
  t.test(
    `a gateway keyed by ${mode} is on the air with the agent’s voice, and off it when the key is let go`,
    async (t) => {
      await radio.ask('mode', { port: 'old', set: { mode } })
      await profile('old', { pttMode: mode })
      const down = Date.now()
      const key = ann.press(['old'])
      t.match(await key.answer(), { result: 'granted', port: 'old' })
      const keyed = await radio.until('old', 'keyed', { since: key.at })
      t.equal(keyed.why, why)
      await wait(1_200)
      const [released, at] = [now(), Date.now()]
      key.letGo()
      const off = await radio.until('old', 'unkeyed', { since: released, ms: LONG_MS })
      const { still, meanwhile } = machine.since(at)
      const early = (await log('old', 'unkeyed', keyed.mono)).filter(({ mono }) => mono < released).length
      t.ok(early <= Math.floor(machine.since(down).still / HANG_MS), `${early} times off it while the key was down`)
      t.ok(
        off.mono - released < TAIL_MS + offMs + SLACK_MS + still,
        `unkeyed ${Math.round(off.mono - released)} ms after the release${meanwhile}`,
      )
      t.equal(await onAir('old', keyed.mono), AGENT)
      await rest('old')
      t.equal((await log('old', 'keyed', off.mono)).length, 0, 'and stays off')
      t.equal((await log('new', 'keyed', key.at)).length, 0, 'nobody else was keyed')
    },
  )
}

t.test('a supervisor takes the floor from an agent, and the carrier does not drop', async (t) => {
  await radio.ask('mode', { port: 'old', set: { mode: 'packet' } })
  await profile('old', { pttMode: 'packet' })
  const key = ann.press(['old'])
  const { mono } = await radio.until('old', 'keyed', { since: key.at })
  const from = Date.now()
  await wait(600)
  const denied = now()
  const over = chief.press(['old'])
  t.match(await over.answer(), { result: 'granted' })
  t.match(await key.answer(({ result }) => result === 'revoked'), { why: 'priority' })
  await wait(1_200)
  t.equal(await onAir('old', denied + 300), CHIEF)
  const { still, meanwhile } = machine.since(from)
  const drops = (await log('old', 'unkeyed', mono)).length
  t.ok(drops <= Math.floor(still / HANG_MS), `the carrier dropped ${drops} times${meanwhile}`)
  const late = ann.press(['old'])
  t.match(await late.answer(), { result: 'denied', why: 'busy' }, 'an agent does not take it back')
  late.letGo()
  key.letGo()
  over.letGo()
  await rest('old')
})

t.test('who speaks too long is cut off, and must let go before speaking again', async (t) => {
  await profile('old', { totS: 2, totPenaltyS: 1 })
  const key = ann.press(['old'])
  const { mono } = await radio.until('old', 'keyed', { since: key.at })
  const from = Date.now()
  const off = await radio.until('old', 'unkeyed', { since: mono, ms: LONG_MS })
  const { still, meanwhile } = machine.since(from)
  t.ok(off.keyedMs < 2_000 + TAIL_MS + HANG_MS + SLACK_MS + still, `on the air for ${off.keyedMs} ms${meanwhile}`)
  t.match(await key.answer(({ result }) => result === 'revoked'), { why: 'time_out' })
  await wait(500)
  const again = ann.press(['old'])
  t.match(await again.answer(), { result: 'denied', why: 'tot_lock' }, 'the foot is still on the pedal')
  again.letGo()
  key.letGo()
  await ann.shows('old', ({ carrier }) => carrier === 'idle', LONG_MS)
  const later = ann.press(['old'])
  t.match(await later.answer(), { result: 'granted' }, 'let go, and the penalty over')
  await wait(300)
  later.letGo()
  await rest('old')
  await profile('old', { totS: 60 })
})

t.test('an agent may speak over a handheld, and both overs say so', async (t) => {
  const spoken = radio.ask('speak', { port: 'old', unit: '07', tone: HANDHELD })
  await ann.shows('old', ({ carrier }) => carrier === 'rx', LONG_MS)
  const busy = ann.press(['old'])
  t.match(await busy.answer(), { result: 'denied', why: 'busy' })
  busy.letGo()
  const key = ann.press(['old'], { override: true })
  t.match(await key.answer(), { result: 'granted', overlap: true })
  await wait(700)
  key.letGo()
  await radio.ask('stop', { port: 'old' })
  await spoken
  await rest('old')
  const rows = await until('both overs are written', async () => {
    const found = await lab.query<{ kind: string; overlap: boolean }>(
      `select kind, overlap from radio_overs where to_at is not null and overlap order by kind`,
    )
    return found.length >= 2 ? found : undefined
  })
  t.same(
    rows.map(({ kind }) => kind),
    ['rx', 'tx'],
  )
})

t.test(
  'two campuses patched: an engineer of one is heard on the air of the other, and no echo comes round',
  async (t) => {
    const { patchId } = await ann.client.post<{ patchId: string }>('/api/radio/patches', { ports: ['old', 'new'] })
    const since = now()
    await radio.ask('speak', { port: 'old', unit: '07', tone: HANDHELD, forMs: 1_500 })
    const relayed = await radio.until('new', 'keyed', { since })
    await radio.until('new', 'unkeyed', { since: relayed.mono })
    t.equal(await onAir('new', since), HANDHELD)
    t.equal((await log('old', 'keyed', since)).length, 0, 'not sent back to where it came from')
    await rest('old', 'new')

    for (const port of ['old', 'new'])
      await radio.ask('mode', { port, set: { echoMs: 180, deafOnTx: false, ident: 'none' } })
    const [burst, from] = [now(), Date.now()]
    await radio.ask('speak', { port: 'old', unit: '07', tone: HANDHELD, forMs: 400 })
    await wait(4_000)
    // A relay that stood still for longer than the gateway's own hang keys it anew: that is no echo.
    const { still, meanwhile } = machine.since(from)
    const relays = (await log('new', 'keyed', burst)).length
    t.ok(relays >= 1 && relays <= 1 + Math.floor(still / HANG_MS), `relayed ${relays} time(s)${meanwhile}`)
    t.equal((await log('old', 'keyed', burst)).length, 0, 'and never repeated')
    for (const port of ['old', 'new'])
      await radio.ask('mode', { port, set: { echoMs: 0, deafOnTx: true, ident: port === 'old' ? 'dtmf' : 'mdc1200' } })
    const { status } = await fetch(`${lab.url}/api/radio/patches/${patchId}`, {
      method: 'DELETE',
      headers: { cookie: ann.client.cookie, origin: lab.url },
    })
    t.equal(status, 200)
    await rest('old', 'new')
  },
)

for (const [port, unit, scheme, ident, idScheme] of ofEachKind([
  ['old', '07', 'touch tones', 'dtmf', 'dtmf'],
  ['new', '08', 'MDC-1200', 'mdc1200', 'mdc1200'],
  ['new', '08', 'five tones', 'zvei1', '5tone'],
] as const)) {
  t.test(
    `an emergency by ${scheme} opens a ticket and stays until one acknowledges it and another clears it`,
    async (t) => {
      await radio.ask('mode', { port, set: { ident } })
      await profile(port, { idScheme })
      const raised = () => ann.emergencies.find((one) => one.port === port)
      const isShown = () => until('the emergency is shown', raised, LONG_MS)
      await oneBurst(
        t,
        machine,
        'one press of the button, once sent',
        () => radio.ask('emergency', { port, unit }),
        () =>
          isShown().then(
            () => ({ is: true }),
            () => ({ is: false }),
          ),
      )
      const one = await isShown()
      await wait(3_000)
      t.match(raised(), { unit, ackedAt: null }, 'it is latched: silence does not end it')
      if (port === 'old') t.ok(chief.emergencies.length > 0, 'every desk shows it')
      const [ticket] = await until('its ticket is there', async () => {
        const rows = await lab.query<{ source: string }>(
          'select t.source from radio_emergencies e join tickets t on t.id = e.ticket_id where e.id = $1',
          [one.emergencyId],
        )
        return rows.length > 0 ? rows : undefined
      })
      t.equal(ticket?.source, 'radio')
      const path = `/api/radio/emergencies/${one.emergencyId}`
      await t.rejects(chief.client.post(`${path}/clear`, { reason: '已到场' }), /not-acknowledged/)
      await ann.client.post(`${path}/acknowledge`)
      await t.rejects(ann.client.post(`${path}/clear`, { reason: '已到场' }), /403/, 'an agent does not clear it')
      await chief.client.post(`${path}/clear`, { reason: '已到场' })
      await until('no desk shows it any more', () => !raised())
      await rest(port)
    },
  )
}

t.test('a gateway that hangs up or loses its power is called again by itself, never keyed meanwhile', async (t) => {
  const since = now()
  await radio.ask('hangup', { port: 'old' })
  await radio.until('old', 'call', { since, ms: LONG_MS, is: ({ on }) => on })
  await settled('old')
  await radio.ask('kill', { port: 'old' })
  await ann.shows('old', ({ gateway, carrier }) => gateway.state === 'lost' && carrier === 'offline', LONG_MS)
  const refused = ann.press(['old'])
  t.match(await refused.answer(), { result: 'denied', why: 'offline' })
  refused.letGo()
  const revived = now()
  await radio.ask('revive', { port: 'old' })
  // The next qualify, an attempt already under way, the longest pause between two: one after the other at worst.
  await radio.until('old', 'call', { since: revived, ms: 45_000, is: ({ on }) => on })
  await settled('old')
  t.same(await log('old', 'keyed', since), [])
  const key = ann.press(['old'])
  t.match(await key.answer(), { result: 'granted' })
  await radio.until('old', 'keyed', { since: key.at, ms: LONG_MS })
  key.letGo()
  await rest('old')
})
