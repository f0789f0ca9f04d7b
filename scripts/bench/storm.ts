/**
 * Half the wards ring within two minutes: SIPp places 20 calls a second on both campuses and all lines. Part is
 * answered, the rest gives up waiting or hangs up during the notice. SIPp's own count is the witness.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { losses, settle } from '../drill/parts/losses.ts'
import { startTraffic, withSeats } from '../drill/parts/traffic.ts'
import { startLab } from '../lab.ts'
import { anyFreePort } from '../parts/ports.ts'
import { scenario } from './parts/sipp.ts'

const PER_SECOND = 20
const SECONDS = 120
const SEATS = 40
const DIALLED = { old: '8001 8002 8003 8004'.split(' '), new: '8101 8102 8103 8104'.split(' ') }

const bench: Bench = async (args) => {
  const seconds = args.includes('--small') ? 15 : SECONDS
  const lab = await startLab({
    ownPostgres: true,
    settings: (usual) => {
      const seated = withSeats(SEATS, { desk: 60 })(usual)
      return { ...seated, pbx: { ...seated.pbx, rtpEnd: seated.pbx.rtpStart + 5_999 } }
    },
  })
  try {
    const traffic = await startTraffic(lab, { answering: SEATS, afterMs: 600 })
    const cpuFrom = cpuSeconds(lab.server.now().pid)
    const each = (PER_SECOND / 2) * seconds
    const [old, young] = await Promise.all([wards('old', '127.0.0.11', each), wards('new', '127.0.0.12', each)])
    await settle(lab, 180_000)
    await wait(1_000)
    const placed = old.placed + young.placed
    const taken = old.taken + young.taken
    const [counted] = await lab.query<{
      calls: number
      tickets: number
      callbacks: number
      reasons: number
      answered: number
    }>(
      `select (select count(*)::int from calls) as calls, (select count(*)::int from ticket_calls where relation <> 'also') as tickets,
              (select count(*)::int from callbacks) as callbacks, (select count(*)::int from call_reasons) as reasons,
              (select count(*)::int from calls where outcome = 'answered') as answered`,
    )
    if (!counted) throw new Error('no count')
    let failed = 0
    await losses(lab, { placed, taken }, ({ what, holds, seen }) => {
      if (!holds) failed++
      console.log(`${holds ? '✓' : '✗'} ${what}${holds ? '' : ` ${JSON.stringify(seen)?.slice(0, 400)}`}`)
    })
    const cpu = cpuSeconds(lab.server.now().pid) - cpuFrom
    await traffic.stop()
    const endings = counted.tickets + counted.callbacks + counted.reasons
    return {
      figures: {
        sipp_placed: placed,
        sipp_refused: placed - taken,
        calls: counted.calls,
        answered: counted.answered,
        tickets: counted.tickets,
        callbacks: counted.callbacks,
        reasons: counted.reasons,
        lost: placed - counted.calls,
        twice_or_without_ending: Math.abs(counted.calls - endings),
        proofs_failed: failed,
        server_cpu_ms_per_call: (cpu / placed) * 1000,
        server_cpu_share_of_machine: cpu / seconds / cpus().length,
        server_rss_mb: rssMb(lab.server.now().pid),
        asterisk_rss_mb: rssMb(lab.pbx.now().pid),
      },
      goals: {
        sipp_placed: { exactly: each * 2 },
        sipp_refused: { exactly: 0 },
        lost: { exactly: 0 },
        twice_or_without_ending: { exactly: 0 },
        proofs_failed: { exactly: 0 },
      },
    }

    /** SIPp as one campus's gateway: so many calls, each hanging up when its own patience ends. */
    async function wards(
      campus: 'old' | 'new',
      address: string,
      count: number,
    ): Promise<{ placed: number; taken: number }> {
      const folder = lab.varDir
      const file = join(folder, `storm-${campus}.csv`)
      const rows = Array.from({ length: count }, (_, n) => {
        // A third leaves during the notice, a third waits a few seconds, a third stays for as long as it takes.
        const patience =
          n % 3 === 0 ? 400 + (n % 7) * 100 : n % 3 === 1 ? 4_000 + (n % 11) * 300 : 9_000 + (n % 13) * 500
        return `${60_000 + (n % 9_000)};${DIALLED[campus][n % 4]};${patience}`
      })
      writeFileSync(file, `SEQUENTIAL\n${rows.join('\n')}\n`)
      const scenarioFile = join(folder, 'storm.xml')
      writeFileSync(scenarioFile, scenario)
      const stats = join(folder, `storm-${campus}-stats.csv`)
      const port = await anyFreePort(address, 'udp')
      const target = `${lab.settings.pbx.host}:${lab.settings.pbx.sipPort}`
      const options = `${target} -sf ${scenarioFile} -inf ${file} -i ${address} -p ${port} -r ${PER_SECOND / 2} -m ${count} -l 2000 -nostdin -trace_stat -stf ${stats} -fd 5 -timeout ${seconds + 120}`
      const sipp = spawn('sipp', options.split(' '), { stdio: 'ignore', cwd: folder })
      await new Promise((ended) => sipp.once('exit', ended))
      return counts(stats)
    }
  } finally {
    await lab.stop()
  }
}
export default bench

/** SIPp's own cumulative counters. */
function counts(file: string): { placed: number; taken: number } {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const names = (lines[0] ?? '').split(';')
  const last = (lines.at(-1) ?? '').split(';')
  const of = (name: string) => Number(last[names.indexOf(name)])
  return { placed: of('TotalCallCreated'), taken: of('SuccessfulCall(C)') }
}

const TICKS_PER_S = 100
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}
function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
