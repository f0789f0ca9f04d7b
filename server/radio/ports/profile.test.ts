import t from 'tap'
import { DEFAULT_PROFILE, readProfile } from './profile.ts'

t.test('a profile of which nothing is written has every default', async (t) => {
  t.same(readProfile({}), { profile: DEFAULT_PROFILE })
})

t.test('a gateway that listens for voice hangs longer, unless it is told otherwise', async (t) => {
  t.match(readProfile({ corMode: 'vad' }), { profile: { rxHangMs: 400 } })
  t.match(readProfile({ corMode: 'vad', rxHangMs: 700 }), { profile: { rxHangMs: 700 } })
})

t.test('transmitting for as long as the call lasts is refused', async (t) => {
  t.same(readProfile({ pttMode: 'constant' }), { faults: [{ field: 'pttMode', code: 'profile-constant-refused' }] })
})

t.test('all that is wrong is said at once, field by field', async (t) => {
  t.same(
    readProfile({ totS: 0, jitterBuffer: 'fixed', dtmfKey: '<script>', colour: 'red', rxHangMs: '120', deafMs: 1.5 }),
    {
      faults: [
        { field: 'totS', code: 'profile-out-of-range', min: 10, max: 180 },
        { field: 'jitterBuffer', code: 'profile-not-one-of' },
        { field: 'dtmfKey', code: 'profile-digits-needed' },
        { field: 'colour', code: 'profile-field-unknown' },
        { field: 'rxHangMs', code: 'profile-out-of-range', min: 0, max: 5_000 },
        { field: 'deafMs', code: 'profile-out-of-range', min: 0, max: 2_000 },
      ],
    },
  )
})

t.test('a gateway that never stops its packets cannot tell a carrier by them', async (t) => {
  t.match(readProfile({ silenceSuppression: false }), { faults: [{ code: 'profile-presence-needs-suppression' }] })
  t.ok('profile' in readProfile({ silenceSuppression: false, corMode: 'vad' }))
})

t.test('keying and emergency must begin with different digits', async (t) => {
  t.match(readProfile({ aniPtt: '7' }), { faults: [{ field: 'aniEmergency', code: 'profile-ani-must-differ' }] })
})
