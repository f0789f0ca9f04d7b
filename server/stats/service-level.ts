/**
 * The service level: how many callers were served in time. One figure, one formula, shown beside it on the screen:
 * (answered in T + abandoned in T) ÷ (answered + abandoned). Short abandons are in neither sum (calls/call.ts).
 */

/** T, in milliseconds. */
export const SERVICE_LEVEL_MS = 20_000

export type Served = { answered: number; abandoned: number; answeredInTime: number; abandonedInTime: number }

/** From 0 to 1; null while nobody has called, because no call is not a bad one. */
export function serviceLevel({ answered, abandoned, answeredInTime, abandonedInTime }: Served): number | null {
  const counted = answered + abandoned
  return counted === 0 ? null : (answeredInTime + abandonedInTime) / counted
}
