/**
 * Half the wards ring within two minutes: SIPp places 20 calls a second on both campuses and all lines. Part is
 * answered, the rest gives up waiting or hangs up during the notice. SIPp's own count is the witness. Afterwards the
 * same wards ring the exchange alone, with the server stopped: what is left is Asterisk's own.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { losses, settle } from '../drill/parts/losses.ts'
import { withSeats } from '../drill/parts/traffic.ts'
import { type Lab, startLab } from '../lab/index.ts'
import { anyFreePort } from '../parts/ports.ts'
import { type Seats, startSeats } from './parts/seats.ts'
import { scenario } from './parts/sipp.ts'
import { rssMb, watchWork } from './parts/work.ts'

const PER_SECOND = 20
const SECONDS = 120
const SECONDS_ALONE = 20
const SEATS = 40
const DIALLED = { old: '8001 8002 8003 8004'.split(' '), new: '8101 8102 8103 8104'.split(' ') }

const bench: Bench = async (args) => {
  const asked = args.find((arg) => arg.startsWith('--seconds='))?.split('=')[1]
  const seconds = args.includes('--small') ? 15 : Number(asked ?? SECONDS)
  const lab = await startLab({
    ownPostgres: true,
    settings: (usual) => {
      const seated = withSeats(SEATS, { desk: 60 })(usual)
      return { ...seated, pbx: { ...seated.pbx, rtpEnd: seated.pbx.rtpStart + 5_999 } }
    },
  })
  let seats: Seats | undefined
  try {
    seats = await startSeats(lab, { afterMs: 600, quiet: true })
    const [server, asterisk] = [lab.server.now().pid, lab.pbx.now().pid]
    const work = watchWork({ server, asterisk, postgres: lab.postgres?.now().pid ?? 0 })
    const { placed, taken } = await storm(lab, seconds)
    const during = work.so()
    await settle(lab, 180_000)
    await wait(1_000)
    const all = work.so()
    work.end()
    const counted = await endings(lab)
    let failed = 0
    await losses(lab, { placed, taken }, ({ what, holds, seen }) => {
      if (!holds) failed++
      console.log(`${holds ? '✓' : '✗'} ${what}${holds ? '' : ` ${JSON.stringify(seen)?.slice(0, 400)}`}`)
    })
    const rss = { server: rssMb(server), asterisk: rssMb(asterisk) }

    await lab.server.stop()
    const bare = watchWork({ asterisk })
    const alone = await storm(lab, Math.min(SECONDS_ALONE, seconds))
    const aloneMs = msPerCall(bare.so().cpu.asterisk, alone.placed)
    bare.end()
    return {
      figures: {
        sipp_placed: placed,
        sipp_refused: placed - taken,
        ...counted,
        lost: placed - counted.calls,
        twice_or_without_ending: Math.abs(counted.calls - counted.tickets - counted.callbacks - counted.reasons),
        proofs_failed: failed,
        server_cpu_ms_per_call: msPerCall(all.cpu.server, placed),
        postgres_cpu_ms_per_call: msPerCall(all.cpu.postgres, placed),
        asterisk_cpu_ms_per_call: msPerCall(all.cpu.asterisk, placed),
        asterisk_alone_cpu_ms_per_call: aloneMs,
        asterisk_alone_refused: alone.placed - alone.taken,
        bench_and_sipp_cpu_ms_per_call: msPerCall((all.cpu.bench ?? 0) + (all.cpu.sipp ?? 0), placed),
        busy_share_of_machine: during.busyShare,
        load_most: during.loadMost,
        server_rss_mb: rss.server,
        asterisk_rss_mb: rss.asterisk,
      },
      goals: {
        sipp_placed: { exactly: PER_SECOND * seconds },
        sipp_refused: { exactly: 0 },
        lost: { exactly: 0 },
        twice_or_without_ending: { exactly: 0 },
        proofs_failed: { exactly: 0 },
      },
      notes: [
        'a third hangs up during the notice, a third gives up within 4 to 7 s, a third stays 9 to 15 s; 40 desk phones answer whom they can',
        'wards say nothing and desk phones next to nothing, so most answered calls are said to have lost sound: sound is the bench `recording`',
        'alone: the same wards and phones with the server stopped, after the count',
      ],
    }
  } finally {
    await seats?.stop()
    await lab.stop()
  }
}
export default bench

const msPerCall = (seconds: number | undefined, calls: number): number => ((seconds ?? 0) / calls) * 1_000

/** SIPp's two campuses ring for so long. @returns SIPp's own counts. */
async function storm(lab: Lab, seconds: number): Promise<{ placed: number; taken: number }> {
  const each = (PER_SECOND / 2) * seconds
  const [old, young] = await Promise.all([
    wards(lab, { campus: 'old', address: '127.0.0.11', count: each }),
    wards(lab, { campus: 'new', address: '127.0.0.12', count: each }),
  ])
  return { placed: old.placed + young.placed, taken: old.taken + young.taken }
}

type Campus = { campus: 'old' | 'new'; address: string; count: number }

/** SIPp as one campus's gateway: so many calls, each hanging up when its own patience ends. */
async function wards(lab: Lab, { campus, address, count }: Campus): Promise<{ placed: number; taken: number }> {
  const folder = lab.varDir
  const file = join(folder, `storm-${campus}.csv`)
  const rows = Array.from({ length: count }, (_, n) => {
    // A third leaves during the notice, a third waits a few seconds, a third stays for as long as it takes.
    const patience = n % 3 === 0 ? 400 + (n % 7) * 100 : n % 3 === 1 ? 4_000 + (n % 11) * 300 : 9_000 + (n % 13) * 500
    return `${60_000 + (n % 9_000)};${DIALLED[campus][n % 4]};${patience}`
  })
  writeFileSync(file, `SEQUENTIAL\n${rows.join('\n')}\n`)
  const scenarioFile = join(folder, `storm-${campus}.xml`)
  writeFileSync(scenarioFile, scenario)
  const stats = join(folder, `storm-${campus}-stats.csv`)
  const errors = join(folder, `storm-${campus}-errors.log`)
  const port = await anyFreePort(address, 'udp')
  const target = `${lab.settings.pbx.host}:${lab.settings.pbx.sipPort}`
  const most = Math.ceil(count / (PER_SECOND / 2)) + 120
  const options = `${target} -sf ${scenarioFile} -inf ${file} -i ${address} -p ${port} -r ${PER_SECOND / 2} -m ${count} -l 2000 -nostdin -trace_stat -stf ${stats} -fd 5 -timeout ${most} -trace_err -error_file ${errors}`
  const sipp = spawn('sipp', options.split(' '), { stdio: 'ignore', cwd: folder })
  await new Promise((ended) => sipp.once('exit', ended))
  return counts(stats)
}

/** What the desk made of the calls. */
async function endings(lab: Lab) {
  const [counted] = await lab.query<{
    calls: number
    answered: number
    tickets: number
    callbacks: number
    reasons: number
  }>(
    `select (select count(*)::int from calls) as calls,
            (select count(*)::int from calls where outcome = 'answered') as answered,
            (select count(*)::int from ticket_calls where relation <> 'also') as tickets,
            (select count(*)::int from callbacks) as callbacks,
            (select count(*)::int from call_reasons) as reasons`,
  )
  if (!counted) throw new Error('no count')
  return counted
}

/** SIPp's own cumulative counters. */
function counts(file: string): { placed: number; taken: number } {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const names = (lines[0] ?? '').split(';')
  const last = (lines.at(-1) ?? '').split(';')
  const of = (name: string) => Number(last[names.indexOf(name)])
  return { placed: of('TotalCallCreated'), taken: of('SuccessfulCall(C)') }
}
