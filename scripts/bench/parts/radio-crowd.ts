/**
 * Forty consoles on four ports, pressing over each other while handhelds answer and call for help, through a real Asterisk.
 * Afterwards the gateways' own logs and the kept overs are held against the "never" list.
 */
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { PbxSettings } from '../../asterisk/index.ts'
import { type RadioConsole, radioConsole } from '../../drill/parts/radio-console.ts'
import { type Lab, startLab } from '../../lab.ts'
import type { LogEntry } from '../../radio/keyed-log.ts'
import { monoMs } from '../../radio/rtp.ts'
import { Client } from './client.ts'
import { rssMb } from './work.ts'

export type Crowd = {
  presses: number
  granted: number
  overs: number
  keyings: number
  emergencies: number
  /** two at once on one port; keyed though nobody spoke; an over without one end; an emergency that was not kept */
  violations: { twoHolders: number; keyedInIdle: number; withoutEnd: number; emergenciesLost: number }
  rssMb: { first: number; last: number }
  seen: unknown[]
}

const CONSOLES = 40
const PORTS = ['old', 'new', 'roof', 'gate']
const MORE_HOSTS = { roof: '127.0.0.15', gate: '127.0.0.16' }
/** A leg that sends nothing for ten seconds is dropped by Asterisk: a word now and then, as DTX does. */
const SPEAKS = { everyMs: 3_000, forMs: 60 }
/** Order, tail, gateway's hang, and what a crowded machine adds. */
const OFF_MS = 3_000
/** A handheld in danger calls until somebody has it; while the gateway transmits it hears nobody. */
const TRIES = 10

const withFourPorts = (usual: PbxSettings): PbxSettings => {
  const sipPort = usual.radio[0]?.gateway?.split(':')[1]
  const more = Object.entries(MORE_HOSTS).map(([port, host]) => ({ port, gateway: `${host}:${sipPort}` }))
  return { ...usual, radio: [...usual.radio, ...more] }
}

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
    const breathing = setInterval(() => {
      for (const one of consoles) void one.breathe(SPEAKS.forMs)
    }, SPEAKS.everyMs)
    for (const one of consoles) one.listenOnly()
    const { pid } = lab.server.now()
    await wait(10_000)
    const since = monoMs()
    const first = rssMb(pid)
    const cries: unknown[] = []
    const told = { presses: 0, granted: 0, emergencies: 0 }
    const people = consoles.map((one, n) => presses(one, PORTS[n % PORTS.length] ?? '', () => talking, told))
    const handhelds = PORTS.map(async (port, n) => {
      for (let over = 0; talking; over++) {
        await wait(2_000 + Math.random() * 8_000)
        const unit = `0${1 + ((over + n) % 9)}`
        if (over === 2) {
          told.emergencies++
          const at = monoMs()
          let tries = 0
          const isShown = () => consoles[n]?.emergencies.some((one) => one.unit === unit)
          for (; tries < TRIES && !isShown(); tries++) {
            await radio.ask('emergency', { port, unit })
            await wait(1_500)
          }
          if (!isShown()) {
            const passed = criesIn(await radio.ask('log', { port, since: at }))
            cries.push({ port, unit, tries, passed })
          }
        } else await radio.ask('speak', { port, unit, tone: 1500, forMs: 600 + Math.random() * 2_400 })
      }
    })
    await wait(minutes * 60_000)
    talking = false
    await Promise.all([...people, ...handhelds])
    await wait(5_000)
    clearInterval(breathing)
    const log = await radio.ask('log', { since })
    const last = rssMb(pid)
    const found = await judged(lab, log, told.emergencies)
    return { ...told, ...found, seen: [...found.seen, ...cries], rssMb: { first, last } }
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
    one.listenOnly(false)
    const key = one.press([port], { override: Math.random() < 0.2 })
    told.presses++
    const answer = await key.answer(() => true, 5_000).catch(() => undefined)
    if (answer?.result === 'granted') {
      told.granted++
      await wait(300 + Math.random() * 2_500)
    }
    if (Math.random() < 0.05) key.dies()
    else key.letGo()
    one.listenOnly()
  }
}

/** What of each call for help the gateway let through (it hears nobody while it transmits), ms after its key: its code is in the first 0.7 s. */
function criesIn(log: readonly LogEntry[]) {
  let pressed = 0
  return log.flatMap((entry) => {
    if (entry.type !== 'over' || entry.what !== 'emergency') return []
    if (entry.on) pressed = entry.mono
    const after = (at: { mono: number } | null) => at && Math.round(at.mono - pressed)
    return entry.on ? [] : [{ packets: entry.packets, from: after(entry.firstPacket), to: after(entry.lastPacket) }]
  })
}

type OverRow = { port: string; kind: string; from: number; to: number | null; endedBy: string | null }

async function judged(lab: Lab, log: LogEntry[], emergencies: number) {
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
  const [kept] = await lab.query<{ count: number }>(`select count(*)::int as count from radio_emergencies`)
  seen.push(...twoHolders.slice(0, 3), ...unexplained.slice(0, 3), ...withoutEnd.slice(0, 3))
  return {
    overs: overs.length,
    keyings: log.filter(({ type }) => type === 'keyed').length,
    violations: {
      twoHolders: twoHolders.length,
      keyedInIdle: unexplained.length,
      withoutEnd: withoutEnd.length,
      emergenciesLost: Math.max(0, emergencies - (kept?.count ?? 0)),
    },
    seen,
  }
}

/** Two more channels beside the campuses' own, commissioned as the demonstration's are. */
async function morePorts(lab: Lab): Promise<void> {
  for (const [port, campus] of [
    ['roof', 'old'],
    ['gate', 'new'],
  ])
    await lab.query(
      `insert into radio_ports (organisation_id, pbx_id, campus_id, code, name_zh, name_en, endpoint, sort, profile, enabled, commissioned_at)
       select organisation_id, pbx_id, campus_id, $1, $1, $1, 'g-' || $1, 9, (select profile from radio_ports where code = 'old'), true, now()
       from radio_ports where code = $2`,
      [port, campus],
    )
  await lab.query(`update radio_ports set profile = profile || '{"idScheme": "dtmf"}'`)
}

/** Agents with a station and a session: signing in forty would measure argon2. */
async function agents(lab: Lab, count: number): Promise<Client[]> {
  const db = new pg.Client({ connectionString: lab.databaseUrl })
  await db.connect()
  const clients: Client[] = []
  for (let n = 0; n < count; n++) {
    const { rows } = await db.query(
      `insert into people (organisation_id, staff_code, name, login) select id, $1, $1, $1 from organisations limit 1 returning id`,
      [`radio-${n}`],
    )
    const [{ id }] = rows
    await db.query(`insert into grants (person_id, role) values ($1, 'agent')`, [id])
    if (n % 8 === 0) await db.query(`insert into grants (person_id, role) values ($1, 'supervisor')`, [id])
    await db.query(`insert into stations (code, pbx_id, kind, person_id) values ($1, 1, 'browser', $2)`, [
      `b${3_001 + n}`,
      id,
    ])
    const token = randomBytes(32).toString('base64url')
    await db.query(
      `insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + interval '1 hour')`,
      [createHash('sha256').update(token).digest(), id],
    )
    clients.push(new Client(lab.url, `desk_session=${token}`))
  }
  await db.end()
  return clients
}
