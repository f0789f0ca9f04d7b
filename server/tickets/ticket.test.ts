import t from 'tap'
import { collisions, isIpAddress, isUntouched, shownNumber, stateAfter } from './ticket.ts'

t.test('a fault solved on the phone is done without ever being dispatched', async (t) => {
  t.equal(stateAfter('unassigned', 'done'), 'done')
})

t.test('a withdrawn ticket can only be reopened', async (t) => {
  for (const act of ['take', 'assign', 'done', 'withdraw', 'give-up'] as const) {
    t.equal(stateAfter('withdrawn', act), undefined, act)
  }
  t.equal(stateAfter('withdrawn', 'reopen'), 'unassigned')
})

t.test('two people changing different fields do not collide; the same field does', async (t) => {
  t.same(collisions(['what'], [{ fields: ['placeId'] }]), [])
  t.same(collisions(['what', 'notes'], [{ fields: ['placeId'] }, { fields: ['what'] }]), ['what'])
})

t.test('an IP address is checked before an engineer is sent looking for it', async (t) => {
  for (const good of ['10.1.2.3', '192.168.100.200', '2001:db8::1']) t.ok(isIpAddress(good), good)
  for (const bad of ['10.1.2', '10.1.2.300', 'printer', '10.1.2.3/24', '', '::1/64']) t.notOk(isIpAddress(bad), bad)
})

t.test('a ticket is untouched until somebody writes on it', async (t) => {
  const begun = { state: 'unassigned', what: '', notes: '', reportedCategoryId: null } as const
  t.ok(isUntouched(begun))
  t.notOk(isUntouched({ ...begun, what: '打印机' }))
})

t.test('numbers are shown with four digits at least', async (t) => {
  t.equal(shownNumber(143), '0143')
  t.equal(shownNumber(12345), '12345')
})
