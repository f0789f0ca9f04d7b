import t from 'tap'
import type { AgentView, CallbackRow, CallCard, DeskSnapshot, Frame, PopCard, TicketRow } from '../wire.ts'
import { Desk } from './desk.ts'

const agent = (id: string, station: string): AgentView =>
  ({ person: { id, name: id, title: null }, station, state: 'ready', callId: null, callState: null }) as AgentView
const call = (but: Partial<CallCard> = {}): CallCard =>
  ({ callId: 'c1', state: 'queued', station: null, agent: null, arrivedAt: '2026-01-05T12:00:00Z', ...but }) as CallCard
const pop = (on: CallCard): PopCard => ({ call: on, legUniqueid: 'x.1' }) as PopCard
const ticket = (but: Partial<TicketRow> = {}): TicketRow =>
  ({
    ticketId: 't1',
    state: 'unassigned',
    priority: 2,
    assignee: null,
    firstTaker: { id: 'me', name: 'me', title: null },
    reportedAt: '2026-01-05T12:00:00Z',
    version: 1,
    ...but,
  }) as TicketRow

function aDesk(but: Partial<DeskSnapshot> = {}): Desk {
  const desk = new Desk()
  desk.load({
    seq: 10,
    serverTime: '2026-01-05T12:00:00Z',
    me: { personId: 'me', station: 'b1001', grants: [] },
    catalogue: { campuses: [], lines: [], categories: [], priorities: [], timeZone: 'Asia/Shanghai' },
    agents: [agent('me', 'b1001'), agent('other', 'b1002')],
    calls: [],
    pop: null,
    queues: [],
    callbacks: [],
    myTickets: [],
    unclaimed: [],
    myLastCalls: [],
    health: { serverTime: '2026-01-05T12:00:00Z', acting: true, wires: [], alarms: [] },
    ...but,
  } as unknown as DeskSnapshot)
  return desk
}
const say = (desk: Desk, ...frames: object[]) =>
  desk.hear({
    kind: 'frames',
    after: desk.seq,
    upTo: desk.seq + frames.length,
    frames: frames.map((frame, n) => ({ seq: desk.seq + n + 1, at: '', type: 'x', ...frame }) as unknown as Frame),
  })

const offered = call({ state: 'offered', station: 'b1001' })

t.test('a call offered to me brings its pop, and I am ringing though no event of mine said so', async (t) => {
  const desk = aDesk()
  say(desk, { subject: 'call', call: offered, pop: pop(offered) })
  t.equal(desk.calls.pop('c1')?.legUniqueid, 'x.1')
  t.match(desk.myAgent, { callId: 'c1', callState: 'offered' })
  t.type(desk.calls.heardAt('c1'), 'number')
})

t.test('a call that goes to somebody else takes its pop with it', async (t) => {
  const desk = aDesk()
  say(desk, { subject: 'call', call: offered, pop: pop(offered) })
  say(desk, { subject: 'call', call: call({ state: 'offered', station: 'b1002' }) })
  t.equal(desk.calls.pop('c1'), undefined)
  t.equal(desk.myAgent?.callId, null)
  t.equal(desk.agents.of('other')?.callId, 'c1')
})

t.test('a call that ended with me leaves the live ones, and its pop stays for the wrap-up', async (t) => {
  const desk = aDesk()
  say(desk, { subject: 'call', call: offered, pop: pop(offered) })
  say(desk, { subject: 'call', call: call({ state: 'ended', agent: { id: 'me', name: '', title: null } }) })
  t.same(desk.calls.live, [])
  t.equal(desk.calls.last[0]?.callId, 'c1')
  t.ok(desk.calls.pop('c1'))
})

t.test("a finished call of somebody else's is not among my last ones", async (t) => {
  const desk = aDesk()
  say(desk, { subject: 'call', call: call({ state: 'ended', agent: { id: 'other', name: '', title: null } }) })
  t.same(desk.calls.last, [])
})

t.test('a gap is asked for, never guessed', async (t) => {
  const desk = aDesk()
  t.equal(desk.hear({ kind: 'frames', after: 12, upTo: 13, frames: [] }), 'ask-again')
  t.equal(desk.seq, 10)
  t.equal(desk.hear({ kind: 'resync', why: 'too-far-behind' }), 'load-again')
})

t.test('what was heard before is passed over, and an empty batch still moves on', async (t) => {
  const desk = aDesk()
  const frame = { seq: 9, at: '', type: 'x', subject: 'call', call: offered } as unknown as Frame
  t.equal(desk.hear({ kind: 'frames', after: 8, upTo: 12, frames: [frame] }), 'held')
  t.same(desk.calls.live, [])
  t.equal(desk.seq, 12)
})

t.test('an older version of a ticket does not undo a newer one', async (t) => {
  const desk = aDesk({ myTickets: [ticket({ version: 3, what: 'new' })] })
  say(desk, { subject: 'ticket', ticket: ticket({ version: 2, what: 'old' }) })
  t.equal(desk.tickets.get('t1')?.what, 'new')
})

t.test('my tickets are those assigned to me, and those I took that nobody has', async (t) => {
  const someone = { id: 'other', name: '', title: null }
  const desk = aDesk({
    myTickets: [
      ticket(),
      ticket({ ticketId: 't2', assignee: someone }),
      ticket({ ticketId: 't3', state: 'done' }),
      ticket({ ticketId: 't4', priority: 1 }),
    ],
  })
  t.same(
    desk.tickets.mine.map((row) => row.ticketId),
    ['t4', 't1'],
  )
})

t.test('what nobody took stands for everybody until somebody takes it, oldest first', async (t) => {
  const nobodys = { assignee: null, firstTaker: null, state: 'unassigned' as const }
  const someone = { id: 'other', name: '', title: null }
  const desk = aDesk({
    unclaimed: [
      ticket({ ...nobodys, ticketId: 't5', kind: 'voicemail', reportedAt: '2026-01-05T11:00:00Z' }),
      ticket({ ...nobodys, ticketId: 't6', reportedAt: '2026-01-05T10:00:00Z' }),
    ],
    myTickets: [ticket()],
  })
  const owed = () => desk.tickets.unclaimed.map((row) => row.ticketId)
  t.same(owed(), ['t6', 't5'])
  say(desk, {
    subject: 'ticket',
    ticket: ticket({ ...nobodys, ticketId: 't6', version: 9, assignee: someone, state: 'in_progress' }),
  })
  t.same(owed(), ['t5'])
  const again = new Desk()
  const kept = desk.snapshot()
  if (kept) again.load(kept)
  t.same(
    again.tickets.unclaimed.map((row) => row.ticketId),
    ['t5'],
    'kept over a reload',
  )
})

t.test('a callback that is cleared leaves the list by itself', async (t) => {
  const row = { callbackId: 'b1', owedAt: '2026-01-05T12:00:00Z', clearedAt: null } as CallbackRow
  const desk = aDesk({ callbacks: [row] })
  t.equal(desk.callbacks.owed.length, 1)
  say(desk, { subject: 'callback', callback: { ...row, clearedAt: '2026-01-05T12:01:00Z' } })
  t.equal(desk.callbacks.owed.length, 0)
})

t.test('what is kept for a reload is what was on the screen', async (t) => {
  const desk = aDesk({ calls: [call()], myTickets: [ticket()] })
  const again = new Desk()
  again.load(JSON.parse(JSON.stringify(desk.snapshot())))
  t.same(again.snapshot(), desk.snapshot())
})
