import t from 'tap'
import type { SystemRoleView } from '../../wire.ts'
import { handsOf, rolesOf, systemsOf, usualShift } from './roster.ts'

const role = (system: string, letter: 'A' | 'B', id: string | null): SystemRoleView => ({
  ...{ system, zh: system, en: null, role: letter, units: [], onDuty: false },
  person: id ? { id, name: id, title: null } : null,
})
const roles = [role('his', 'A', 'ma'), role('his', 'B', 'sun'), role('lis', 'A', 'sun'), role('lis', 'B', null)]

t.test('who is A of one system may be B of another', async (t) => {
  const { A, B } = rolesOf(roles, 'sun')
  t.match([A, B], [[{ system: 'lis' }], [{ system: 'his' }]])
  t.match(systemsOf(roles), [
    { system: 'his', A: { person: { id: 'ma' } }, B: { person: { id: 'sun' } } },
    { system: 'lis', B: { person: null } },
  ])
})

t.test('a handheld is in one person’s hands now, and it is known who comes after', async (t) => {
  const at = Date.parse('2026-11-22T10:00:00Z')
  const plan = (id: string, from: string, to: string | null) => ({
    ...{ planId: id, unit: '07', from: `2026-11-22T${from}:00Z`, to: to && `2026-11-22T${to}:00Z` },
    person: { id, name: id, title: null },
  })
  const both = [plan('ma', '08:00', '16:00'), plan('sun', '16:00', null)]
  t.match(handsOf(both, '07', at), { holds: { planId: 'ma' }, next: { planId: 'sun' } })
  t.same(handsOf(both, '08', at), { holds: null, next: null })
  t.match(handsOf(both, '07', at + 9 * 3_600_000), { holds: { planId: 'sun' }, next: null })
})

t.test('a shift put on duty now covers now', async (t) => {
  const now = Date.parse('2026-11-22T10:42:00Z')
  const { from, to } = usualShift(now)
  t.ok(from <= now && to > now)
  t.equal(to - from, 8 * 3_600_000)
})
