/** One burst of a handheld is enough, on a real Asterisk: whatever jitter buffer the port has, and whoever is late meanwhile. */
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ofEachKind } from '../../../scripts/test/gate.ts'
import { makeEar } from '../../radio/hearing/ear.ts'
import { DEFAULT_PROFILE, type GatewayProfile } from '../../radio/ports/profile.ts'
import { oneBurst, watched } from '../../test/radio/burst.ts'
import { console_, fact, radioLab, simulated, station, until, wish } from '../../test/radio/lab.ts'

t.setTimeout(300_000)

const VOICE = 1500
const SCHEMES = [
  ['mdc1200', 'mdc1200', '1002', '1002!'],
  ['zvei1', '5tone', '21002', '99002!'],
  ['dtmf', 'dtmf', '1002', '7002'],
] as const
type Scheme = (typeof SCHEMES)[number]

async function desk(t: Test, jitterBuffer: GatewayProfile['jitterBuffer']) {
  const lab = await radioLab(t)
  const { radio, pid } = await simulated(t, lab)
  const desk = station(t, lab)
  desk.media.want([wish('new', { jitterBuffer })])
  await fact(desk, 'up')
  const machine = await watched(t)

  /** One burst, sent by `work`; what is understood of all that the exchange tells until its carrier is gone. */
  async function once(t: Test, [ident, idScheme]: Scheme, code: string, name: string, work: () => Promise<unknown>) {
    await radio.ask('mode', { port: 'new', set: { ident, identAt: 'lead' } })
    let since = 0
    const frames = () => desk.facts.slice(since).flatMap((one) => (one.type === 'heard' ? [one] : []))
    const send = async () => {
      since = desk.facts.length
      await work()
      await until('the carrier is gone', () => Date.now() - (frames().at(-1)?.at ?? Infinity) > 300, 20_000)
    }
    await oneBurst(t, machine, name, send, async () => {
      const ear = makeEar({ ...DEFAULT_PROFILE, idScheme }, 0)
      const heard = frames().flatMap(({ at, samples }) => ear.frame(at, samples))
      const codes = [...heard, ...ear.pass(Date.now() + 5_000)].flatMap((one) =>
        one.type === 'code' ? [`${one.raw}${one.emergency ? '!' : ''}`] : one.type === 'digits' ? [one.digits] : [],
      )
      return { is: codes.join() === code, as: codes.join() }
    })
  }
  return { lab, radio, pid, desk, once }
}

for (const jitterBuffer of ofEachKind(['adaptive', 'fixed60', 'none'] as const))
  t.test(
    `with a jitter buffer “${jitterBuffer}” each handheld is named by one burst, and heard, time after time`,
    async (t) => {
      const { lab, radio, desk: exchange, once } = await desk(t, jitterBuffer)
      const agent = await console_(t, lab, exchange, 'r9001', 0)
      const leg = await (await agent.call('radio-new')).until('talking')
      for (const scheme of SCHEMES) {
        const [ident, , talks, inDanger] = scheme
        // An emergency first: its open microphone is a carrier with nothing but silence on it.
        await once(t, scheme, inDanger, `${ident}, in danger`, () =>
          radio.ask('emergency', { port: 'new', unit: '02' }),
        )
        await once(t, scheme, talks, `${ident}, speaking`, async () => {
          const spoken = radio.ask('speak', { port: 'new', unit: '02', tone: VOICE, forMs: 900 })
          await until('the console hears it', () => leg.sound.hears([VOICE]).length > 0, 20_000)
          await spoken
        })
      }
      t.equal(exchange.facts.filter(({ type }) => type === 'down').length, 0)
    },
  )

t.test(
  'one burst is enough though the exchange, the desk or the gateway stands still in the middle of it',
  async (t) => {
    const { lab, radio, pid, once } = await desk(t, 'adaptive')
    const stop = (process: number, ms: number) => async () => {
      globalThis.process.kill(process, 'SIGSTOP')
      await wait(ms)
      globalThis.process.kill(process, 'SIGCONT')
    }
    const block = async () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500)
    for (const [who, still] of ofEachKind([
      ['the exchange, 0.3 s', stop(lab.pbx.pid, 300)],
      ['the desk, 1.5 s', block],
      ['the gateway, 0.3 s', stop(pid, 300)],
    ] as const))
      for (const scheme of SCHEMES) {
        const [ident, , , inDanger] = scheme
        await once(t, scheme, inDanger, `${who}, in the middle of ${ident}`, async () => {
          const cried = radio.ask('emergency', { port: 'new', unit: '02' })
          await wait(130)
          await still()
          await cried
        })
      }
  },
)
