import t from 'tap'
import type { ProfileField } from '../../wire.ts'
import { changesOf, defaultsOf, farOf, faultsOf, faultsSaid, matters, unproves, withValue } from './profile.ts'

const FIELDS: ProfileField[] = [
  { field: 'pttMode', default: 'packet', kind: 'choice', of: ['packet', 'vox', 'dtmf'], refused: ['constant'] },
  { field: 'corMode', default: 'rtpPresence', kind: 'choice', of: ['rtpPresence', 'vad'] },
  { field: 'silenceSuppression', default: true, kind: 'choice', of: [true, false] },
  { field: 'rxHangMs', default: 120, kind: 'range', min: 0, max: 5_000, vadDefault: 400 },
  { field: 'totS', default: 60, kind: 'range', min: 10, max: 180 },
  { field: 'dtmfKey', default: '*1', kind: 'digits', most: 8 },
  { field: 'aniPtt', default: '1', kind: 'digits', most: 1 },
  { field: 'aniEmergency', default: '7', kind: 'digits', most: 1 },
]
const usual = defaultsOf(FIELDS)

t.test('a gateway that would transmit for as long as it is connected is refused at its field', async (t) => {
  t.same(faultsOf(FIELDS, usual), {})
  t.same(faultsOf(FIELDS, { ...usual, pttMode: 'constant' }), { pttMode: { code: 'profile-constant-refused' } })
})

t.test('what cannot be is said field by field, with what may stand there', async (t) => {
  t.same(faultsOf(FIELDS, { ...usual, totS: 9_999, dtmfKey: 'x' }), {
    totS: { code: 'profile-out-of-range', min: 10, max: 180 },
    dtmfKey: { code: 'profile-digits-needed' },
  })
  t.match(faultsOf(FIELDS, { ...usual, totS: Number.NaN }), { totS: { code: 'profile-out-of-range' } })
  t.match(faultsOf(FIELDS, { ...usual, silenceSuppression: false }), {
    corMode: { code: 'profile-presence-needs-suppression' },
  })
  t.match(faultsOf(FIELDS, { ...usual, aniPtt: '7' }), { aniEmergency: { code: 'profile-ani-must-differ' } })
  t.same(faultsSaid([{ field: 'totS', code: 'profile-out-of-range', min: 10, max: 180 }]), {
    totS: { code: 'profile-out-of-range', min: 10, max: 180 },
  })
})

t.test('hearing by loudness brings its own hang time, unless one was set', async (t) => {
  t.match(withValue(FIELDS, usual, 'corMode', 'vad'), { corMode: 'vad', rxHangMs: 400 })
  t.match(withValue(FIELDS, { ...usual, rxHangMs: 250 }, 'corMode', 'vad'), { rxHangMs: 250 })
  const back = withValue(FIELDS, withValue(FIELDS, usual, 'corMode', 'vad'), 'corMode', 'rtpPresence')
  t.equal(back.rxHangMs, 120)
})

t.test('only what changed is sent, and a port keyed in another way is to be proven again', async (t) => {
  t.same(changesOf(usual, { ...usual, totS: 90 }), { totS: 90 })
  t.notOk(unproves({ totS: 90 }))
  t.ok(unproves({ pttMode: 'vox' }))
  t.notOk(matters('dtmfKey', usual))
  t.ok(matters('dtmfKey', { ...usual, pttMode: 'dtmf' }))
})

t.test('a run goes forward through all its parts', async (t) => {
  const steps = [
    farOf({ phase: 'idle', seconds: 0, ofSeconds: 60 }),
    farOf({ phase: 'idle', seconds: 59, ofSeconds: 60 }),
    farOf({ phase: 'keyed', seconds: 0, ofSeconds: 15 }),
    farOf({ phase: 'lapse', seconds: 0, ofSeconds: 3 }),
    farOf({ phase: 'lapse', seconds: 9, ofSeconds: 3 }),
  ]
  t.same(
    [...steps].sort((a, b) => a - b),
    steps,
  )
  t.equal(steps.at(-1), 1)
})
