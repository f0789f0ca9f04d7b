/** A real exchange with real phones, and the wires of a desk on it: for live tests. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import { type PhoneLab, startPhoneLab } from '../../../scripts/lab/phones/phone-lab.ts'
import { type Asterisk, makeAsterisk, type StationFact, type Wanted } from '../../asterisk/index.ts'
import { type CallEvent, type CallFact, hear } from '../../calls/index.ts'
import { append, type Db, openDb } from '../../db/index.ts'
import { database } from '../database.ts'
import { hospital } from '../hospital.ts'

export type Server = {
  asterisk: Asterisk
  events: CallEvent[]
  stations: StationFact[]
  wanted: Wanted
}

const quiet = { info() {}, warn() {}, error() {} }
/** What the desk's log would hold, for a test that fails: `DESK_TEST_LOG=1`. */
const loud = {
  info: (o: object, m: string) => console.error('info', m, JSON.stringify(o)),
  warn: (o: object, m: string) => console.error('warn', m, o),
  error: (o: object, m: string) => console.error('error', m, o),
}

export const log = process.env.DESK_TEST_LOG ? loud : quiet

/** Waits until `what` holds. Rejects after `ms`, naming it. */
export async function until<T>(name: string, what: () => T | Promise<T>, ms = 25_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms
  for (;;) {
    const value = await what()
    if (value) return value as NonNullable<T>
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${name}`)
    await wait(30)
  }
}

/** Both Asterisks, stopped when the test ends. */
export async function phones(t: Test, change?: Parameters<typeof startPhoneLab>[0]): Promise<PhoneLab> {
  const lab = await startPhoneLab(change)
  t.teardown(() => lab.stop())
  return lab
}

/** A database with the small hospital, and the wires of one server to the lab's exchange. */
export async function desk(
  t: Test,
  lab: PhoneLab,
  by: Ports & { db?: (url: string) => Promise<string> } = {},
): Promise<{ db: Db & { url: string }; server: Server }> {
  const db = await database(t)
  await hospital(db)
  const own = by.db ? openDb(await by.db(db.url), { max: 8, name: 'desk-test' }) : db
  if (own !== db) t.teardown(() => own.destroy())
  return { db, server: await startServer(t, lab, own, by) }
}

type Ports = { ami?: Cable; http?: Cable }

export async function startServer(t: Test, lab: PhoneLab, db: Db, by: Ports = {}): Promise<Server> {
  const server = makeServer(lab, db, by)
  t.teardown(() => server.asterisk.stop())
  await server.asterisk.start()
  return server
}

function makeServer(lab: PhoneLab, db: Db, by: Ports): Server {
  const { pbx, secrets } = lab.settings
  const events: CallEvent[] = []
  const stations: StationFact[] = []
  const wanted: Wanted = { stations: [], members: [] }
  const asterisk = makeAsterisk({
    db,
    log,
    trunks: lab.settings.trunks,
    pbx: {
      id: 1,
      host: pbx.host,
      httpPort: by.http?.port ?? pbx.httpPort,
      amiPort: by.ami?.port ?? pbx.amiPort,
      ariSecret: secrets.ari,
      amiReaderSecret: secrets.amiReader,
      amiActorSecret: secrets.amiActor,
      cel: `${lab.pbx.instance.base}/log/cel-custom/cel.jsonl`,
    },
    hear: async (facts: CallFact[]) => {
      const told = await db.transaction(async (tx) => append(tx, await hear(tx, facts)))
      events.push(...told)
      return told
    },
    stationHear: async (fact) => {
      stations.push(fact)
    },
    wanted: async () => wanted,
    mayHear: async () => true,
  })
  return { asterisk, events, stations, wanted }
}

export const isCurrent = ({ asterisk }: Server): boolean =>
  asterisk.acting() && asterisk.health().every((wire) => wire.state === 'well')

export type Cable = {
  port: number
  /** nothing passes and nobody is told (no FIN, no RST): pulled out */
  pulled: boolean
  /** cut now, and whoever dials is refused, as when the far end was killed */
  dead: boolean
  /** bytes put in from the far end, on connections that became web sockets */
  slip(bytes: Buffer): void
  /** text put in from the far end, on every connection */
  tell(text: string): void
}

/** A cable to a port, for a test to pull out or to cut. */
export async function cable(t: Test, to: { host: string; port: number }): Promise<Cable> {
  const ends = new Set<Socket>()
  const nears = new Set<Socket>()
  const webSockets = new Set<Socket>()
  let dead = false
  const server = createServer((near) => {
    if (dead) return void near.resetAndDestroy()
    const far = connect(to.port, to.host)
    nears.add(near)
    near.on('close', () => nears.delete(near))
    for (const [from, onward] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from)
      from.on('data', (bytes) => {
        if (from === far && bytes.toString('latin1').startsWith('HTTP/1.1 101 ')) webSockets.add(near)
        if (!it.pulled) onward.write(bytes)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        ends.delete(from)
        webSockets.delete(from)
        if (!it.pulled) onward.destroy()
      })
    }
  })
  const it = {
    port: 0,
    pulled: false,
    slip: (bytes: Buffer) => {
      for (const socket of webSockets) socket.write(bytes)
    },
    tell: (text: string) => {
      for (const near of nears) near.write(text)
    },
    get dead() {
      return dead
    },
    set dead(now: boolean) {
      dead = now
      if (now) for (const end of ends) end.resetAndDestroy()
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    it.dead = true
    server.close()
  })
  const address = server.address()
  if (address && typeof address === 'object') it.port = address.port
  return it
}
