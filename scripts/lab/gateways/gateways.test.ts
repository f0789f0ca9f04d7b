import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { anyFreePort } from '../../parts/ports.ts'
import { type SipCall, SipPhone } from '../phones/sip-phone.ts'
import { tonesIn } from '../sound/measuring.ts'
import { monoMs } from '../sound/rtp.ts'
import { RadioClient } from './client.ts'
import type { LogEntry } from './keyed-log.ts'
import type { GatewayProfile } from './profile.ts'
import { startGateways } from './start.ts'
import { socketIn } from './words.ts'

const ADDRESS = '127.0.0.13'
/** Longer than a real gateway's, so that a busy machine's late packets are no end of the over. */
const HANG_MS = 700

/** A running gateway of its own process, and an exchange's end of its call. */
async function aGateway(t: Test, profile: Partial<GatewayProfile> = {}) {
  const varDir = mkdtempSync(join(tmpdir(), 'radio-sim-'))
  t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
  const sipPort = await anyFreePort(ADDRESS, 'udp')
  const one = { port: 'old', address: ADDRESS, sipPort, password: 'x', profile: { packetHangMs: HANG_MS, ...profile } }
  const running = await startGateways({ varDir, pbx: { host: '127.0.0.1', port: 9 }, gateways: [one] })
  t.teardown(() => running.stop())
  const client = await RadioClient.open(socketIn(varDir))
  t.teardown(() => client.close())
  const phone = await SipPhone.open({ server: { host: ADDRESS, port: sipPort }, station: 'exchange', tone: 700 })
  t.teardown(() => phone.close())
  const dial = async (): Promise<SipCall> => {
    const call = await phone.call('radio')
    call.sound.mute = true
    return call.until('talking')
  }
  return { varDir, client, phone, dial, pid: running.pid }
}
const until = async (what: () => boolean | Promise<boolean>, ms = 5_000) => {
  for (const end = Date.now() + ms; !(await what()); await pause(10))
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
}
/** A machine too busy to run the gateway for a while is told too; it is no fault of the gateway. */
const types = (log: LogEntry[]) => log.map(({ type }) => type).filter((type) => type !== 'stalled')

t.test('a gateway is keyed while packets come and says so itself, with what went on the air', async (t) => {
  const { varDir, client, dial } = await aGateway(t)
  const call = await dial()
  await pause(300)
  t.notOk(types(await client.ask('log', {})).includes('keyed'), 'a call without packets keys nobody')

  const since = monoMs()
  call.sound.mute = false
  await client.until('old', 'keyed', { since })
  await until(async () => ((await client.ask('status', {}))[0]?.packets ?? 0) >= 40)
  call.sound.mute = true
  const { packets, keyedMs, lastPacket, lost, mono } = await client.until('old', 'unkeyed', { since })
  t.ok(packets >= 40, `${packets} packets in ${keyedMs} ms`)
  t.equal(lost, 0)
  t.equal(Math.round(mono - (lastPacket?.mono ?? 0)), HANG_MS, 'unkeyed so long after the last packet as it is set to')

  const heard = await client.ask('heard', { port: 'old', since })
  t.match(heard, { hertz: 700 })
  t.ok(heard.share > 0.9 && heard.airMs >= 500, `${heard.share} of it is that tone`)
  const wav = readFileSync(heard.wav)
  const sound = Float32Array.from({ length: (wav.length - 44) / 2 }, (_, i) => wav.readInt16LE(44 + 2 * i) / 32_768)
  t.same(tonesIn(sound, [440, 700, 1_500]), [700], 'the file holds the sound')
  const file = readFileSync(join(varDir, 'radio-sim/old.jsonl'), 'utf8').trim().split('\n')
  t.same(types(file.map((line) => JSON.parse(line))), ['power', 'call', 'keyed', 'unkeyed'])
})

t.test('an engineer is heard while the key of the handheld is held, and the squelch ends the packets', async (t) => {
  const { client, dial } = await aGateway(t, { ident: 'none', hangMs: 100 })
  const call = await dial()
  const said = client.ask('speak', { port: 'old', unit: '07', tone: 1_500, forMs: 1_000 })
  await until(() => call.sound.hears()[0] === 1_500)
  const [, over] = await said
  t.match(over, { type: 'over', on: false, unit: '07' })
  t.ok(over?.type === 'over' && over.packets >= 40 && over.packets <= 50, 'the squelch opens within 40 ms')
  await pause(300)
  const heard = call.sound.packetsHeard
  await pause(300)
  t.equal(call.sound.packetsHeard, heard, 'not a packet more')
  await t.rejects(client.ask('speak', { port: 'west', unit: '07', tone: 1 }), /no such port: west/)
})

t.test('a gateway without power says nothing, and comes back without a call', async (t) => {
  const { client, dial } = await aGateway(t)
  const call = await dial()
  call.sound.mute = false
  await client.until('old', 'keyed')
  await client.ask('kill', { port: 'old' })
  t.match(await client.until('old', 'unkeyed'), { why: 'power_lost' })
  await client.ask('revive', { port: 'old' })
  t.match(await client.ask('status', {}), [{ on: true, inCall: false, keyed: false }])
  call.end('no answer any more')
  const again = await dial()
  again.sound.mute = false
  await client.until('old', 'keyed', { is: ({ n }) => n === 2 })
  await again.hangup()
  t.match(await client.until('old', 'unkeyed', { is: ({ n }) => n === 2 }), { why: 'call_ended' })
})

t.test('a gateway with VOX is not keyed by silence, and one with digits by nothing else', async (t) => {
  const { client, dial } = await aGateway(t, { mode: 'vox' })
  const call = await dial()
  call.sound.tone = 0
  call.sound.mute = false
  await until(async () => ((await client.ask('status', {}))[0]?.packets ?? 0) > 10)
  t.match(await client.ask('status', {}), [{ keyed: false }], 'packets of silence')
  const since = monoMs()
  call.sound.tone = 700
  await client.until('old', 'keyed', { since })
  call.sound.tone = 0
  const { keyedMs } = await client.until('old', 'unkeyed', { since })
  t.ok(keyedMs >= 460, `lets go half a second after the voice: ${keyedMs} ms`)

  await client.ask('mode', { port: 'old', set: { mode: 'dtmf' } })
  call.sound.tone = 700
  await pause(200)
  t.match(await client.ask('status', {}), [{ keyed: false }], 'a voice without its digits')
  for (const key of '*1') call.press(key)
  t.match(await client.until('old', 'keyed', { since: monoMs() - 100 }), { why: 'digits' })
  for (const key of '*0') call.press(key)
  t.match(await client.until('old', 'unkeyed', { is: ({ why }) => why === 'digits' }), { why: 'digits' })
  await t.rejects(client.ask('mode', { port: 'old', set: { mode: 'constant' as 'vox' } }), /mode: constant/)
})

t.test('what is transmitted comes back where a gateway echoes, and once more only if it is sent again', async (t) => {
  const { client, dial } = await aGateway(t, { echoMs: 180, deafOnTx: false, hangMs: 0 })
  const call = await dial()
  call.sound.mute = false
  await until(() => call.sound.hears()[0] === 700)
  call.sound.mute = true
  await client.until('old', 'unkeyed')
  await pause(400)
  const heard = call.sound.packetsHeard
  await pause(300)
  t.equal(call.sound.packetsHeard, heard, 'then the channel is quiet')
})

t.test('a second call takes the place of one whose exchange has forgotten it, or is told busy', async (t) => {
  const { client, dial, phone } = await aGateway(t)
  await dial()
  await dial()
  await client.until('old', 'call', { is: ({ why }) => why === 'replaced' })
  await client.ask('mode', { port: 'old', set: { second: 'busy' } })
  const third = await phone.call('radio')
  await third.until('ended')
  t.equal(third.status, 486)
})
