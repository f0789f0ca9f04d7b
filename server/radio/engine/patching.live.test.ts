/**
 * A caller on a line speaks with an engineer on the air, the agent listening: on a real Asterisk, by what each of them
 * hears.
 */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { type SipCall, SipPhone } from '../../../scripts/lab/phones/sip-phone.ts'
import { until } from '../../../scripts/lab/radio-console.ts'
import { HANDHELD, radioDesk } from '../../test/live/radio-desk.ts'

t.setTimeout(180_000)

const CALLER = 850
const [LOGISTICS, WARD] = ['8001', '62041']
const desk = await radioDesk(t)
const { lab, radio, ann, chief, log, onAir, rest, now } = desk
const agent = await callPhone()
const ward = await SipPhone.open({
  server: { host: lab.settings.pbx.host, port: lab.settings.pbx.sipPort },
  address: '127.0.0.11',
  tone: CALLER,
})
t.teardown(() => ward.close())

/** The agent's own telephone: the account the server pushed, let speak mu-law over UDP instead of WebRTC. */
async function callPhone(): Promise<SipPhone> {
  const { station: radioStation = '', password = '' } = ann.phone.options
  const station = radioStation.replace('r', 'b')
  const { host, httpPort, sipPort } = lab.settings.pbx
  const authorization = `Basic ${Buffer.from(`desk:${lab.secrets.ari}`).toString('base64')}`
  const fields = {
    ...{ auth: station, aors: station, context: 'from-desk', disallow: 'all', allow: 'ulaw' },
    ...{ direct_media: 'no', rtp_symmetric: 'yes', timers: 'no' },
  }
  const ask = (method: string, body?: string) =>
    fetch(`http://${host}:${httpPort}/ari/asterisk/config/dynamic/res_pjsip/endpoint/${station}`, {
      ...{ method, headers: { authorization, 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body }),
    })
  await ask('DELETE')
  const made = await ask(
    'PUT',
    JSON.stringify({ fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })) }),
  )
  if (!made.ok) throw new Error(`the agent has no telephone: ${made.status}`)
  const phone = await SipPhone.open({ server: { host, port: sipPort }, station, password, tone: 0 })
  t.teardown(() => phone.close())
  if ((await phone.register(3_600)) !== 200) throw new Error('the agent’s telephone was not let in')
  await ann.client.post('/api/agent/phone', { phone: 'registered' })
  return phone
}

/** The ward rings the line and is answered. */
async function aCall(): Promise<{ caller: SipCall; taken: SipCall; callId: string }> {
  const since = agent.calls.length
  await ann.client.post('/api/agent/wrap-up', { do: 'end' }).catch(() => undefined)
  await ann.client.post('/api/agent/ready')
  const caller = await ward.call(LOGISTICS, { from: `<sip:${WARD}@127.0.0.11>` })
  caller.sound.tone = 0
  const taken = await until(
    'the agent talks',
    () => agent.calls.slice(since).find(({ state }) => state === 'talking'),
    30_000,
  )
  // The desk hears of it as a console does: a moment later.
  const [{ id: callId } = { id: '' }] = await until(
    'the call is known as the agent’s',
    async () => {
      const rows = await lab.query<{ id: string }>(
        `select a.call_id as id from call_legs a join call_legs c on c.call_id = a.call_id
          where a.side = 'agent' and a.person_id is not null and a.answered_at is not null and a.ended_at is null
            and c.side = 'caller' and c.ended_at is null`,
      )
      return rows.length > 0 ? rows : undefined
    },
    30_000,
  )
  return { caller, taken, callId }
}

const join = (callId: string, port = 'old') =>
  ann.client.post<{ patchId: string }>('/api/radio/patches', { port, callId })
const patchOf = (port: string) => ann.port(port)?.patch ?? null

t.test('a caller and an engineer hear each other, the agent both, and nothing comes round', async (t) => {
  const { caller, taken, callId } = await aCall()
  const { patchId } = await join(callId)
  await ann.shows('old', ({ patch }) => patch?.phoneCallId === callId)
  const since = now()
  t.equal((await log('old', 'keyed', since)).length, 0, 'a caller who says nothing keys nothing')

  caller.sound.tone = CALLER
  const keyed = await radio.until('old', 'keyed', { since })
  await ann.shows('old', ({ talker }) => talker?.kind === 'phone')
  t.equal(ann.port('old')?.talker?.name, WARD, 'and every desk sees who it is')
  await wait(1_200)
  caller.sound.tone = 0
  await radio.until('old', 'unkeyed', { since: keyed.mono })
  t.equal(await onAir('old', keyed.mono), CALLER, 'the engineer hears the caller')

  await rest('old')
  const answered = now()
  const spoken = radio.ask('speak', { port: 'old', unit: '07', tone: HANDHELD })
  await until('the caller hears the engineer', () => caller.sound.hears([HANDHELD, CALLER]).includes(HANDHELD))
  await until('the agent hears the engineer', () => ann.leg('old').sound.hears([HANDHELD]).includes(HANDHELD))
  t.same(taken.sound.hears([HANDHELD]), [], 'by the radio, not a second time by the telephone')

  // what the caller hears comes back on his line
  caller.sound.tone = HANDHELD
  caller.sound.peak = 2_000
  await wait(600)
  await radio.ask('stop', { port: 'old' })
  await spoken
  await wait(300)
  caller.sound.tone = 0
  await wait(1_000)
  t.equal((await log('old', 'keyed', answered)).length, 0, 'an engineer’s own voice is not sent back to him')

  await t.rejects(join(callId), /already_patched/, 'a port is in one patch at most')
  await t.rejects(join(callId, 'new'), /already_patched/, 'and a call too: nothing goes in a circle')
  await t.rejects(ann.client.post('/api/radio/patches', { ports: ['old', 'new'] }), /already_patched/)
  await t.rejects(
    chief.client.post('/api/radio/patches', { port: 'new', callId }),
    /call-not-yours-now/,
    'nobody joins a call he is not in',
  )
  await taken.hangup()
  await until('the agent’s end of the call is the patch’s', () => patchOf('old') === null)
  await until('and it is written down', async () => {
    const rows = await lab.query('select 1 from radio_patches where id = $1 and to_at is not null', [patchId])
    return rows.length > 0
  })
  await caller.until('ended').catch(() => caller.hangup())
  await rest('old', 'new')
})

t.test('a whispering and a shouting caller are about as loud on the air', async (t) => {
  const { caller, taken, callId } = await aCall()
  await join(callId)
  await ann.shows('old', ({ patch }) => patch?.phoneCallId === callId)
  for (const peak of [500, 30_000]) {
    const since = now()
    caller.sound.peak = peak
    caller.sound.tone = CALLER
    const keyed = await radio.until('old', 'keyed', { since })
    await wait(1_500)
    const settled = now() - 1_000
    caller.sound.tone = 0
    await radio.until('old', 'unkeyed', { since: keyed.mono })
    const { db, hertz } = await levelOnAir('old', settled)
    t.ok(Math.abs(hertz - CALLER) < 20)
    t.ok(Math.abs(db + 18) < 5, `said with a peak of ${peak}, it is ${db.toFixed(1)} dB below full scale on the air`)
    await rest('old')
  }
  caller.sound.tone = CALLER
  const keyed = await radio.until('old', 'keyed', { since: now() })
  await wait(300)
  const gone = now()
  await caller.hangup()
  const off = await radio.until('old', 'unkeyed', { since: keyed.mono })
  t.ok(off.mono - gone < 3_000, `unkeyed ${Math.round(off.mono - gone)} ms after the caller hung up while he spoke`)
  await until('he is joined no more', () => patchOf('old') === null)
  await taken.until('ended')
  await rest('old')
})

async function levelOnAir(port: string, since: number): Promise<{ db: number; hertz: number }> {
  const { levelDb, hertz } = await radio.ask('heard', { port, since })
  return { db: levelDb, hertz }
}
