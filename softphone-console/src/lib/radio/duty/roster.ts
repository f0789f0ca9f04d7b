import type { PlanView, SystemRole, SystemRoleView } from '../../wire.ts'

/** The systems a person answers for, as A and as B. */
export function rolesOf(roles: readonly SystemRoleView[], personId: string): Record<SystemRole, SystemRoleView[]> {
  const of = (role: SystemRole) => roles.filter((one) => one.role === role && one.person?.id === personId)
  return { A: of('A'), B: of('B') }
}

export type SystemLine = { system: string; zh: string; en: string | null; A: SystemRoleView; B: SystemRoleView }

/** One line a system, with its A and its B. */
export function systemsOf(roles: readonly SystemRoleView[]): SystemLine[] {
  const lines: SystemLine[] = []
  for (const one of roles.filter(({ role }) => role === 'A')) {
    const b = roles.find(({ system, role }) => system === one.system && role === 'B')
    if (b) lines.push({ system: one.system, zh: one.zh, en: one.en, A: one, B: b })
  }
  return lines
}

/** Who holds a handheld now, until when, and who comes after. */
export function handsOf(
  holders: readonly PlanView[],
  unit: string,
  now: number,
): { holds: PlanView | null; next: PlanView | null } {
  const mine = holders.filter((one) => one.unit === unit)
  return {
    holds: mine.find(({ from, to }) => Date.parse(from) <= now && (to === null || Date.parse(to) > now)) ?? null,
    next: mine.find(({ from }) => Date.parse(from) > now) ?? null,
  }
}

const HOUR = 3_600_000

/** What a shift put on duty now most likely is: from this hour's begin, for eight hours; ms. */
export function usualShift(now: number): { from: number; to: number } {
  const from = Math.floor(now / HOUR) * HOUR
  return { from, to: from + 8 * HOUR }
}
