/**
 * 500 signed-in consoles of mixed roles on the live socket, policy applied, while 100 events a second are journalled
 * through the API. Measured from the event's own time (before its commit) to its bytes at each console. The consoles
 * live in processes of their own, as browsers do, and look at what they were sent once it is over. Beside it in the same
 * run: the same number of plain sockets fed the same bytes by a bare `ws` server.
 *
 *   --seconds=40   how long   --tickets=400   that the notes are written on   --profile=DIR   of the server's life
 */
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { WebSocketServer } from 'ws'
import type { Bench } from '../bench.ts'
import { Client } from '../lab/client.ts'
import { type Lab, startLab } from '../lab/index.ts'
import { Consoles, type Grant } from './parts/consoles.ts'
import { percentile } from './parts/figures.ts'
import { watchWork } from './parts/work.ts'

const CONSOLES = 500
const EVENTS_PER_S = 100

const ROLES: Grant[] = [
  { role: 'agent', campus: null, line: null },
  { role: 'agent', campus: 'old', line: null },
  { role: 'agent', campus: 'new', line: 'it' },
  { role: 'supervisor', campus: 'new', line: null },
  { role: 'auditor', campus: null, line: null },
  { role: 'engineer', campus: null, line: null },
]

const bench: Bench = async (args) => {
  const option = (name: string, usual: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? usual)
  const profile = args.find((arg) => arg.startsWith('--profile='))?.split('=')[1]
  const env = profile ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` } : {}
  const lab = await startLab({ ownPostgres: true, env })
  const consoles = await Consoles.open()
  try {
    const seats = await sessions(lab)
    const writer = new Client(lab.url, seats[0]?.cookie ?? '')
    const tickets = await someTickets(writer, option('tickets', 400))
    const after = await lastSeq(lab)
    await consoles.join(
      lab.url,
      seats.map((seat) => ({ ...seat, after })),
    )
    await wait(2_000)
    const from = await lastSeq(lab)
    const work = watchWork({
      server: lab.server.now().pid,
      postgres: lab.postgres?.now().pid ?? 0,
      consoles: consoles.pid,
      bench: process.pid,
    })
    await notes(writer, tickets, EVENTS_PER_S * option('seconds', 40))
    const { cpu } = work.so()
    work.end()
    await wait(3_000)
    const rows = await lab.query<{ seq: number; at: number }>(
      'select seq::int, (extract(epoch from at) * 1000)::float8 as at from journal where seq > $1 order by seq',
      [from],
    )
    const told = await consoles.leave()
    const upTo = rows.at(-1)?.seq ?? from
    const delays = told.filter(({ seesAll }) => seesAll).flatMap(({ batches }) => delaysOf(batches, rows))
    const seconds = ((rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0)) / 1000
    const figures: Record<string, number> = {
      consoles: told.length,
      events: rows.length,
      events_per_s: rows.length / seconds,
      deliveries: delays.length,
      messages: told.reduce((sum, one) => sum + one.batches.length, 0),
      frame_p50_ms: percentile(delays, 50),
      frame_p95_ms: percentile(delays, 95),
      frame_p99_ms: percentile(delays, 99),
      frame_most_ms: delays.reduce((most, one) => Math.max(most, one), 0),
      lost: told.filter(({ held }) => held < upTo).length + told.reduce((sum, one) => sum + one.gaps, 0),
      seen_out_of_scope: told.reduce((sum, one) => sum + one.strayed, 0),
      frames_checked: told.reduce((sum, one) => sum + one.frames, 0),
    }
    for (const [name, spent] of Object.entries(cpu)) figures[`cpu_share_${name}`] = spent / seconds
    figures.limit_bare_ws_p99_ms = await bareSockets(consoles)
    figures.ratio_to_bare = (figures.frame_p99_ms ?? Number.NaN) / figures.limit_bare_ws_p99_ms
    return {
      figures,
      goals: {
        frame_p99_ms: { most: 50 },
        lost: { exactly: 0 },
        seen_out_of_scope: { exactly: 0 },
        consoles: { exactly: CONSOLES },
      },
      notes: ['server, database and all consoles share the two cores'],
    }
  } finally {
    consoles.end()
    await lab.stop()
  }
}
export default bench

const lastSeq = async (lab: Lab) =>
  (await lab.query<{ seq: number }>('select max(seq)::int as seq from journal'))[0]?.seq ?? 0

/** Sessions are opened in the database: 500 sign-ins would measure argon2. */
async function sessions(lab: Lab): Promise<{ cookie: string; grant: Grant }[]> {
  const db = new pg.Client({ connectionString: lab.databaseUrl })
  await db.connect()
  const made: { cookie: string; grant: Grant }[] = []
  for (let n = 0; n < CONSOLES; n++) {
    const grant = ROLES[n % ROLES.length] as Grant
    const { rows } = await db.query(
      `insert into people (organisation_id, staff_code, name, login) select id, $1, $1, $1 from organisations limit 1 returning id`,
      [`bench-${n}`],
    )
    await db.query(
      `insert into grants (person_id, role, campus_id, line_id)
       values ($1, $2, (select id from campuses where code = $3), (select id from lines where code = $4))`,
      [rows[0].id, grant.role, grant.campus, grant.line],
    )
    const token = randomBytes(32).toString('base64url')
    await db.query(
      `insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + interval '1 hour')`,
      [createHash('sha256').update(token).digest(), rows[0].id],
    )
    made.push({ cookie: `desk_session=${token}`, grant })
  }
  await db.end()
  return made
}

async function someTickets(writer: Client, count: number): Promise<string[]> {
  const wheres = ['old', 'new'].flatMap((campus) =>
    ['logistics', 'it', 'equipment', 'property'].map((line) => ({ campus, line })),
  )
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const where = wheres[n % wheres.length]
    ids.push((await writer.post<{ ticketId: string }>('/api/tickets', { ...where, what: '打印机' })).ticketId)
  }
  return ids
}

async function notes(writer: Client, tickets: string[], count: number): Promise<void> {
  const began = performance.now()
  const under: Promise<unknown>[] = []
  for (let n = 0; n < count; n++) {
    under.push(writer.post(`/api/tickets/${tickets[n % tickets.length]}/notes`, { text: '催' }))
    const due = ((n + 1) / EVENTS_PER_S) * 1000
    const ahead = due - (performance.now() - began)
    if (ahead > 1) await wait(ahead)
  }
  await Promise.all(under)
}

/** From an event's own time (PostgreSQL's clock, this machine) to the first batch that carries a console past it. */
function delaysOf(batches: { upTo: number; at: number }[], rows: { seq: number; at: number }[]): number[] {
  const delays: number[] = []
  let n = 0
  for (const { upTo, at } of batches) {
    for (let row = rows[n]; row && row.seq <= upTo; row = rows[++n]) delays.push(at - row.at)
  }
  return delays
}

/** The same fan-out with nothing in it: how fast two cores move such bytes at all. */
async function bareSockets(consoles: Consoles): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise<void>((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  await consoles.joinBare(`ws://127.0.0.1:${port}`, CONSOLES)
  const rest = 'x'.repeat(700)
  for (let n = 0; n < EVENTS_PER_S * 10; n++) {
    const message = Buffer.from(`${Date.now()}${rest}`)
    for (const client of server.clients) client.send(message)
    await wait(1000 / EVENTS_PER_S)
  }
  await wait(500)
  const delays = await consoles.leaveBare()
  server.close()
  return percentile(delays, 99)
}
