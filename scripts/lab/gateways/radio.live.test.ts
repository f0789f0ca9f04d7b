import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { radioLab, simulated } from '../../../server/test/radio/lab.ts'
import { monoMs } from '../sound/rtp.ts'

t.test('the real exchange reaches both kinds of gateway, keys them by sound and lets go', async (t) => {
  // The old campus waits to be called; the new one registers.
  const lab = await radioLab(t, (settings) => ({
    ...settings,
    radio: settings.radio.map((one) => (one.port === 'new' ? { ...one, gateway: undefined } : one)),
  }))
  const { radio } = await simulated(t, lab)
  // Neither AMI user may call a gateway; the console of this Asterisk may.
  await lab.pbx.rx('module load res_clioriginate.so')

  t.match(await radio.until('new', 'registered', { is: ({ status }) => status === 200, ms: 20_000 }), { status: 200 })
  for (const port of ['old', 'new']) {
    const since = monoMs()
    await lab.pbx.rx(`channel originate PJSIP/g-${port} application Playback beep&beep`)
    await radio.until(port, 'keyed', { since, ms: 20_000 })
    t.match(await radio.until(port, 'call', { since, ms: 20_000, is: ({ on }) => !on }), { why: 'bye' })
    // One that loses its packets for 60 ms, as on a busy machine, lets go and is keyed again: each time counts.
    const log = await radio.ask('log', { port, since })
    const times = log.flatMap((entry) => (entry.type === 'unkeyed' ? [entry] : []))
    const sum = (of: 'packets' | 'lost') => times.reduce((all, one) => all + one[of], 0)
    t.equal(log.filter(({ type }) => type === 'keyed').length, times.length, `${port}: let go as often as keyed`)
    t.ok(sum('packets') > 10, `${port}: ${sum('packets')} packets, keyed ${times.length} times`)
    t.equal(sum('lost'), 0, 'none of them lost')
    t.ok((await radio.ask('heard', { port, since })).levelDb > -40, 'and the sound was on the air')
  }
  await pause(1_000)
  t.match(await radio.ask('status', {}), [{ keyed: false }, { keyed: false }])
  t.equal(await radio.ask('register', { port: 'new', seconds: 60 }), 200, 'registers anew when told to')
})
