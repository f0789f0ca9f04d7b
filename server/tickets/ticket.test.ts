import t from 'tap'
import type { TicketState } from '../wire/tickets.ts'
import {
  type Ask,
  acts,
  collisions,
  decide,
  evolve,
  isIpAddress,
  isUntouched,
  shownNumber,
  standingOf,
  stateAfter,
  type Ticket,
} from './ticket.ts'

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

const at = new Date('2026-03-02T01:00:00Z')
const aTicket = (but: Partial<Ticket> = {}): Ticket => ({
  id: 't1',
  organisationId: 'h',
  year: 2026,
  number: 1,
  campusId: 'c1',
  campus: 'new',
  lineId: 'l1',
  line: 'it',
  kind: 'incident',
  state: 'unassigned',
  what: '',
  notes: '',
  contactNumber: '62041',
  reporterId: null,
  offeredIds: [],
  reporterName: '',
  unitId: null,
  reportedPlaceId: null,
  confirmedPlaceId: null,
  placeText: '',
  reportedCategoryId: 'printer',
  confirmedCategoryId: null,
  reportedImpact: 3,
  reportedUrgency: 3,
  confirmedImpact: null,
  confirmedUrgency: null,
  priority: 4,
  ipAddress: null,
  firstTakerId: null,
  assigneeId: null,
  crewId: null,
  resolution: null,
  ...{ causeId: null, survivorId: null, waitingFor: null, waitingUntil: null, arrivedAt: null, reviewedAt: null },
  ...{ verifyBy: null, verifiedAt: null, returned: 0, moved: 0, escalated: false, actBy: null, stars: null },
  actedVersion: 0,
  faultCause: null,
  urged: 0,
  repeat: false,
  source: 'desk',
  reportedAt: at,
  respondedAt: null,
  finishedAt: null,
  version: 4,
  ...but,
})
const inState = (state: TicketState): Ticket =>
  aTicket({
    state,
    ...(state === 'in_progress' && { assigneeId: 'wei' }),
    ...(state === 'done' && { resolution: 'phone', finishedAt: at }),
  })
const STATES: TicketState[] = ['unassigned', 'in_progress', 'done', 'withdrawn', 'unresolved']
const byId = 'lin'
const ASKS: { [K in Ask['ask']]: Extract<Ask, { ask: K }> } = {
  take: { ask: 'take', byId, personId: 'lin' },
  assign: { ask: 'assign', byId, assigneeId: 'chen', crewId: 'crew-1' },
  done: { ask: 'done', byId, resolution: 'remote' },
  withdraw: { ask: 'withdraw', byId, reason: '报错了' },
  'give-up': { ask: 'give-up', byId, reason: '要等厂家' },
  reopen: { ask: 'reopen', byId },
  urge: { ask: 'urge', byId, callId: null },
  note: { ask: 'note', byId },
  change: { ask: 'change', byId, fields: ['impact', 'what'], to: { reportedImpact: 1, priority: 2, what: '打印机' } },
  join: { ask: 'join', byId, callId: 'k1', relation: 'same_fault' },
  leave: { ask: 'leave', byId, callId: 'k1', alone: false },
  'first-take': { ask: 'first-take', byId, personId: 'lin' },
  arrive: { ask: 'arrive', byId },
  wait: { ask: 'wait', byId, waitingFor: 'part', until: new Date(at.getTime() + 3_600_000) },
  resume: { ask: 'resume', byId, wokeUp: false },
  return: { ask: 'return', byId, why: 'busy' },
  transfer: { ask: 'transfer', byId, personId: 'chen', crewId: null },
  review: { ask: 'review', byId, openParts: 0, isPart: false },
  'send-back': { ask: 'send-back', byId, reason: '没有写原因' },
  verify: { ask: 'verify', byId, how: 'phone', openParts: 0 },
  'not-fixed': { ask: 'not-fixed', byId, how: 'phone' },
  rate: { ask: 'rate', byId, stars: 5 },
  complain: { ask: 'complain', byId, complaintId: 'c1', aboutId: 'wei', words: '等了两小时' },
  'answer-complaint': { ask: 'answer-complaint', byId, complaintId: 'c1', words: '已致歉' },
  instruct: { ask: 'instruct', byId, until: new Date(at.getTime() + 3_600_000) },
  escalate: { ask: 'escalate', byId: null },
  merge: { ask: 'merge', byId, survivorId: 't2', linkId: 'l1', reason: '同一台打印机' },
  split: { ask: 'split', byId, survivorId: 't2', linkId: 'l1' },
  link: { ask: 'link', byId, linkId: 'l2', kind: 'related', otherId: 't3', isFrom: true },
  unlink: { ask: 'unlink', byId, linkId: 'l2', kind: 'related', otherId: 't3', isFrom: true },
}
/** What an act needs of the ticket beside its state. */
const NEEDS: { [K in Ask['ask']]?: Partial<Ticket> } = {
  resume: { waitingFor: 'part', waitingUntil: at },
  'send-back': { assigneeId: 'wei' },
  verify: { reviewedAt: at },
  split: { survivorId: 't2', assigneeId: 'wei' },
}
const after = (ticket: Ticket, ask: Ask): Ticket => {
  const events = decide(ticket, ask, at)
  if (typeof events === 'string') throw new Error(events)
  return events.reduce<Ticket>(evolve, ticket)
}

t.test('each act leads where the table says from each state, and is refused from every other', async (t) => {
  const open = { unassigned: true, in_progress: true }
  const all = { ...open, done: true, withdrawn: true, unresolved: true }
  const may: Record<Ask['ask'], [object, TicketState?]> = {
    take: [open, 'in_progress'],
    assign: [open, 'in_progress'],
    done: [open, 'done'],
    withdraw: [open, 'withdrawn'],
    'give-up': [{ in_progress: true }, 'unresolved'],
    reopen: [{ done: true, withdrawn: true, unresolved: true }, 'unassigned'],
    urge: [open],
    note: [all],
    change: [all],
    join: [all],
    leave: [all],
    'first-take': [all],
    arrive: [{ in_progress: true }],
    wait: [{ in_progress: true }],
    resume: [{ in_progress: true }],
    return: [{ in_progress: true }, 'unassigned'],
    transfer: [{ in_progress: true }],
    review: [{ done: true }],
    'send-back': [{ done: true }, 'in_progress'],
    verify: [{ done: true }],
    'not-fixed': [{ done: true }, 'unassigned'],
    rate: [{ done: true, unresolved: true }],
    complain: [all],
    'answer-complaint': [all],
    instruct: [open],
    escalate: [open],
    merge: [open, 'withdrawn'],
    split: [{ withdrawn: true }, 'in_progress'],
    link: [all],
    unlink: [all],
  }
  for (const [act, [from, to]] of Object.entries(may) as [Ask['ask'], [object, TicketState?]][]) {
    for (const state of STATES) {
      const ticket = { ...inState(state), ...NEEDS[act] }
      if (state in from) t.equal(after(ticket, ASKS[act]).state, to ?? state, `${act} of one that is ${state}`)
      else {
        const refusal = act === 'urge' ? 'ticket-not-open' : 'ticket-not-in-that-state'
        t.equal(decide(ticket, ASKS[act], at), refusal, `${act} of one that is ${state}`)
      }
    }
  }
  const working = ['take', 'assign', 'arrive', 'wait', 'done', 'return', 'transfer', 'withdraw', 'give-up', 'merge']
  t.same(acts(inState('in_progress')), [...working, 'instruct', 'urge'])
  t.same(acts(inState('withdrawn')), ['reopen'])
  t.same(acts({ ...inState('withdrawn'), survivorId: 't2' }), ['split'], 'what is merged is split, not reopened')
})

t.test('what is missing is asked for', async (t) => {
  const refused = (but: Partial<Ticket>, ask: Ask, code: string) => t.equal(decide(aTicket(but), ask, at), code)
  refused({}, { ask: 'done', byId }, 'resolution-needed')
  refused({ reportedCategoryId: null }, ASKS.done, 'category-needed')
  refused({}, { ask: 'withdraw', byId, reason: ' ' }, 'reason-needed')
  refused({}, { ask: 'withdraw', byId }, 'reason-needed')
  refused({}, { ask: 'assign', byId }, 'somebody-needed')
  refused({ state: 'in_progress', crewId: 'crew-1' }, { ask: 'assign', byId, crewId: null }, 'somebody-needed')
})

t.test('a ticket in progress always has somebody: a person, a crew, or both', async (t) => {
  const assign = (ticket: Ticket, to: object) => after(ticket, { ask: 'assign', byId, ...to })
  const crew = assign(aTicket(), { crewId: 'crew-1' })
  t.match(crew, { state: 'in_progress', assigneeId: null, crewId: 'crew-1', respondedAt: at, version: 5 })
  const person = assign(crew, { assigneeId: 'chen' })
  t.match(person, { assigneeId: 'chen', crewId: 'crew-1' }, 'what is left out stays')
  t.match(assign(person, { assigneeId: null }), { state: 'in_progress', assigneeId: null, crewId: 'crew-1' })
  t.same(decide(person, { ask: 'assign', byId, assigneeId: 'chen' }, at), [], 'what is so already is no event')
  t.match(after(crew, ASKS.take), { assigneeId: 'lin', crewId: 'crew-1' }, 'who takes it does not dismiss the crew')
  t.match(after(person, ASKS['give-up']), { state: 'unresolved', assigneeId: 'chen' })
})

t.test('times are written once: the first answer, and the end of what is over', async (t) => {
  const later = new Date(at.getTime() + 60_000)
  const taken = after(aTicket(), ASKS.take)
  const events = decide(taken, ASKS.done, later)
  const done = Array.isArray(events) ? events.reduce<Ticket>(evolve, taken) : taken
  t.match(done, { respondedAt: at, finishedAt: later, resolution: 'remote' })
  t.match(after(done, ASKS.reopen), { respondedAt: at, finishedAt: null, resolution: null, assigneeId: null })
})

t.test('a change tells its codes before and after, and of words the field alone', async (t) => {
  t.match(decide(aTicket(), ASKS.change, at), [
    { type: 'ticket.changed', fields: ['impact', 'what'], changes: { reportedImpact: [3, 1], priority: [4, 2] } },
  ])
  t.notOk(JSON.stringify(decide(aTicket(), ASKS.change, at)).includes('打印机'))
  t.same(decide(aTicket(), { ask: 'change', byId, fields: [], to: {} }, at), [])
  t.notOk(JSON.stringify(standingOf(aTicket({ what: '打印机', reporterName: '陈' }))).match(/打印机|陈|62041/))
})

t.test('the first taker is an event, once', async (t) => {
  const taken = after(aTicket(), ASKS['first-take'])
  t.match(taken, { firstTakerId: 'lin', version: 5 })
  t.same(decide(taken, { ...ASKS['first-take'], personId: 'wei' }, at), [])
})

t.test('the last call that leaves an untouched ticket takes it along; a written one stays', async (t) => {
  const leave = { ...ASKS.leave, alone: true }
  t.equal(after(aTicket({ reportedCategoryId: null }), leave).state, 'withdrawn')
  t.equal(after(aTicket({ reportedCategoryId: null }), ASKS.leave).state, 'unassigned')
  t.equal(after(aTicket({ what: '打印机' }), leave).state, 'unassigned')
})
