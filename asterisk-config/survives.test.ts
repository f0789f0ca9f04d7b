/** Asterisk is killed: what was said is written down, and who was signed in still is. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startAsterisk } from '../scripts/asterisk/index.ts'
import { secondsOf } from '../scripts/lab/sound/measuring.ts'
import { arrived, cel, lab, until } from './test-lab.ts'

t.setTimeout(120_000)
// each has its own phone system and mostly waits
t.jobs = 3

const [WARD, AGENT] = [1000, 440]

t.test(
  'killed in mid-call, Asterisk has written what it said; agents and queues stand again at once',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const ari = async (path: string, method: string, fields?: Record<string, string>) => {
      const response = await fetch(`http://127.0.0.1:${desk.settings.pbx.httpPort}/ari${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`desk:${desk.settings.secrets.ari}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(fields
          ? {
              body: JSON.stringify({
                fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })),
              }),
            }
          : {}),
      })
      return response.status
    }
    const push = '/asterisk/config/dynamic/res_pjsip'
    await ari(`${push}/auth/b2001`, 'PUT', { auth_type: 'digest', username: 'b2001', password: 'once' })
    await ari(`${push}/aor/b2001`, 'PUT', { max_contacts: '1', remove_existing: 'yes', qualify_frequency: '5' })
    const endpoint = {
      auth: 'b2001',
      aors: 'b2001',
      context: 'from-desk',
      disallow: 'all',
      allow: 'ulaw',
      rtp_timeout: '5',
    }
    t.equal(await ari(`${push}/endpoint/b2001`, 'PUT', endpoint), 200)
    await desk.actor.act({ Action: 'QueueAdd', Queue: 'it', Interface: 'PJSIP/b2001', MemberName: 'b2001' })
    const agent = await desk.phone('b2001', { password: 'once', tone: AGENT })
    await desk.wards.placeCall({ campus: 'old', dialled: '6600', from: '62061', play: WARD, forSeconds: 30 })
    const { Call, ...call } = await arrived(desk, '62061')
    t.match(call, { Dialled: '6600', Line: 'it' }, 'an old number leads to its line and is kept as dialled')
    const talk = await (await agent.nextCall()).until('talking')
    await until('the agent hears the ward', () => talk.sound.hears().includes(WARD))
    await until('the agent has spoken for six seconds', () => talk.spoke > 6)
    desk.pbx.kill()
    const seen = desk.reader.events.filter((event) => event.Event === 'BridgeEnter').map((event) => event.Uniqueid)
    const rows = await cel(desk, Call)
    for (const uniqueid of seen)
      t.ok(
        rows.some((row) => row.eventtype === 'BRIDGE_ENTER' && row.uniqueid === uniqueid),
        `what was heard live of ${uniqueid} is in the record`,
      )
    const live = join(desk.pbx.instance.base, 'spool/live')
    const kept = (await readdir(live)).filter((name) => name.startsWith(Call))
    t.equal(kept.length, 2, 'both voices are still in live/')
    for (const name of kept) t.ok((await stat(join(live, name))).size > 32_000, `${name} holds most of its sound`)
    t.ok((await secondsOf(join(live, kept.find((name) => /_caller_/.test(name)) ?? ''), WARD)) > 3)

    desk.pbx = await startAsterisk(desk.pbx.instance)
    await desk.reconnect()
    t.equal(await agent.register(), 200, 'the signed-in agent registers again without the server')
    const again = await desk.wards.placeCall({
      campus: 'new',
      dialled: '8102',
      from: '62062',
      play: WARD,
      forSeconds: 25,
    })
    const next = await agent.nextCall(20_000)
    await next.until('talking')
    await until('and is rung by the queue', () => next.sound.hears().includes(WARD))
    await next.hangup()
    await again.ended
  },
)

t.test(
  'an Asterisk left behind by an earlier start is found by its pid and ended, or taken over',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const before = desk.pbx.pid
    const adopted = await startAsterisk(desk.pbx.instance, { adopt: true })
    t.equal(adopted.pid, before, 'taken over')
    const fresh = await startAsterisk(desk.pbx.instance)
    t.not(fresh.pid, before, 'ended and started anew')
    desk.pbx = fresh
  },
)
