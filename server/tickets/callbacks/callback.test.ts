import t from 'tap'
import { type Callback, type CallbackAsk, decide, evolve, holderOf, LEASE_MS } from './callback.ts'

const at = new Date('2026-03-02T01:00:00Z')
const later = (ms: number) => new Date(at.getTime() + ms)
const owed: Callback = {
  id: 'b1',
  organisationId: 'h',
  callId: 'k1',
  campusId: null,
  campus: 'new',
  line: 'it',
  number: '62041',
  placeId: null,
  owedAt: at,
  why: 'abandoned',
  takenBy: null,
  takenAt: null,
  leaseUntil: null,
  tries: 0,
  clearedAt: null,
  clearedHow: null,
  clearedBy: null,
  clearedCallId: null,
}
const take = (who: string, dials = false): CallbackAsk => ({ ask: 'take', byId: who, personId: who, dials })
const release = (who: string): CallbackAsk => ({ ask: 'release', byId: who, personId: who })
const clear: CallbackAsk = { ask: 'clear', byId: 'lin', how: 'unreachable', callId: null, said: true }
const after = (callback: Callback, ask: CallbackAsk, when = at): Callback => {
  const events = decide(callback, ask, when)
  if (typeof events === 'string') throw new Error(events)
  return events.reduce(evolve, callback)
}

t.test('one lease, one caller: until it ends nobody else takes the callback', async (t) => {
  const taken = after(owed, take('lin'))
  t.match(taken, { takenBy: 'lin', leaseUntil: later(LEASE_MS), tries: 0 })
  t.equal(holderOf(taken, later(LEASE_MS - 1)), 'lin')
  t.equal(holderOf(taken, later(LEASE_MS)), null)
  t.equal(decide(taken, take('wei'), later(LEASE_MS - 1)), 'callback-taken')
  t.match(after(taken, take('wei'), later(LEASE_MS)), { takenBy: 'wei', leaseUntil: later(2 * LEASE_MS) })
  t.match(after(taken, take('lin'), later(60_000)), { leaseUntil: later(LEASE_MS + 60_000) }, 'the same again: longer')
})

t.test('each time it is dialled is counted', async (t) => {
  t.equal(after(after(owed, take('lin', true)), take('lin', true)).tries, 2)
})

t.test('it is given back by whoever took it, and by nobody else', async (t) => {
  const taken = after(owed, take('lin'))
  t.same(decide(taken, release('wei'), at), [])
  t.same(decide(owed, release('wei'), at), [])
  t.same(after(taken, release('lin')), owed)
})

t.test('nobody reached needs a word why; a ticket speaks for itself', async (t) => {
  for (const how of ['unreachable', 'by_hand'] as const)
    t.equal(decide(owed, { ...clear, how, said: false }, at), 'note-needed')
  for (const how of ['ticket_exists', 'called_back', 'caller_got_through', 'place_got_through'] as const)
    t.match(after(owed, { ...clear, how, said: false }), { clearedHow: how })
})

t.test('what is cleared stays so', async (t) => {
  const cleared = after(after(owed, take('wei')), clear)
  t.match(cleared, { clearedAt: at, clearedHow: 'unreachable', clearedBy: 'lin', clearedCallId: null })
  for (const ask of [take('lin'), release('wei'), clear]) t.equal(decide(cleared, ask, at), 'callback-cleared')
})

t.test('owed by a call: since when and why', async (t) => {
  const event = { type: 'callback.owed', callbackId: 'b1', callId: 'k1', at: later(5), why: 'asked' } as const
  t.match(evolve(owed, event), { owedAt: later(5), why: 'asked' })
})
