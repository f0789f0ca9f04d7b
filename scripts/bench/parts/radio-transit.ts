/**
 * How long a sound is under way through the radio's topology, and through a bare two-leg ARI bridge of the same Asterisk:
 * from the packet in which it begins to the packet in which it begins. Beeps at random phases of the packet clock.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import { console_, fact, gateway, onAir, radioLab, station, until, wish } from '../../../server/test/radio/lab.ts'
import type { SipSound } from '../../lab/phones/sip-sound.ts'

export type Transit = { transmit: number[]; receive: number[]; bare: number[]; lost: number }

const BEEP_MS = 100
const GAP_MS = 160

export async function transit(count: number): Promise<Transit> {
  const endings: (() => unknown)[] = []
  // what the lab of live tests needs of a test
  const t = { teardown: (end: () => unknown) => void endings.push(end), comment() {} } as Partial<Test> as Test
  try {
    const lab = await radioLab(t)
    const air = await gateway(t, lab, 'old')
    const desk = station(t, lab)
    desk.media.want([wish('old')])
    const up = await fact(desk, 'up')
    const { sound: far } = await onAir(air)
    const agent = await console_(t, lab, desk, 'r9001', 0)
    const { sound: near } = await (await agent.call('radio-old')).until('talking')
    const { channel } = await fact(desk, 'leg')
    for (const sound of [near, far]) quieten(sound)
    const receive = await beeps(far, near, count)

    const voice = { kind: 'leg' as const, channel }
    const order = { port: 'old', epoch: up.epoch, leaseMs: 2_000 }
    await desk.media.key({ ...order, voice })
    const renewing = setInterval(() => void desk.media.renew(order).catch(() => undefined), 700)
    const transmit = await beeps(near, far, count).finally(() => clearInterval(renewing))
    await desk.media.unkey({ ...order, voice, tailMs: 0 })

    const [one, other] = await bareBridge(t, lab, desk)
    const bare = await beeps(one, other, count)
    const lost = 3 * count - receive.length - transmit.length - bare.length
    return { transmit, receive, bare, lost }
  } finally {
    for (let end = endings.pop(); end; end = endings.pop()) await Promise.resolve(end()).catch(() => undefined)
  }
}

/** Two phones, called and put into one mixing bridge: what ARI gives with nothing of ours between. */
async function bareBridge(t: Test, lab: Awaited<ReturnType<typeof radioLab>>, desk: ReturnType<typeof station>) {
  const { ari } = desk
  const bridge = 'bare'
  await ari.request('POST', `/bridges/${bridge}`, { type: 'mixing', name: bridge })
  const sounds: SipSound[] = []
  for (const name of ['r9002', 'r9003']) {
    const phone = await console_(t, lab, desk, name, 0)
    const answered = phone.nextCall(20_000)
    const endpoint = `PJSIP/${name}/sip:${name}@${phone.address}:${phone.port}`
    await ari.request('POST', `/channels/${name}`, { endpoint, app: 'desk', appArgs: 'bare', formats: 'ulaw' })
    const call = await (await answered).until('talking')
    await until('it is in our hands', () =>
      ari.request('POST', `/bridges/${bridge}/addChannel`, { channel: name }).then(
        () => true,
        () => false,
      ),
    )
    quieten(call.sound)
    sounds.push(call.sound)
  }
  return sounds as [SipSound, SipSound]
}

function quieten(sound: SipSound): void {
  sound.tone = 0
  sound.mute = false
}

async function beeps(from: SipSound, to: SipSound, count: number): Promise<number[]> {
  const took: number[] = []
  let sentAt: number | undefined
  let heardAt: number | undefined
  from.onFrame = (way, isLoud, at) => {
    if (way === 'sent' && isLoud) sentAt ??= at
  }
  to.onFrame = (way, isLoud, at) => {
    if (way === 'heard' && isLoud && sentAt !== undefined) heardAt ??= at
  }
  for (let n = 0; n <= count; n++) {
    sentAt = heardAt = undefined
    from.tone = 1_000
    await wait(BEEP_MS)
    from.tone = 0
    await wait(GAP_MS + Math.random() * 20)
    // the first one sets the path up
    if (n > 0 && sentAt !== undefined && heardAt !== undefined) took.push(heardAt - sentAt)
  }
  from.onFrame = to.onFrame = undefined
  return took
}
