import fc from 'fast-check'
import t from 'tap'
import { type DayHours, nightHours } from './calendar.ts'

const WORKDAYS = [1, 2, 3, 4, 5]
const ALL = [1, 2, 3, 4, 5, 6, 7]

t.test('a line manned in office hours is at night before, after, and at the weekend', async (t) => {
  t.same(nightHours([{ weekdays: WORKDAYS, from: '08:00', to: '18:00' }]), [
    '00:00-07:59&18:00-23:59,mon-fri,*,*',
    '00:00-23:59,sat-sun,*,*',
  ])
})

t.test('a line manned round the clock has no night, and one that never is has nothing else', async (t) => {
  t.same(nightHours([{ weekdays: ALL, from: '00:00', to: '24:00' }]), [])
  t.same(nightHours([{ weekdays: ALL, from: '08:00', to: '08:00' }]), [], 'a day that ends as it begins is a whole one')
  t.same(nightHours([]), ['00:00-23:59,*,*,*'])
  t.same(nightHours([{ weekdays: [], from: '08:00', to: '18:00' }]), ['00:00-23:59,*,*,*'])
})

t.test('a shift that crosses midnight belongs to the day it began on', async (t) => {
  t.same(nightHours([{ weekdays: [5], from: '20:00', to: '04:00' }]), [
    '00:00-23:59,mon-thu&sun,*,*',
    '00:00-19:59,fri,*,*',
    '04:00-23:59,sat,*,*',
  ])
  t.same(
    nightHours([{ weekdays: [7], from: '20:00', to: '04:00' }])[0],
    '04:00-23:59,mon,*,*',
    'Sunday’s goes on into Monday',
  )
})

t.test('two shifts are one day, with the pause between them at night', async (t) => {
  const shifts = [
    { weekdays: ALL, from: '08:00', to: '12:00' },
    { weekdays: ALL, from: '14:00', to: '18:00' },
  ]
  t.same(nightHours(shifts), ['00:00-07:59&12:00-13:59&18:00-23:59,*,*,*'])
})

/** As Asterisk's pbx_timing.c reads them: both ends of a range belong to it. */
function isNight(hours: string[], weekday: number, minute: number): boolean {
  const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  return hours.some((one) => {
    const [times = '', days = ''] = one.split(',')
    const onDay = days.split('&').some((run) => {
      if (run === '*') return true
      const [a = '', b = a] = run.split('-')
      return names.indexOf(a) <= weekday - 1 && weekday - 1 <= names.indexOf(b)
    })
    return (
      onDay &&
      times.split('&').some((run) => {
        const [a = 0, b = 0] = run.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
        return a <= minute && minute <= b
      })
    )
  })
}

t.test('at every minute of the week a line is at night exactly when nobody is there', async (t) => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
  const shift: fc.Arbitrary<DayHours> = fc.record({
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 })),
    from: time,
    to: fc.oneof(time, fc.constant('24:00')),
  })
  const mannedAt = ({ weekdays, from, to }: DayHours, weekday: number, minute: number) => {
    const at = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
    const [a, b] = [at(from), at(to)]
    const before = weekday === 1 ? 7 : weekday - 1
    if (a < b) return weekdays.includes(weekday) && a <= minute && minute < b
    return (weekdays.includes(weekday) && minute >= a) || (weekdays.includes(before) && minute < b)
  }
  const always = fc.check(
    fc.property(
      fc.array(shift, { maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      fc.nat(1439),
      (shifts, day, minute) => {
        const hours = nightHours(shifts)
        const manned = shifts.some((one) => mannedAt(one, day, minute))
        return hours.length <= 8 && isNight(hours, day, minute) === !manned
      },
    ),
    { numRuns: 2_000 },
  )
  t.notOk(always.failed, JSON.stringify(always.counterexample))
})
