import fc from 'fast-check'
import t from 'tap'
import {
  type Call,
  firstAnswer,
  isLost,
  isShortAbandon,
  type Leg,
  learn,
  offerEnd,
  outcomeOf,
  overOf,
  stateOf,
  talkMs,
  waitedMs,
} from './call.ts'
import type { CallEvent } from './events.ts'
import type { CallFact } from './fact.ts'
import { turns } from './turns.ts'

const noon = Date.parse('2026-01-05T04:00:00Z')
const callId = '98f87354-ca79-4abf-b8fc-4f7f050fdaa4'
type Bare = CallFact extends infer F
  ? F extends CallFact
    ? Omit<F, 'callId' | 'at' | 'pbx' | 'bootId'>
    : never
  : never
const at = (seconds: number, fact: Bare): CallFact =>
  ({ callId, pbx: 1, bootId: 'b', at: new Date(noon + seconds * 1000), ...fact }) as CallFact

const arrived = (seconds = 0, direction: 'inbound' | 'callback' = 'inbound') =>
  at(seconds, {
    type: 'caller-arrived',
    root: 'ward',
    direction,
    campus: 'new',
    line: 'it',
    dialled: '8102',
    diverted: '',
    ani: '62041',
    aniName: '',
  })
const queued = (seconds: number) => at(seconds, { type: 'caller-queued', queue: 'it' })
const rung = (seconds: number, uniqueid = 'leg1', station = 'b1001') =>
  at(seconds, { type: 'station-rung', uniqueid, station })
const connected = (seconds: number, uniqueid = 'leg1', station = 'b1001') =>
  at(seconds, { type: 'station-answered', uniqueid, station })
const talking = (seconds: number, uniqueid: string, station: string | null = null) =>
  at(seconds, { type: 'leg-talking', uniqueid, side: 'agent', station })
const silent = (seconds: number, uniqueid: string) => at(seconds, { type: 'leg-silent', uniqueid })
const gone = (seconds: number, uniqueid: string, by: 'caller' | 'agent' | null, cause = 16) =>
  at(seconds, { type: 'leg-ended', uniqueid, cause, endedBy: by })

const know = (facts: CallFact[]): Call => facts.reduce<Call | undefined>(learn, undefined) as Call
const told = (facts: CallFact[]): CallEvent[] => {
  let call: Call | undefined
  return facts.flatMap((fact) => {
    const before = call
    call = learn(before, fact)
    return turns(before, call)
  })
}
const types = (events: CallEvent[]) => events.map((event) => event.type)

const answered = [
  arrived(),
  queued(2),
  rung(2.1),
  connected(8),
  talking(8, 'leg1', 'b1001'),
  talking(8, 'ward'),
  silent(38, 'ward'),
  silent(38, 'leg1'),
  gone(38, 'ward', 'caller'),
  gone(38.01, 'leg1', null),
]

t.test('a caller who is answered has waited since the queue and talked while in the bridge', async (t) => {
  const call = know(answered)
  t.equal(stateOf(call), 'ended')
  t.equal(outcomeOf(call), 'answered')
  t.equal(waitedMs(call), 6_000)
  t.equal(talkMs(call), 30_000)
  t.equal(overOf(call)?.by, 'caller')
  t.match(firstAnswer(call), { leg: { station: 'b1001' } })
  t.same(types(told(answered)), [
    'call.arrived',
    'call.queued',
    'call.offered',
    'call.offer-ended',
    'call.answered',
    'call.ended',
    'call.leg-ended',
  ])
})

t.test('a caller who hangs up while waiting has abandoned the call', async (t) => {
  const call = know([arrived(), queued(2), gone(14, 'ward', 'caller', 0)])
  t.equal(outcomeOf(call), 'abandoned')
  t.equal(waitedMs(call), 12_000)
  t.notOk(isShortAbandon(call))
})

t.test('a caller gone within five seconds, or during the notice, never gave us a fair chance', async (t) => {
  t.ok(isShortAbandon(know([arrived(), queued(2), gone(6.9, 'ward', 'caller', 0)])))
  t.ok(isShortAbandon(know([arrived(), gone(1, 'ward', 'caller', 0)])))
  t.notOk(isShortAbandon(know([arrived(), queued(2), gone(7, 'ward', 'caller', 0)])))
})

t.test('a caller who found nobody to wait for has waited since the notice was over', async (t) => {
  const call = know([arrived(), at(2, { type: 'notice-over' }), gone(20, 'ward', 'caller', 0)])
  t.equal(outcomeOf(call), 'abandoned')
  t.equal(waitedMs(call), 18_000)
  t.notOk(isShortAbandon(call))
  t.ok(isShortAbandon(know([arrived(), at(2, { type: 'notice-over' }), gone(4, 'ward', 'caller', 0)])))
})

t.test('an agent who refuses has declined, even when the ring timer says no answer at the same moment', async (t) => {
  const refused = at(5, { type: 'station-stopped', uniqueid: 'leg1', station: 'b1001', why: 'declined' })
  const timer = at(5, { type: 'station-stopped', uniqueid: 'leg1', station: 'b1001', why: 'no_answer' })
  for (const facts of [
    [refused, timer],
    [timer, refused],
  ]) {
    const call = know([arrived(), queued(2), rung(2.1), ...facts])
    t.equal(offerEnd(call, call.legs[0] as Leg)?.outcome, 'declined')
    t.equal(stateOf(call), 'queued', 'and the caller waits on')
  }
})

t.test('where only the record tells of it, the cause says whether an agent declined or let it ring', async (t) => {
  const ended = (cause: number) => {
    const call = know([arrived(), queued(2), rung(2.1), gone(9, 'leg1', null, cause)])
    return offerEnd(call, call.legs[0] as Leg)?.outcome
  }
  t.equal(ended(21), 'declined')
  t.equal(ended(0), 'no_answer')
})

t.test('a mailbox that picks up has not answered: only standing in a bridge with the caller counts', async (t) => {
  const pickedUp = at(5, { type: 'station-stopped', uniqueid: 'mob', station: 'old', why: 'answered' })
  const call = know([arrived(), rung(2, 'mob', 'old'), pickedUp, gone(30, 'mob', null), gone(31, 'ward', 'caller', 0)])
  t.equal(firstAnswer(call), null)
  t.equal(outcomeOf(call), 'abandoned')
})

t.test('an agent whose leg dies is lost, the caller goes on to the next, and both are told', async (t) => {
  const facts = [
    ...answered.slice(0, 6),
    silent(20, 'leg1'),
    silent(20, 'ward'),
    gone(20, 'leg1', null, 44),
    rung(20.2, 'leg2', 'b1002'),
    talking(23, 'leg2', 'b1002'),
    talking(23, 'ward'),
    gone(33, 'ward', 'caller'),
    gone(33, 'leg2', null),
  ]
  const call = know(facts)
  t.ok(isLost(call, call.legs.find((leg) => leg.uniqueid === 'leg1') as Leg))
  t.equal(talkMs(call), 22_000)
  const answers = told(facts).filter((event) => event.type === 'call.answered')
  t.match(answers, [
    { station: 'b1001', first: true },
    { station: 'b1002', first: false },
  ])
  t.match(
    told(facts).find((event) => event.type === 'call.leg-ended'),
    { station: 'b1001', lost: true, talkMs: 12_000 },
  )
})

t.test('a call we made is answered by the ward, not by our own phone', async (t) => {
  const ours = at(0, { type: 'leg-talking', uniqueid: 'x', side: 'agent', station: 'b1001' })
  const made = { ...arrived(0, 'callback'), root: 'desk' } as CallFact
  const own = connected(0.5, 'desk', 'b1001')
  const unanswered = know([made, own, rung(1, 'out', 'new'), gone(20, 'out', null, 17), gone(20, 'desk', null, 17)])
  t.equal(outcomeOf(unanswered), 'failed')
  const facts = [made, own, { ...ours, uniqueid: 'desk' }, talking(5, 'out', 'new')].map((fact) => ({
    ...fact,
    at: fact.type === 'leg-talking' ? new Date(noon + 5_000) : fact.at,
  }))
  const call = know([...(facts as CallFact[]), gone(15, 'out', 'caller'), gone(15.1, 'desk', null)])
  t.equal(outcomeOf(call), 'answered')
  t.equal(talkMs(call), 10_000)
  t.match(firstAnswer(call), { leg: { station: 'b1001' } })
})

t.test('a restart of the exchange ends a call with that reason; the record, read later, knows better', async (t) => {
  const restart = at(60, { type: 'call-over', cause: 41, by: 'pbx_restart' })
  const waiting = [arrived(), queued(2), restart]
  t.match(overOf(know(waiting)), { by: 'pbx_restart' })
  t.equal(outcomeOf(know(waiting)), 'failed')
  t.match(overOf(know([...waiting, gone(12, 'ward', 'caller', 0)])), { by: 'caller', at: new Date(noon + 12_000) })
})

t.test(
  'a call that only turns out later to have been answered is told as ended once more, and stays ended',
  async (t) => {
    const blind = [arrived(), queued(2), gone(38, 'ward', 'caller')]
    const late = answered.map((fact) => ({ ...fact, recovered: true }))
    const events = told([...blind, ...late])
    t.same(
      events.filter((event) => event.type === 'call.ended').map((event) => event.outcome),
      ['abandoned', 'answered'],
    )
    t.equal(stateOf(know([...blind, ...late])), 'ended')
  },
)

t.test('nothing is told of a call before it is known how it began; then everything is', async (t) => {
  t.same(types(told(answered.slice(1))), [])
  const [first, ...rest] = answered
  const events = told([...rest, first as CallFact])
  t.same(types(events).toSorted(), types(told(answered)).toSorted())
  t.equal(events[0]?.type, 'call.arrived')
})

t.test('the same facts in any order, told twice or more, make the same call', async (t) => {
  const facts = fc.constantFrom<CallFact[][]>(
    [...answered, at(9, { type: 'leg-held', uniqueid: 'leg1' }), at(12, { type: 'leg-resumed', uniqueid: 'leg1' })],
    [
      arrived(),
      queued(2),
      rung(2.1),
      gone(9, 'leg1', 'agent', 21),
      at(20, { type: 'callback-asked' }),
      gone(30, 'ward', null),
    ],
  )
  const inAnyOrder = facts.chain((tape) =>
    fc
      .shuffledSubarray([...tape, ...tape, ...tape], { minLength: tape.length * 2 })
      .map((some) => ({ tape, heard: [...some, ...tape.filter((fact) => !some.includes(fact))] })),
  )
  fc.assert(
    fc.property(inAnyOrder, ({ tape, heard }) => {
      t.same(know(heard), know(tape), { bail: true })
    }),
    { numRuns: 300 },
  )
})

t.test('whatever comes after the end, a finished call is never reopened', async () => {
  const some = [queued(50), rung(51, 'leg9'), connected(52, 'leg9'), talking(52, 'leg9', 'b1009'), silent(53, 'leg1')]
  fc.assert(
    fc.property(fc.shuffledSubarray(some), (after) => {
      const call = know([...answered, ...after])
      if (stateOf(call) !== 'ended') throw new Error(`reopened by ${after.map((fact) => fact.type)}`)
    }),
  )
})

t.test('no call ends before it began, whatever the clock says', async (t) => {
  for (const facts of [
    [arrived(10), gone(-3_600, 'ward', 'caller')],
    [arrived(10), at(-3_600, { type: 'call-over', cause: 41, by: 'pbx_restart' })],
  ]) {
    const call = know(facts)
    t.same(overOf(call)?.at, call.arrival?.at)
  }
})

t.test('a clock set in mid-call gives no length that cannot be kept', async (t) => {
  const years = -50 * 365 * 86_400
  const woken = know([arrived(years), queued(years), connected(1), talking(1, 'leg1'), gone(60, 'ward', 'caller')])
  t.equal(waitedMs(woken), 2 ** 31 - 1)
  const talked = [arrived(years), queued(years), connected(years), talking(years, 'ward'), talking(years, 'leg1')]
  t.equal(talkMs(know([...talked, gone(60, 'ward', 'caller')])), 2 ** 31 - 1)
  const back = know([
    arrived(),
    queued(1),
    connected(2),
    talking(2, 'ward'),
    talking(2, 'leg1'),
    gone(-3_600, 'ward', 'caller'),
  ])
  t.ok(talkMs(back) >= 0 && (waitedMs(back) ?? 0) >= 0)
})
