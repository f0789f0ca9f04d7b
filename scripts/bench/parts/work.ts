/** What a machine did meanwhile: processor seconds by process, load, and datagrams that found no room. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_S = 100

/** Processor seconds of a process: its threads, and (or only) the children it has waited for. 0 when it is gone. */
export function cpuSeconds(pid: number, of = [11, 12, 13, 14]): number {
  const fields = stat(pid)
  return of.reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / TICKS_PER_S
}

/** The same with every living process below it (PostgreSQL's backends). */
export function cpuSecondsOfTree(pid: number): number {
  return cpuSeconds(pid) + childrenOf(pid).reduce((sum, child) => sum + cpuSecondsOfTree(child), 0)
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((child) => Number(stat(child)[1]) === pid)

/** Processor seconds of a Chromium by the kind of its processes: `browser`, `renderer`, `gpu-process`, `audio`, `network` … */
export function cpuSecondsOfChromium(pid: number): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const one of treeOf(pid)) {
    const words = wordsOf(one)
    const said = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1]
    const kind = said('utility-sub-type')?.split('.')[0] ?? said('type') ?? 'browser'
    kinds[kind] = (kinds[kind] ?? 0) + cpuSeconds(one, [11, 12])
  }
  return kinds
}

const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)]

function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/)
  } catch {
    return []
  }
}

/** Resident memory in MiB. */
export function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Fields of /proc/PID/stat after the name: 0 is the state, 1 the parent. */
function stat(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  } catch {
    return []
  }
}

/** Seconds this machine's cores worked and idled since it started, and datagrams dropped for want of room. */
function machine(): { busy: number; idle: number; dropped: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, soft = 0, steal = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) / TICKS_PER_S)
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '))
  const dropped = Number(values?.[names?.indexOf('RcvbufErrors') ?? -1])
  return { busy: user + nice + system + irq + soft + steal, idle: idle + iowait, dropped }
}

/** What passed on loopback since the machine (or its sealed network) started: bytes of all kinds, and datagrams (RTP, RTCP, ICE, SIP). */
export function passed(): { bytes: number; datagrams: number } {
  const lo = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((line) => line.trim().startsWith('lo:'))
  const [, udp] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
  // absent where the machine has no IPv6
  const udp6 = existsSync('/proc/net/snmp6') ? readFileSync('/proc/net/snmp6', 'utf8') : ''
  return {
    bytes: Number(lo?.trim().split(/\s+/)[1]),
    datagrams: Number(udp?.split(' ')[1]) + Number(/^Udp6InDatagrams\s+(\d+)/m.exec(udp6)?.[1] ?? 0),
  }
}

export type Watch = {
  /** Processor seconds of each process named at the start, of this one and of those it waited for (SIPp); the machine's busy share, its highest load, lost datagrams. */
  so: () => { cpu: Record<string, number>; busyShare: number; loadMost: number; datagramsDropped: number }
  end: () => void
}

/** Starts to watch: pids by name. The load is the run queue's length, asked each second. */
export function watchWork(pids: Readonly<Record<string, number>>): Watch {
  const each = () => [
    ...Object.entries(pids).map(([name, pid]) => [name, cpuSecondsOfTree(pid)] as const),
    ['bench', cpuSeconds(process.pid, [11, 12])] as const,
    ['sipp', cpuSeconds(process.pid, [13, 14])] as const,
  ]
  const from = new Map(each())
  const before = machine()
  let loadMost = 0
  const timer = setInterval(() => {
    loadMost = Math.max(loadMost, Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]))
  }, 1_000)
  timer.unref()
  return {
    so() {
      const now = machine()
      const [busy, idle] = [now.busy - before.busy, now.idle - before.idle]
      return {
        cpu: Object.fromEntries(each().map(([name, seconds]) => [name, seconds - (from.get(name) ?? 0)])),
        busyShare: busy / (busy + idle),
        loadMost,
        datagramsDropped: now.dropped - before.dropped,
      }
    },
    end: () => clearInterval(timer),
  }
}
