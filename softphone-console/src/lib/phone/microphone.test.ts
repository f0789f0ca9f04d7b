import { mock } from 'node:test'
import t from 'tap'
import { Microphone, type MicrophoneState } from './microphone.ts'

class FakeTrack extends EventTarget {
  readyState = 'live'
  stop() {
    this.readyState = 'ended'
  }
}

function aMicrophone({ opens = true, isThere = true } = {}) {
  const states: MicrophoneState[] = []
  const changes: boolean[] = []
  const tracks: FakeTrack[] = []
  const microphone = new Microphone({
    open: async () => {
      if (!opens) throw new Error('NotAllowedError')
      const track = new FakeTrack()
      tracks.push(track)
      return { getTracks: () => [track], getAudioTracks: () => [track] } as unknown as MediaStream
    },
    isThere: async () => isThere,
    tell: (state) => states.push(state),
    changed: (stream) => changes.push(stream !== null),
  })
  t.teardown(() => microphone.stop())
  return { microphone, states, changes, tracks }
}

t.test('woken twice at once it is opened once', async (t) => {
  const { microphone, tracks, states } = aMicrophone()
  await Promise.all([microphone.wake(), microphone.wake()])
  await microphone.wake()
  t.equal(tracks.length, 1)
  t.same(states, ['held'])
})

t.test('it sleeps half a minute after the last key, never while one is down', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const { microphone, tracks, changes } = aMicrophone()
  microphone.keep(true)
  await microphone.wake()
  mock.timers.tick(120_000)
  t.equal(tracks[0]?.readyState, 'live')
  microphone.keep(false)
  mock.timers.tick(20_000)
  t.equal(tracks[0]?.readyState, 'live')
  await microphone.wake()
  mock.timers.tick(29_000)
  t.equal(tracks[0]?.readyState, 'live', 'a carrier meanwhile keeps it')
  mock.timers.tick(2_000)
  t.equal(tracks[0]?.readyState, 'ended')
  t.same(changes, [true, false])
  await microphone.wake()
  t.equal(tracks.length, 2, 'and it wakes again')
})

t.test('one that is refused is none, and says so', async (t) => {
  const { microphone, states } = aMicrophone({ opens: false })
  t.equal(await microphone.wake(), null)
  t.same(states, ['none'])
})

t.test('one that is pulled out is none until another is there; nobody is left with a dead track', async (t) => {
  const { microphone, states, changes, tracks } = aMicrophone({ isThere: false })
  await microphone.wake()
  tracks[0]?.dispatchEvent(new Event('ended'))
  await new Promise((soon) => setImmediate(soon))
  t.equal(microphone.stream, null)
  t.same(changes, [true, false])
  t.equal(states.at(-1), 'none')
})

t.test('a console that ended meanwhile keeps no device open', async (t) => {
  const { microphone, tracks } = aMicrophone()
  const opening = microphone.wake()
  microphone.stop()
  t.equal(await opening, null)
  t.equal(tracks[0]?.readyState, 'ended')
})
