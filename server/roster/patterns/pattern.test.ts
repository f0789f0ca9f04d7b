import t from 'tap'
import { dayAt, type Pattern, refusalOf, shiftsOf } from './pattern.ts'

const nights = (but: Partial<Pattern> = {}): Pattern => ({
  ...{ kind: 'work', zone: 'Asia/Shanghai', rrule: 'FREQ=DAILY', firstDay: '2026-12-01', lastDay: null },
  ...{ starts: '22:00', ends: '08:00', slots: 1, rotates: false, personIds: [], exceptions: [] },
  ...but,
})
const seen = (pattern: Pattern, from: string, to: string) =>
  shiftsOf(pattern, from, to).map(({ occursOn, from, to, personId }) =>
    [occursOn, from.toISOString(), to.toISOString(), personId].filter(Boolean).join(' '),
  )
const hours = (pattern: Pattern, from: string, to: string) =>
  shiftsOf(pattern, from, to).map(({ from, to }) => (to.getTime() - from.getTime()) / 3_600_000)

t.test('a night begins on its day and ends on the next, by the clock on the wall', async (t) => {
  t.same(seen(nights(), '2026-12-01', '2026-12-02'), [
    '2026-12-01 2026-12-01T14:00:00.000Z 2026-12-02T00:00:00.000Z',
    '2026-12-02 2026-12-02T14:00:00.000Z 2026-12-03T00:00:00.000Z',
  ])
})

t.test('from midnight to midnight is one whole day, and the day after begins where it ends', async (t) => {
  const [one, two] = shiftsOf(nights({ starts: '00:00', ends: '00:00' }), '2026-12-01', '2026-12-02')
  t.same(one?.to, two?.from)
  t.equal(one?.from.toISOString(), '2026-11-30T16:00:00.000Z')
})

t.test('over a changed clock a night is an hour shorter or longer, and still ends at eight', async (t) => {
  const berlin = nights({ zone: 'Europe/Berlin', firstDay: '2026-03-01' })
  t.same(hours(berlin, '2026-03-27', '2026-03-29'), [10, 9, 10], 'the clock went forward on the 29th at two')
  t.same(hours(berlin, '2026-10-23', '2026-10-25'), [10, 11, 10], 'and back on the 25th of October at three')
  t.same(seen(berlin, '2026-03-28', '2026-03-28'), ['2026-03-28 2026-03-28T21:00:00.000Z 2026-03-29T06:00:00.000Z'])
})

t.test('a time that the clock left out is not a shift; one that begins in it begins after it', async (t) => {
  const berlin = { zone: 'Europe/Berlin', firstDay: '2026-03-01' }
  t.same(hours(nights({ ...berlin, starts: '02:15', ends: '02:45' }), '2026-03-28', '2026-03-30'), [0.5, 0.5, 0.5])
  t.same(hours(nights({ ...berlin, starts: '02:30', ends: '03:00' }), '2026-03-28', '2026-03-30'), [0.5, 0.5])
  t.same(hours(nights({ ...berlin, starts: '02:30', ends: '06:00' }), '2026-03-29', '2026-03-29'), [2.5])
})

t.test('working days, every other day, the last Friday of a month', async (t) => {
  const days = (rrule: string, to: string) =>
    shiftsOf(nights({ rrule }), '2026-12-01', to).map(({ occursOn }) => occursOn)
  t.same(days('FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '2026-12-07'), [
    ...['2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04', '2026-12-07'],
  ])
  t.same(days('FREQ=DAILY;INTERVAL=2', '2026-12-05'), ['2026-12-01', '2026-12-03', '2026-12-05'])
  t.same(days('freq=monthly;byday=-1FR', '2027-01-31'), ['2026-12-25', '2027-01-29'])
})

t.test('those who take turns keep their turn over a holiday', async (t) => {
  const rota = nights({
    rotates: true,
    personIds: ['lin', 'wei', 'zhou'],
    exceptions: [{ day: '2026-12-02', slot: null }],
  })
  const turns = shiftsOf(rota, '2026-12-01', '2026-12-05').map(
    ({ occursOn, personId }) => `${occursOn.slice(8)} ${personId}`,
  )
  t.same(turns, ['01 lin', '03 zhou', '04 lin', '05 wei'])
  t.same(
    shiftsOf(rota, '2026-12-04', '2026-12-05').map(({ personId }) => personId),
    ['lin', 'wei'],
    'whichever days are asked for',
  )
})

t.test('a slot that nobody is in the rota for is vacant, and one slot may be left out of one day', async (t) => {
  const two = nights({ slots: 2, personIds: ['lin'], exceptions: [{ day: '2026-12-02', slot: 0 }] })
  t.same(
    shiftsOf(two, '2026-12-01', '2026-12-02').map(({ occursOn, slot, personId }) => [occursOn, slot, personId]),
    [
      ['2026-12-01', 0, 'lin'],
      ['2026-12-01', 1, null],
      ['2026-12-02', 1, null],
    ],
  )
  const turns = nights({ slots: 2, rotates: true, personIds: ['a', 'b', 'c', 'd'] })
  t.same(
    shiftsOf(turns, '2026-12-01', '2026-12-02').map(({ personId }) => personId),
    ['a', 'b', 'c', 'd'],
  )
  t.same(shiftsOf(nights({ rotates: true }), '2026-12-01', '2026-12-01')[0]?.personId, null)
})

t.test('a pattern has no shift before its first day and none after its last', async (t) => {
  const week = nights({ firstDay: '2026-12-03', lastDay: '2026-12-04' })
  t.same(
    shiftsOf(week, '2026-12-01', '2026-12-31').map(({ occursOn }) => occursOn),
    ['2026-12-03', '2026-12-04'],
  )
  t.same(shiftsOf(week, '2026-12-10', '2026-12-31'), [])
})

t.test('what cannot be a pattern is refused by what is wrong with it', async (t) => {
  const why = (but: Partial<Pattern>) => refusalOf(nights(but))
  t.equal(why({}), null)
  for (const rrule of ['FREQ=DAILY;INTERVAL=0', 'FREQ=WEEKLY;BYDAY=XX', 'FREQ=', 'INTERVAL=2', 'FREQ=HOURLY'])
    t.equal(why({ rrule }), 'pattern-rule-unreadable', rrule)
  for (const rrule of ['FREQ=DAILY;COUNT=3', 'FREQ=DAILY;UNTIL=20270101', 'FREQ=DAILY;BYHOUR=9', 'hello', ''])
    t.equal(why({ rrule }), 'pattern-rule-of-days-only', rrule)
  t.equal(why({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }), 'pattern-never-happens')
  t.equal(why({ lastDay: '2026-11-30' }), 'pattern-ends-before-it-begins')
  for (const zone of ['Mars/Olympus', '+08:00', '']) t.equal(why({ zone }), 'no-such-time-zone', zone)
  t.equal(why({ slots: 2, personIds: ['lin', 'lin'] }), 'pattern-overlaps-itself')
  t.equal(why({ slots: 2, rotates: true, personIds: ['lin'] }), 'pattern-overlaps-itself')
  t.equal(
    why({ slots: 2, rotates: true, personIds: ['lin', 'wei', 'lin'] }),
    'pattern-overlaps-itself',
    'on the second day',
  )
  t.equal(why({ rotates: true, personIds: ['lin', 'lin', 'wei'] }), null, 'two in a row are two nights')
})

t.test('which day it is depends on where one is', async (t) => {
  const at = new Date('2026-12-01T17:00:00Z')
  t.equal(dayAt(at, 'Asia/Shanghai'), '2026-12-02')
  t.equal(dayAt(at, 'Europe/Berlin'), '2026-12-01')
})
