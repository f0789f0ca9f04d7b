/**
 * Processes of ours, known by pid and the moment they began: a pid alone may belong to somebody else by now.
 * Linux only, from /proc.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Clock ticks since boot at which `pid` began; undefined when there is no such process (a zombie counts as none). */
export function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything; what follows the last bracket is plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** What `pid` was started with, or '' when it is gone. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Remembers a running process in `file`, so that a later start can find it. */
export function remember(file: string, pid: number): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ pid, began: beganAt(pid) }))
}

/** The pid remembered in `file`, when that very process still runs. */
export function remembered(file: string): number | undefined {
  try {
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; began: string }
    return began !== undefined && beganAt(pid) === began ? pid : undefined
  } catch {
    return undefined
  }
}

export function forget(file: string): void {
  rmSync(file, { force: true })
}

/** Asks `pid` to end by `signal`, and after `patienceMs` ends it. Resolves when it is gone. */
export async function endProcess(pid: number, signal: NodeJS.Signals = 'SIGTERM', patienceMs = 10_000): Promise<void> {
  const began = beganAt(pid)
  if (began === undefined) return
  const gone = () => beganAt(pid) !== began
  const send = (what: NodeJS.Signals) => {
    try {
      process.kill(pid, what)
    } catch {
      // It went by itself in between.
    }
  }
  send(signal)
  for (const until = Date.now() + patienceMs; Date.now() < until && !gone(); ) await pause(25)
  if (gone()) return
  send('SIGKILL')
  for (const until = Date.now() + 5_000; Date.now() < until && !gone(); ) await pause(25)
}

/** Resolves when `pid` is no more, or when `signal` aborts. */
export async function whenGone(pid: number, signal: AbortSignal): Promise<void> {
  const began = beganAt(pid)
  while (!signal.aborted && began !== undefined && beganAt(pid) === began)
    await pause(250, undefined, { signal }).catch(() => undefined)
}
