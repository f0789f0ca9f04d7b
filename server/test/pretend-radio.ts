/** The engine and its consoles over a pretend exchange, for the rules of what follows from what. */
import type { Test } from 'tap'
import type { Actor } from '../access/index.ts'
import { Consoles } from '../radio/engine/consoles.ts'
import { RadioEngine } from '../radio/engine/engine.ts'
import type { Emergency } from '../radio/engine/words.ts'
import type { Handheld } from '../radio/handhelds/known.ts'
import type { Over } from '../radio/overs/over.ts'
import { DEFAULT_PROFILE, type GatewayProfile } from '../radio/ports/profile.ts'
import type { PttAnswer, RadioFromServer } from '../wire/radio.ts'
import { PretendMedia, VirtualClock } from './radio/pretend-media.ts'
import { frames, tone } from './radio/tones.ts'

/** A handheld whose codes are known. */
export const seven: Handheld = {
  code: '07',
  alias: 'Electrician 07',
  holderId: 'zhang',
  organisationId: 'o',
  campus: 'old',
  ids: { gateway: null, mdc1200: '1207', five_tone: null, dtmf: '207' },
}
export const person = (
  name: string,
  station: string | null,
  role: 'agent' | 'supervisor' = 'agent',
  campus: string | null = null,
): Actor => ({
  personId: name,
  organisationId: 'o',
  sessionId: name,
  name,
  station,
  grants: [{ role, campus, line: null }],
})
export const ann = person('ann', 'b1001')
export const sue = person('sue', 'b1002', 'supervisor')

/** Two campuses on the air, two consoles joined to both. */
export async function aRadio(t: Test, but: Partial<GatewayProfile> = {}) {
  const clock = new VirtualClock()
  const media = new PretendMedia(clock)
  const overs: Over[] = []
  const named: Over[] = []
  const cries: string[] = []
  const digits: string[] = []
  let waitsFor = ''
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const engine = new RadioEngine({
    media,
    now: () => clock.now,
    steady: () => clock.now,
    after: clock.after,
    handhelds: { byId: (_how, raw) => (raw === '1207' || raw === '207' ? seven : null), likely: () => null },
    hooks: {
      changed: () => consoles.changed(),
      overOpened: () => {},
      overNamed: (over) => named.push(over),
      overEnded: (over) => overs.push(over),
      emergencyRaised: ({ port, unit, raw }: Emergency, how) => cries.push(`${port} ${unit ?? `?${raw}`} ${how}`),
      emergencyAcknowledged: () => cries.push('acknowledged'),
      emergencyCleared: () => cries.push('cleared'),
      digits: (_port, all) => {
        digits.push(all)
        return all === waitsFor
      },
      alarm: (port, what, on) => cries.push(`${port} ${what} ${on}`),
      gatewayAt: (port, address) => cries.push(`${port} at ${address}`),
      recording: () => {},
    },
    log,
  })
  const told = new Map<string, RadioFromServer[]>()
  const seats: [Actor, string][] = []
  const consoles = new Consoles({
    engine,
    may: ({ grants }, _verb, campus) => grants.some((grant) => grant.campus === null || grant.campus === campus),
    isActing: () => true,
    emergencies: () => [],
    tell(to) {
      for (const [actor, seat] of seats) {
        const message = to(actor, seat)
        if (message) told.set(seat, [...(told.get(seat) ?? []), JSON.parse(message.toString())])
      }
    },
    now: () => clock.now,
    after: clock.after,
  })
  const ports = ['old', 'new'].map((port) => ({
    port,
    campus: port,
    nameZh: port,
    nameEn: port,
    endpoint: `g-${port}`,
    enabled: true,
    record: true,
    profile: { ...DEFAULT_PROFILE, ...but },
  }))
  engine.start()
  engine.setPorts(ports)
  media.control(true)
  for (const port of ['old', 'new']) {
    media.up(port)
    media.leg(port, 'r1001')
    media.leg(port, 'r1002')
  }
  seats.push([ann, 'a'], [sue, 's'])
  await clock.run(500)
  t.same(media.said, ['rx-gate old true', 'rx-gate new true'])
  t.teardown(() => engine.stop())
  return {
    clock,
    ports,
    media,
    engine,
    consoles,
    overs,
    named,
    cries,
    digits,
    seats,
    told,
    waitFor: (all: string) => {
      waitsFor = all
    },
    answers: (seat: string) =>
      (told.get(seat) ?? []).flatMap((one) => (one.kind === 'ptt' ? [one.answer] : [])).map(short),
    view: (seat: string) => (told.get(seat) ?? []).findLast((one) => one.kind === 'radio'),
    async hold(actor: Actor, seat: string, press: number, ms: number) {
      for (let passed = 0; passed < ms; passed += 250) {
        consoles.heard(actor, { kind: 'held', press }, seat)
        await clock.run(Math.min(250, ms - passed))
      }
    },
  }
}
const short = (answer: PttAnswer) => `${answer.port} ${answer.result}${'why' in answer ? ` ${answer.why}` : ''}`
export const voice = (ms: number) => frames(tone([440], ms, 0.2))
