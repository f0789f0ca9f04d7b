/** What the radio's live tests share: a real exchange with a gateway that only answers, a console that only speaks. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import type { PbxSettings } from '../../../scripts/asterisk/index.ts'
import { RadioClient } from '../../../scripts/lab/gateways/client.ts'
import { gatewaysWish, startGateways } from '../../../scripts/lab/gateways/start.ts'
import { socketIn } from '../../../scripts/lab/gateways/words.ts'
import { type PhoneLab, startPhoneLab } from '../../../scripts/lab/phones/phone-lab.ts'
import { type SipCall, SipPhone } from '../../../scripts/lab/phones/sip-phone.ts'
import { plainPhone } from '../../../scripts/lab/radio-console.ts'
import { type Ari, makeAri } from '../../asterisk/ari/ari.ts'
import { makeMeters } from '../../asterisk/meters.ts'
import { type MayHear, makeRadioMedia, type RadioMedia } from '../../asterisk/radio/index.ts'
import type { MediaFact, PortWish } from '../../radio/index.ts'

type Fact<T extends MediaFact['type']> = Extract<MediaFact, { type: T }>
export type Station = { media: RadioMedia; ari: Ari; facts: MediaFact[]; stop(): Promise<void> }

const quiet = { info() {}, warn() {} }
const loud = {
  info: (o: object, m: string) => console.error(new Date().toISOString(), 'info', m, JSON.stringify(o)),
  warn: (o: object, m: string) => console.error(new Date().toISOString(), 'warn', m, JSON.stringify(o)),
}

/** Waits until `what` holds. Rejects after `ms`, naming it. */
export async function until<T>(name: string, what: () => T | Promise<T>, ms = 20_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + ms; ; ) {
    const value = await what()
    if (value) return value as NonNullable<T>
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${name}`)
    await wait(5)
  }
}

/** A phone system of this test's own. `change` edits its settings before they are rendered. */
export async function radioLab(t: Test, change?: (settings: PbxSettings) => PbxSettings): Promise<PhoneLab> {
  const lab = await startPhoneLab(change)
  t.teardown(() => lab.stop())
  return lab
}

/** The exchange's side of the radio, as a server holds it. */
export function station(t: Test, lab: PhoneLab, by: { host?: string; port?: number; mayHear?: MayHear } = {}): Station {
  const log = process.env.DESK_TEST_LOG ? loud : quiet
  const facts: MediaFact[] = []
  const ari = makeAri({
    host: by.host ?? lab.settings.pbx.host,
    port: by.port ?? lab.settings.pbx.httpPort,
    user: 'desk',
    secret: lab.settings.secrets.ari,
    meters: makeMeters(),
    log,
    onUp: () => undefined,
    onEvent: (event) => media.event(event),
    onListening: (on) => media.control(on),
  })
  const media = makeRadioMedia({
    ari,
    recordings: join(lab.pbx.instance.base, 'spool/recording'),
    mayHear: by.mayHear ?? (async () => true),
    log,
  })
  media.hear((fact) => {
    if (fact.type !== 'heard') log.info(fact, 'fact')
    facts.push(fact)
  })
  media.start()
  ari.listen(true)
  ari.start()
  const stop = async () => {
    await media.stop()
    ari.stop()
  }
  t.teardown(stop)
  return { media, ari, facts, stop }
}

export const wish = (port: string, but: Partial<PortWish> = {}): PortWish => ({
  port,
  endpoint: `g-${port}`,
  jitterBuffer: 'none',
  record: false,
  ...but,
})

/** A gateway at its address, silent as an idle receiver is. */
export async function gateway(t: Test, lab: PhoneLab, port: 'old' | 'new'): Promise<SipPhone> {
  const [address = '', number = ''] = (lab.settings.radio.find((one) => one.port === port)?.gateway ?? '').split(':')
  const phone = await SipPhone.open({
    server: { host: lab.settings.pbx.host, port: lab.settings.pbx.sipPort },
    address,
    port: Number(number),
    afterMs: 20,
  })
  phone.on('ring', (call: SipCall) => {
    call.sound.mute = true
  })
  t.teardown(() => phone.close())
  return phone
}

/** Both gateways with handhelds on their channels, as a process of their own (scripts/radio). */
export async function simulated(t: Test, lab: PhoneLab): Promise<{ radio: RadioClient; pid: number }> {
  const gateways = await startGateways(gatewaysWish(lab.settings))
  t.teardown(() => gateways.stop())
  const radio = await RadioClient.open(socketIn(lab.settings.varDir))
  t.teardown(() => radio.close())
  return { radio, pid: gateways.pid }
}

/** The gateway's call that is on now. */
export const onAir = (phone: SipPhone): Promise<SipCall> =>
  until('the gateway talks', () => phone.calls.findLast((call) => call.state === 'talking'))

/** The last fact of a type (and port), waited for; only facts from `since` on count. */
export function fact<T extends MediaFact['type']>(
  one: Station,
  type: T,
  { port, since = 0, ms, where }: { port?: string; since?: number; ms?: number; where?: (f: Fact<T>) => boolean } = {},
): Promise<Fact<T>> {
  const fits = (is: MediaFact, at: number): is is Fact<T> =>
    at >= since &&
    is.type === type &&
    (port === undefined || ('port' in is && is.port === port)) &&
    (where?.(is as Fact<T>) ?? true)
  return until(`${type} of ${port ?? 'any'}`, () => one.facts.findLast(fits) as Fact<T> | undefined, ms)
}

/** Packets that came in `ms`. */
export async function packets(call: SipCall, ms: number): Promise<number> {
  const before = call.sound.packetsHeard
  await wait(ms)
  return call.sound.packetsHeard - before
}

/** A console's account as the server pushes it, for a phone of these tests (no browser: plain UDP and mu-law). */
export async function console_(t: Test, lab: PhoneLab, one: Station, name: string, tone: number): Promise<SipPhone> {
  const password = randomBytes(12).toString('base64url')
  await until('ARI is up', () => one.ari.state().up)
  await one.ari.put('auth', name, { auth_type: 'digest', username: name, password })
  await one.ari.put('endpoint', name, plainPhone(name))
  const { host, sipPort } = lab.settings.pbx
  const phone = await SipPhone.open({ server: { host, port: sipPort }, station: name, password, tone })
  t.teardown(() => phone.close())
  return phone
}

/** The port `old` with its gateway on the line, and a console on it that says `tone`: `order` keys it. */
export async function onePort(t: Test, { tone = 0, ...but }: Partial<PortWish> & { tone?: number } = {}) {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old', but)])
  const up = await fact(desk, 'up')
  const air = await onAir(g)
  const agent = await console_(t, lab, desk, 'r9001', tone)
  const leg = await (await agent.call('radio-old')).until('talking')
  const { channel } = await fact(desk, 'leg')
  const order = { port: 'old', epoch: up.epoch, voice: { kind: 'leg' as const, channel } }
  return { lab, g, desk, up, air, leg, order }
}
