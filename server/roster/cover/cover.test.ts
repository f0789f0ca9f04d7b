import t from 'tap'
import { type Covering, type Gap, gapsIn, type Need, type OpenGap, reconcile, windowsOf } from './cover.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 11, 1) + hour * 3_600_000)
const need = (but: Partial<Need> = {}): Need => ({
  ...{ weekdays: [1, 2, 3, 4, 5, 6, 7], zone: 'UTC', starts: '00:00', ends: '00:00', least: 1 },
  ...but,
})
const there = (personId: string, from: number, to: number): Covering => ({ personId, from: at(from), to: at(to) })
const day = { from: at(0), to: at(24) }
const hours = (spans: readonly { from: Date; to: Date; have?: number }[]) =>
  spans.map(({ from, to, have }) =>
    [(from.getTime() - at(0).getTime()) / 3.6e6, (to.getTime() - at(0).getTime()) / 3.6e6, have].join(' ').trim(),
  )

t.test('round the clock is one window, and nights cross midnight', async (t) => {
  t.same(hours(windowsOf(need(), { from: at(5), to: at(40) })), ['5 40'])
  t.same(hours(windowsOf(need({ starts: '22:00', ends: '08:00' }), day)), ['0 8', '22 24'])
  t.same(
    hours(windowsOf(need({ starts: '08:00', ends: '17:00', weekdays: [2] }), { from: at(0), to: at(72) })),
    ['8 17'],
    'a Tuesday',
  )
  t.same(hours(windowsOf(need({ starts: '22:00', ends: '08:00', weekdays: [1] }), day)), ['0 8'], 'Monday’s night')
})

t.test('the times are of the zone, over a changed clock too', async (t) => {
  const night = need({ zone: 'Europe/Berlin', starts: '22:00', ends: '08:00' })
  const [first] = windowsOf(night, { from: new Date('2026-03-28T12:00:00Z'), to: new Date('2026-03-29T12:00:00Z') })
  t.same(first, { from: new Date('2026-03-28T21:00:00Z'), to: new Date('2026-03-29T06:00:00Z') })
})

t.test('where nobody is there, or too few, is a gap; those that touch are one', async (t) => {
  t.same(hours(gapsIn(need(), day, [])), ['0 24 0'])
  t.same(hours(gapsIn(need(), day, [there('lin', 0, 8), there('wei', 8, 24)])), [])
  t.same(hours(gapsIn(need(), day, [there('lin', -2, 8), there('wei', 9, 16)])), ['8 9 0', '16 24 0'])
  t.same(hours(gapsIn(need({ least: 2 }), day, [there('lin', 0, 24), there('wei', 8, 16)])), ['0 8 1', '16 24 1'])
  t.same(hours(gapsIn(need({ least: 2 }), day, [there('lin', 8, 24)])), ['0 24 0'], 'at its worst nobody')
})

t.test('one who is on two shifts at once is one', async (t) => {
  t.same(hours(gapsIn(need({ least: 2 }), day, [there('lin', 0, 24), there('lin', 0, 24)])), ['0 24 1'])
})

t.test('what lies outside of the hours needed is no gap', async (t) => {
  const office = need({ starts: '08:00', ends: '17:00' })
  t.same(hours(gapsIn(office, day, [there('lin', 8, 12)])), ['12 17 0'])
  t.same(hours(gapsIn(office, day, [there('lin', 0, 24)])), [])
})

const gap = (from: number, to: number, have = 0): Gap => ({ from: at(from), to: at(to), have })
const known = (id: string, from: number, to: number, have = 0): OpenGap => ({ id, ...gap(from, to, have) })

t.test(
  'a gap is told once, keeps its beginning while the clock goes on, and ends when somebody is there',
  async (t) => {
    const within = { from: at(10), to: at(34) }
    t.same(reconcile([], [gap(12, 14)], within), { close: [], change: [], open: [gap(12, 14)] })
    t.same(reconcile([known('g', 12, 14)], [gap(12, 14)], within), { close: [], change: [], open: [] })
    t.same(reconcile([known('g', 8, 14)], [gap(10, 14)], within), { close: [], change: [], open: [] }, 'it runs')
    t.same(reconcile([known('g', 8, 14)], [], within).close, [known('g', 8, 14)])
  },
)

t.test('a gap that grew, shrank or got worse is the same one', async (t) => {
  const within = { from: at(10), to: at(34) }
  t.same(reconcile([known('g', 12, 14)], [gap(12, 16)], within).change, [known('g', 12, 16)])
  t.same(reconcile([known('g', 12, 14, 1)], [gap(12, 14, 0)], within).change, [known('g', 12, 14)])
  const split = reconcile([known('g', 12, 18)], [gap(12, 14), gap(16, 18)], within)
  t.same(split, { close: [], change: [known('g', 12, 14)], open: [gap(16, 18)] })
})

t.test('one that reaches as far as was looked is written only now and then', async (t) => {
  const within = { from: at(10), to: at(34) }
  t.same(reconcile([known('g', 12, 33.9)], [gap(12, 34)], within).change, [])
  t.same(reconcile([known('g', 12, 33)], [gap(12, 34)], within).change, [known('g', 12, 34)])
})
