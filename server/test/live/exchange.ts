/** A real exchange with real phones, and the wires of a desk on it: for live tests. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import { type PhoneLab, startPhoneLab } from '../../../scripts/asterisk/phone-lab.ts'
import { type Asterisk, makeAsterisk, type StationFact, type Wanted } from '../../asterisk/index.ts'
import { type CallEvent, type CallFact, hear } from '../../calls/index.ts'
import { append, type Db } from '../../db/index.ts'
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
export async function until<T>(name: string, what: () => T | Promise<T>, ms = 15_000): Promise<NonNullable<T>> {
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
export async function desk(t: Test, lab: PhoneLab): Promise<{ db: Db & { url: string }; server: Server }> {
  const db = await database(t)
  await hospital(db)
  return { db, server: await startServer(t, lab, db) }
}

export async function startServer(t: Test, lab: PhoneLab, db: Db, amiPort?: number): Promise<Server> {
  const server = makeServer(lab, db, amiPort)
  t.teardown(() => server.asterisk.stop())
  await server.asterisk.start()
  return server
}

function makeServer(lab: PhoneLab, db: Db, amiPort?: number): Server {
  const { pbx, secrets } = lab.settings
  const events: CallEvent[] = []
  const stations: StationFact[] = []
  const wanted: Wanted = { stations: [], members: [] }
  const asterisk = makeAsterisk({
    db,
    log,
    pbx: {
      id: 1,
      host: pbx.host,
      httpPort: pbx.httpPort,
      amiPort: amiPort ?? pbx.amiPort,
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
  })
  return { asterisk, events, stations, wanted }
}

export const isCurrent = ({ asterisk }: Server): boolean =>
  asterisk.acting() && asterisk.health().every((wire) => wire.state === 'well')
