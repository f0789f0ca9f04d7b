import { setTimeout as wait } from 'node:timers/promises'

type Wire = { wire: string; state: string; since: string; why: string | null }
export type Status = { state: string; ready: boolean; acting: boolean; wires: Wire[] }

/** What the desk says of itself; undefined while it does not answer. */
export async function statusOf(url: string): Promise<Status | undefined> {
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(2_000) })
    return (await response.json()) as Status
  } catch {
    return undefined
  }
}

/** Milliseconds until the desk says a wire is (or is no longer) broken; NaN when it does not within `ms`. */
export async function untilWire(url: string, wire: string, broken: boolean, ms: number): Promise<number> {
  const from = performance.now()
  while (performance.now() - from < ms) {
    const found = (await statusOf(url))?.wires.find((one) => one.wire === wire)
    if (found && (found.state === 'broken') === broken) return Math.round(performance.now() - from)
    await wait(100)
  }
  return Number.NaN
}

/** One figure of `/metrics`, summed over its labels; NaN when it is not there. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const values = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return values.length === 0 ? Number.NaN : values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
