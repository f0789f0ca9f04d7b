/**
 * 500 signed-in consoles of mixed roles on the live socket, policy applied, while 100 events a second are journalled
 * through the API. Measured from the event's place in the journal to its bytes at each console. Beside it in the same
 * run: the same number of plain sockets fed the same bytes by a bare `ws` server.
 */
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { WebSocket, WebSocketServer } from 'ws'
import type { Bench } from '../bench.ts'
import { type Lab, startLab } from '../lab.ts'
import { Client } from './parts/client.ts'
import { percentile } from './parts/figures.ts'

const CONSOLES = 500
const EVENTS_PER_S = 100
const SECONDS = 40

type Grant = { role: string; campus: string | null; line: string | null }
const ROLES: Grant[] = [
  { role: 'agent', campus: null, line: null },
  { role: 'agent', campus: 'old', line: null },
  { role: 'agent', campus: 'new', line: 'it' },
  { role: 'supervisor', campus: 'new', line: null },
  { role: 'auditor', campus: null, line: null },
  { role: 'engineer', campus: null, line: null },
]
type Told = { upTo: number; at: number }
type Console = {
  grant: Grant
  socket: WebSocket
  held: number
  told: Told[]
  gaps: number
  strayed: number
  frames: number
}

const bench: Bench = async () => {
  const lab = await startLab({ ownPostgres: true })
  try {
    const cookies = await sessions(lab)
    const writer = new Client(lab.url, cookies[0]?.cookie ?? '')
    const tickets = await someTickets(writer)
    const [head] = await lab.query<{ seq: number }>('select coalesce(max(seq), 0)::int as seq from journal')
    const after = head?.seq ?? 0
    const consoles = await Promise.all(cookies.map(({ cookie, grant }) => open(lab.url, cookie, grant, after)))
    await wait(2_000)
    const from = await lastSeq(lab)
    await notes(writer, tickets, EVENTS_PER_S * SECONDS)
    await wait(3_000)
    const rows = await lab.query<{ seq: number; at: number }>(
      'select seq::int, (extract(epoch from at) * 1000)::float8 as at from journal where seq > $1 order by seq',
      [from],
    )
    const upTo = rows.at(-1)?.seq ?? from
    const delays = consoles.flatMap((console) => delaysOf(console, rows))
    const figures = {
      consoles: consoles.length,
      events: rows.length,
      events_per_s: rows.length / (((rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0)) / 1000),
      deliveries: delays.length,
      frame_p50_ms: percentile(delays, 50),
      frame_p95_ms: percentile(delays, 95),
      frame_p99_ms: percentile(delays, 99),
      lost: consoles.filter((console) => console.held < upTo).length + consoles.reduce((sum, one) => sum + one.gaps, 0),
      seen_out_of_scope: consoles.reduce((sum, one) => sum + one.strayed, 0),
      frames_checked: consoles.reduce((sum, one) => sum + one.frames, 0),
      limit_bare_ws_p99_ms: 0,
      ratio_to_bare: 0,
    }
    for (const console of consoles) console.socket.terminate()
    figures.limit_bare_ws_p99_ms = await bareSockets()
    figures.ratio_to_bare = figures.frame_p99_ms / figures.limit_bare_ws_p99_ms
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

async function someTickets(writer: Client): Promise<string[]> {
  const ids: string[] = []
  for (const campus of ['old', 'new']) {
    for (const line of ['logistics', 'it', 'equipment', 'property']) {
      ids.push((await writer.post<{ ticketId: string }>('/api/tickets', { campus, line, what: '打印机' })).ticketId)
    }
  }
  return ids
}

async function open(url: string, cookie: string, grant: Grant, after: number): Promise<Console> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live?after=${after}`, { headers: { cookie, origin: url } })
  const console: Console = { grant, socket, held: after, told: [], gaps: 0, strayed: 0, frames: 0 }
  socket.on('message', (data: Buffer) => {
    const at = Date.now()
    const head = data.subarray(0, 120).toString()
    const numbers = /^\{"kind":"frames","after":(\d+),"upTo":(\d+)/.exec(head)
    if (!numbers) return
    if (Number(numbers[1]) !== console.held) console.gaps++
    console.held = Number(numbers[2])
    console.told.push({ upTo: console.held, at })
    // One console in ten reads what it was sent, and asks whether it should have been.
    if (grant.campus !== null || grant.role === 'engineer') check(console, data)
  })
  await new Promise<void>((opened, failed) => {
    socket.once('open', () => opened())
    socket.once('error', failed)
  })
  return console
}

function check(console: Console, data: Buffer): void {
  const { frames } = JSON.parse(data.toString()) as { frames: { ticket?: { campus: string; line: string } }[] }
  for (const { ticket } of frames) {
    if (!ticket) continue
    console.frames++
    const { role, campus, line } = console.grant
    const may =
      role !== 'engineer' && (campus === null || campus === ticket.campus) && (line === null || line === ticket.line)
    if (!may) console.strayed++
  }
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
function delaysOf(console: Console, rows: { seq: number; at: number }[]): number[] {
  const delays: number[] = []
  let n = 0
  const seesAll = console.grant.campus === null && console.grant.role !== 'engineer'
  if (!seesAll) return delays
  for (const { upTo, at } of console.told) {
    for (let row = rows[n]; row && row.seq <= upTo; row = rows[++n]) delays.push(at - row.at)
  }
  return delays
}

/** The same fan-out with nothing in it: how fast two cores move such bytes at all. */
async function bareSockets(): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise<void>((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  const delays: number[] = []
  const sockets = await Promise.all(
    Array.from({ length: CONSOLES }, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)
      await new Promise((opened) => socket.once('open', opened))
      socket.on('message', (data: Buffer) => delays.push(Date.now() - Number(data.subarray(0, 13).toString())))
      return socket
    }),
  )
  const rest = 'x'.repeat(700)
  for (let n = 0; n < EVENTS_PER_S * 10; n++) {
    const message = Buffer.from(`${Date.now()}${rest}`)
    for (const client of server.clients) client.send(message)
    await wait(1000 / EVENTS_PER_S)
  }
  await wait(500)
  for (const socket of sockets) socket.terminate()
  server.close()
  return percentile(delays, 99)
}
