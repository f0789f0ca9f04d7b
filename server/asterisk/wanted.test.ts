import t from 'tap'
import { differences, membersIn, type WantedMember } from './wanted.ts'

const seat = (station: string, but: Partial<WantedMember> = {}): WantedMember => ({
  queue: 'it',
  station,
  paused: false,
  reason: '',
  ...but,
})

t.test('what is as it should be is left alone', async (t) => {
  const members = [seat('b1001'), seat('b1002', { paused: true, reason: 'meal' })]
  t.same(differences({ stations: ['b1001', 'b1002'], members }, { members, pushed: ['b1001', 'b1002'] }), [])
})

t.test('one who is missing is added, one who left is removed, and one paused otherwise is put right', async (t) => {
  const wanted = [seat('b1001'), seat('b1002', { paused: true, reason: 'meal' })]
  const is = [seat('b1002'), seat('b1003')]
  t.same(differences({ stations: ['b1001', 'b1002', 'b1003'], members: wanted }, { members: is, pushed: [] }), [
    { verb: 'queue-add', ...seat('b1001') },
    { verb: 'queue-add', ...seat('b1002', { paused: true, reason: 'meal' }) },
    { verb: 'queue-remove', queue: 'it', station: 'b1003' },
  ])
})

t.test('an account nobody is signed in to is taken away; desk phones are never touched', async (t) => {
  const is = { members: [seat('d8121')], pushed: ['b1009', 'd8121'] }
  t.same(differences({ stations: [], members: [] }, is), [{ verb: 'drop-credential', station: 'b1009' }])
})

t.test(
  'a line’s night is told when it differs, taken back when nobody wants it, and otherwise left alone',
  async (t) => {
    const it = { line: 'it', campus: 'new', hours: ['18:00-23:59,*,*,*'], handset: 'd8190', mobile: '13900008191' }
    const day = { ...it, line: 'property', hours: [], mobile: '' }
    const kept = new Map([
      ['/calendar/property/new', ''],
      ['/handset/property/new', 'd8190'],
      ['/mobile/property/new', ''],
      ['/calendar/gone/new', ''],
      ['/allowed/13800000000', '1'],
    ])
    const wanted = { stations: [], members: [], night: { calendars: [it, day], mobiles: ['13900008191'] } }
    t.same(differences(wanted, { members: [], pushed: [], kept }), [
      { verb: 'allow-mobile', number: '13900008191', allowed: true },
      { verb: 'allow-mobile', number: '13800000000', allowed: false },
      { verb: 'set-calendar', ...it },
      { verb: 'set-calendar', line: 'gone', campus: 'new', hours: null, handset: '', mobile: '' },
    ])
    t.same(differences({ stations: [], members: [] }, { members: [], pushed: [], kept }), [])
  },
)

t.test('a night switch turned behind the desk’s back is turned as somebody at the desk left it', async (t) => {
  const kept = new Map([
    ['/CustomDevstate/night-it', 'NOT_INUSE'],
    ['/CustomDevstate/night-property', 'INUSE'],
    ['/CustomDevstate/night-equipment', 'INVALID'],
  ])
  const switches = [
    { line: 'it', night: 'on' as const },
    { line: 'property', night: 'on' as const },
    { line: 'equipment', night: 'auto' as const },
    { line: 'logistics', night: 'auto' as const },
  ]
  const wanted = { stations: [], members: [], night: { calendars: [], mobiles: [], switches } }
  t.same(differences(wanted, { members: [], pushed: [], kept }), [{ verb: 'set-night', line: 'it', night: 'on' }])
})

t.test('only members who were added are ours to change, not those who always sit in the second tier', async (t) => {
  const member = (location: string, membership: string) => ({
    event: 'QueueMember',
    queue: 'it',
    location,
    membership,
    paused: '1',
    pausedreason: 'meal',
  })
  t.same(membersIn([member('PJSIP/b1001', 'dynamic'), member('PJSIP/d8121', 'static'), { event: 'QueueParams' }]), [
    seat('b1001', { paused: true, reason: 'meal' }),
  ])
})
