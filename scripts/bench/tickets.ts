/**
 * Tickets through the API as an agent's console uses it: signed in, permission asked, journal and fsync on. At 100,000
 * and at 1,000,000 tickets; beside them the limits of this machine in the same run: an empty answer of the same server
 * (`/healthz`) and PostgreSQL's own durable commits.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Bench } from '../bench.ts'
import { signedIn } from '../lab/client.ts'
import { startLab } from '../lab/index.ts'
import { percentile } from './parts/figures.ts'
import { cpuSecondsOfTree } from './parts/work.ts'

const SIZES = [100_000, 1_000_000]
/** How many tickets are opened to tell the rate, and by how many askers at once. */
const BURST = 3_000
const AT_ONCE = 8
const WORDS = [
  '打印',
  '网络',
  '电脑',
  '医生站',
  '护士站',
  '叫号屏',
  '输液泵',
  '空调',
  '漏水',
  '灯管',
  '卡纸',
  '蓝屏',
  '无法登录',
  '报警',
  '死机',
  '黑屏',
]

const bench: Bench = async (args) => {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1]
  const sizes = option('sizes')?.split(',').map(Number) ?? SIZES
  // A profile of the server's whole life is written into this folder when it ends.
  const profile = option('profile')
  const env = profile ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` } : {}
  const lab = await startLab({ ownPostgres: true, env })
  const figures: Record<string, number> = {}
  try {
    const agent = await signedIn(lab, 'agent')
    figures.limit_http_p95_ms = percentile(await timed(500, () => agent.get('/healthz')), 95)
    figures.limit_commits_per_s = await durableCommits(lab.databaseUrl)
    for (const size of sizes) {
      await fill(lab.databaseUrl, size)
      const at = (name: string) => `${name}_at_${size / 1000}k`
      const create = () => agent.post('/api/tickets', newTicket(), { 'idempotency-key': randomUUID() })
      await timed(50, create)
      figures[at('create_p50_ms')] = percentile(await timed(400, create), 50)
      figures[at('create_p95_ms')] = percentile(await timed(400, create), 95)
      const spent = () => [lab.server.now().pid, lab.postgres?.now().pid ?? 0].map(cpuSecondsOfTree)
      const before = spent()
      figures[at('create_per_s')] = await perSecond(BURST, AT_ONCE, create)
      const [server = 0, postgres = 0] = spent().map((seconds, of) => ((seconds - (before[of] ?? 0)) * 1000) / BURST)
      figures[at('create_server_cpu_ms')] = server
      figures[at('create_postgres_cpu_ms')] = postgres
      const read = async (name: string, path: () => string) => {
        await timed(20, () => agent.get(path()))
        const times = await timed(300, () => agent.get(path()))
        figures[at(`${name}_p50_ms`)] = percentile(times, 50)
        figures[at(`${name}_p95_ms`)] = percentile(times, 95)
      }
      await read('list', () => '/api/tickets?limit=50')
      await read(
        'filter',
        () => `/api/tickets?limit=50&state=unassigned&line=${pick(['it', 'property', 'logistics', 'equipment'])}`,
      )
      await read('search', () => `/api/tickets?limit=50&q=${encodeURIComponent(pick(WORDS).slice(0, 2))}`)
      await read('search_rare', () => `/api/tickets?limit=50&q=${encodeURIComponent('卒中')}`)
    }
  } finally {
    await lab.stop()
  }
  const goals = Object.fromEntries(
    sizes.flatMap((size) => [
      [`create_p95_ms_at_${size / 1000}k`, { most: 30 }],
      [`create_per_s_at_${size / 1000}k`, { least: 300 }],
      [`list_p95_ms_at_${size / 1000}k`, { most: 40 }],
      [`filter_p95_ms_at_${size / 1000}k`, { most: 40 }],
      [`search_p95_ms_at_${size / 1000}k`, { most: 60 }],
      [`search_rare_p95_ms_at_${size / 1000}k`, { most: 60 }],
    ]),
  )
  return {
    figures,
    goals,
    notes: ['create through POST /api/tickets: session, policy, number, journal, commit (fsync on)'],
  }
}
export default bench

const pick = <T>(from: T[]): T => from[Math.floor(Math.random() * from.length)] as T
const newTicket = () => ({ campus: pick(['old', 'new']), line: 'it', what: `${pick(WORDS)}${pick(WORDS)}` })

async function timed(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return times
}

async function perSecond(count: number, atOnce: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  let left = count
  const worker = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return count / ((performance.now() - began) / 1000)
}

/** One row, one commit, one connection: what the disk's fsync allows at most. */
async function durableCommits(databaseUrl: string): Promise<number> {
  const db = new pg.Client({ connectionString: databaseUrl })
  await db.connect()
  await db.query('create table if not exists bench_commits (n int)')
  const rate = await perSecond(2_000, 1, () => db.query('insert into bench_commits values (1)'))
  await db.query('drop table bench_commits')
  await db.end()
  return rate
}

/** Fills up to `size` tickets over the last two years, in the words wards use; one in a thousand holds a rare word. */
async function fill(databaseUrl: string, size: number): Promise<void> {
  const db = new pg.Client({ connectionString: databaseUrl })
  await db.connect()
  const { rows } = await db.query('select count(*)::int as n from tickets')
  const words = WORDS.map((word) => `'${word}'`).join(',')
  await db.query(
    `insert into tickets (organisation_id, year, number, campus_id, line_id, state, assignee_id, resolution, finished_at, what, notes, place_text,
                          contact_number, reported_place_id, reported_at, source)
     select o.id, 2000, $1::int + i, c.ids[1 + i % array_length(c.ids, 1)], l.ids[1 + i % array_length(l.ids, 1)],
            case when i % 50 = 0 then 'unassigned' else 'done' end, null,
            case when i % 50 = 0 then null else 'phone' end, case when i % 50 = 0 then null else now() end,
            w.words[1 + (random() * 15)::int] || w.words[1 + (random() * 15)::int] || case when i % 1000 = 0 then '卒中' else '' end,
            '', p.paths[1 + i % array_length(p.paths, 1)], (60000 + i % 9000)::text, p.ids[1 + i % array_length(p.ids, 1)],
            now() - (random() * 700) * interval '1 day', 'call'
       from generate_series(1, $2::int) i,
            (select id from organisations limit 1) o,
            (select array_agg(id) ids from campuses) c, (select array_agg(id) ids from lines) l,
            (select array_agg(id) ids, array_agg(path_zh) paths from (select id, path_zh from places limit 400) x) p,
            (select array[${words}] words) w`,
    [rows[0].n, Math.max(0, size - rows[0].n)],
  )
  await db.query('vacuum analyze tickets')
  await db.end()
}
