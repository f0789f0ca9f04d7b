import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { startPhoneLab } from '../asterisk/phone-lab.ts'
import { RadioClient } from './client.ts'
import { monoMs } from './rtp.ts'
import { gatewaysWish, startGateways } from './start.ts'
import { socketIn } from './words.ts'

t.test('the real exchange reaches both kinds of gateway, keys them by sound and lets go', async (t) => {
  // The old campus waits to be called; the new one registers.
  const lab = await startPhoneLab((settings) => ({
    ...settings,
    radio: settings.radio.map((one) => (one.port === 'new' ? { ...one, gateway: undefined } : one)),
  }))
  t.teardown(() => lab.stop())
  const gateways = await startGateways(gatewaysWish(lab.settings))
  t.teardown(() => gateways.stop())
  const client = await RadioClient.open(socketIn(lab.settings.varDir))
  t.teardown(() => client.close())

  t.match(await client.until('new', 'registered', { is: ({ status }) => status === 200 }), { status: 200 })
  for (const port of ['old', 'new']) {
    const since = monoMs()
    const originated = await lab.actor.act({
      Action: 'Originate',
      Channel: `PJSIP/g-${port}`,
      Application: 'Playback',
      Data: 'beep&beep',
      Async: 'true',
    })
    t.equal(originated.Response, 'Success', `${port}: ${originated.Message}`)
    await client.until(port, 'keyed', { since })
    t.match(await client.until(port, 'call', { since, is: ({ on }) => !on }), { why: 'bye' })
    const { packets, lost } = await client.until(port, 'unkeyed', { since })
    t.ok(packets > 10 && lost === 0, `${port}: ${packets} packets, ${lost} lost`)
    t.ok((await client.ask('heard', { port, since })).levelDb > -40, 'and the sound was on the air')
  }
  await pause(1_000)
  t.match(await client.ask('status', {}), [{ keyed: false }, { keyed: false }])
  t.equal(await client.ask('register', { port: 'new', seconds: 60 }), 200, 'registers anew when told to')
})
