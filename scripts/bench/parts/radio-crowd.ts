/**
 * Forty consoles on four ports, pressing over each other while handhelds answer and call for help, through a real Asterisk.
 * Afterwards the gateways' own logs and the kept overs are held against the "never" list.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { emergencySlots, type Slot } from '../../lab/gateways/handheld.ts'
import type { LogEntry } from '../../lab/gateways/keyed-log.ts'
import { type GatewayProfile, PROFILE_DEFAULTS } from '../../lab/gateways/profile.ts'
import { type Lab, startLab } from '../../lab/index.ts'
import { type RadioConsole, radioConsole } from '../../lab/radio-console.ts'
import { monoMs } from '../../lab/sound/rtp.ts'
import { agents, morePorts, PORTS, withFourPorts } from './radio-many.ts'
import { rssMb } from './work.ts'

export type Crowd = {
  presses: number
  granted: number
  overs: number
  keyings: number
  emergencies: number
  /** calls for help that were sent; those of which the gateways let the code through whole; latches by a part of a code */
  codesSent: number
  codesWhole: number
  emergenciesUnnamed: number
  /** two at once on one port; keyed though nobody spoke; an over without one end; an emergency not kept under its handheld; a whole code that latched nothing */
  violations: {
    twoHolders: number
    keyedInIdle: number
    withoutEnd: number
    emergenciesLost: number
    codesUnheard: number
  }
  rssMb: { first: number; last: number }
  seen: unknown[]
}

const CONSOLES = 40
/** Order, tail, gateway's hang, and what a crowded machine adds. */
const OFF_MS = 3_000
/**
 * A handheld in danger calls until somebody has it. While the gateway transmits, which it does most of the time here, it
 * hears nobody; when the agents have gone home the channel is free, and soon a call must get through.
 */
const AGAIN_MS = 1_500
const TRIES_IN_QUIET = 4
/** One call for help per port in so many overs. */
const CRY_EVERY = 12
const CRY_FIRST = 2

export async function crowd(minutes: number): Promise<Crowd> {
  const gateway = { packetHangMs: 200, ident: 'dtmf', identAt: 'trail' } as const
  const lab = await startLab({
    ownPostgres: true,
    settings: withFourPorts,
    radio: Object.fromEntries(PORTS.map((port) => [port, gateway])),
  })
  const consoles: RadioConsole[] = []
  let talking = true
  try {
    await morePorts(lab)
    const radio = await lab.radioClient()
    const clients = await agents(lab, CONSOLES)
    for (const [n, client] of clients.entries()) {
      const one = await radioConsole(lab, { client, tone: 400 + 20 * n })
      consoles.push(one)
      await one.join(PORTS[n % PORTS.length] ?? '')
    }
    const { pid } = lab.server.now()
    await wait(10_000)
    const since = monoMs()
    const first = rssMb(pid)
    const cries: Cry[] = []
    const told = { presses: 0, granted: 0, emergencies: 0 }
    const people = consoles.map((one, n) => presses(one, PORTS[n % PORTS.length] ?? '', () => talking, told))
    const handhelds = PORTS.map(async (port, n) => {
      for (let over = 0; talking; over++) {
        await wait(2_000 + Math.random() * 8_000)
        const unit = `0${1 + ((over + n) % 9)}`
        if (over % CRY_EVERY === CRY_FIRST) {
          told.emergencies++
          const isShown = () => consoles[n]?.emergencies.some((one) => one.unit === unit && one.port === port) ?? false
          let quiet = 0
          while (!isShown() && quiet < TRIES_IN_QUIET) {
            if (!talking) quiet++
            const at = monoMs()
            await radio.ask('emergency', { port, unit })
            await wait(AGAIN_MS)
            cries.push({
              port,
              unit,
              isShown: isShown(),
              missed: missedOf(await radio.ask('log', { port, since: at })),
            })
          }
        } else await radio.ask('speak', { port, unit, tone: 1500, forMs: 600 + Math.random() * 2_400 })
      }
    })
    await wait(minutes * 60_000)
    talking = false
    await Promise.all([...people, ...handhelds])
    await wait(5_000)
    const log = await radio.ask('log', { since })
    const last = rssMb(pid)
    const found = await judged(lab, log)
    const heard = await heardOf(lab, cries, gateway)
    const violations = { ...found.violations, ...heard.violations }
    return { ...told, ...found, ...heard, violations, seen: [...found.seen, ...heard.seen], rssMb: { first, last } }
  } finally {
    talking = false
    for (const one of consoles) one.close()
    await lab.stop()
  }
}

/** One agent: waits, presses, holds for a second or two, sometimes over others, sometimes dies with the key down. */
async function presses(
  one: RadioConsole,
  port: string,
  goesOn: () => boolean,
  told: { presses: number; granted: number },
): Promise<void> {
  while (goesOn()) {
    await wait(2_000 + Math.random() * 14_000)
    const key = one.press([port], { override: Math.random() < 0.2 })
    told.presses++
    const answer = await key.answer(() => true, 5_000).catch(() => undefined)
    if (answer?.result === 'granted') {
      told.granted++
      await wait(300 + Math.random() * 2_500)
    }
    if (Math.random() < 0.05) key.dies()
    else key.letGo()
  }
}

/** One press of an emergency button: what of it the gateway let through, and whether the port's console showed it after. */
type Cry = { port: string; unit: string; isShown: boolean; missed: readonly (readonly [number, number])[] }

const missedOf = (log: readonly LogEntry[]) =>
  log.flatMap((one) => (one.type === 'over' && one.what === 'emergency' && !one.on ? one.missed : []))

/** The calls for help against what was kept of them. */
async function heardOf(lab: Lab, cries: readonly Cry[], gateway: Partial<GatewayProfile>) {
  const kept = await lab.query<{ port: string; unit: string | null }>(
    `select p.code as port, e.unit_code as unit from radio_emergencies e join radio_ports p on p.id = e.port_id`,
  )
  const isKept = ({ port, unit }: Cry) => kept.some((one) => one.port === port && one.unit === unit)
  const isOf = (one: Cry) => (other: Cry) => other.port === one.port && other.unit === one.unit
  const people = cries.filter((one, n) => cries.findIndex(isOf(one)) === n)
  const lost = people.filter((one) => !isKept(one))
  const whole = cries.filter(({ unit, missed }) => {
    const code = emergencySlots({ ...PROFILE_DEFAULTS, ...gateway }, unit)
    const isSound = (slot: Slot | undefined) => slot instanceof Int16Array && slot.some((sample) => sample !== 0)
    const [first, last] = [code.findIndex(isSound), code.findLastIndex(isSound)]
    return !missed.some(([from, to]) => from <= last && to >= first)
  })
  const unheard = whole.filter(({ isShown }) => !isShown)
  return {
    codesSent: cries.length,
    codesWhole: whole.length,
    emergenciesUnnamed: kept.filter((row) => !people.some(({ port, unit }) => port === row.port && unit === row.unit))
      .length,
    violations: { emergenciesLost: lost.length, codesUnheard: unheard.length },
    seen: [...lost.flatMap((one) => cries.filter(isOf(one))), ...unheard],
  }
}

type OverRow = { port: string; kind: string; from: number; to: number | null; endedBy: string | null }

async function judged(lab: Lab, log: LogEntry[]) {
  const overs = await lab.query<OverRow>(
    `select p.code as port, o.kind, (extract(epoch from o.from_at) * 1000)::float8 as "from",
        (extract(epoch from o.to_at) * 1000)::float8 as "to", o.ended_by as "endedBy"
      from radio_overs o join radio_ports p on p.id = o.port_id order by o.from_at`,
  )
  const seen: unknown[] = []
  const sent = overs.filter(({ kind }) => kind !== 'rx')
  const twoHolders = PORTS.flatMap((port) => {
    const own = sent.filter((over) => over.port === port)
    return own.slice(1).filter((over, n) => over.from < (own[n]?.to ?? Number.POSITIVE_INFINITY) - 1)
  })
  const off = log.filter((entry) => entry.type === 'unkeyed')
  const keyedInIdle = off.filter(({ port, wall, keyedMs }) => {
    const from = wall - keyedMs
    return !sent.some((over) => over.port === port && over.from <= from + 500 && wall <= (over.to ?? 0) + OFF_MS)
  })
  // One carrier may hold several voices: what was spoken last ends it, what was spoken first began it.
  const unexplained = keyedInIdle.filter(({ port, wall, keyedMs }) => {
    const own = sent.filter((over) => over.port === port && over.from < wall && (over.to ?? 0) > wall - keyedMs - 500)
    const [begins] = own
    const ends = Math.max(...own.map(({ to }) => to ?? 0))
    return !begins || begins.from > wall - keyedMs + 500 || wall > ends + OFF_MS
  })
  const withoutEnd = overs.filter(({ to, endedBy }) => to === null || endedBy === null)
  seen.push(...twoHolders.slice(0, 3), ...unexplained.slice(0, 3), ...withoutEnd.slice(0, 3))
  return {
    overs: overs.length,
    keyings: log.filter(({ type }) => type === 'keyed').length,
    violations: {
      twoHolders: twoHolders.length,
      keyedInIdle: unexplained.length,
      withoutEnd: withoutEnd.length,
    },
    seen,
  }
}
