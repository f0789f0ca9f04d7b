/** Which runs prove nothing, because the machine stood still in them. */
import type { Count, FileCount } from './tap-run.ts'

/** A number said on the air lasts about this long, and whoever stood still for so long has missed it. */
const SPOILT_FROM_MS = 500
/** A desk that is broken fails in many places, and running all of them again would only take long to say so. */
const MOST = 3

/**
 * Sorts out what failed while the machine was measured to stand still: to be run once more, and then to stand. On a quiet
 * machine, or when much has failed, everything stands as it is.
 */
export function sortOut(ran: readonly FileCount[]): { spoiled: FileCount[]; stand: FileCount[] } {
  const spoiled = ran.filter((one) => one.failed > 0 && one.stillMs >= SPOILT_FROM_MS)
  if (spoiled.length > MOST || ran.some((one) => one.failed > 0 && !spoiled.includes(one)))
    return { spoiled: [], stand: [...ran] }
  return { spoiled, stand: ran.filter((one) => !spoiled.includes(one)) }
}

export function sumOf(counts: readonly Count[]): Count {
  return counts.reduce((sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed }), {
    passed: 0,
    failed: 0,
  })
}
