import t, { type Test } from 'tap'
import type { PttAnswer, RadioFromConsole, Talker } from '../../wire.ts'
import { listenForKey } from './hold.ts'
import { type Cannot, type LetGo, PttKey } from './key.ts'

const SUN: Talker = { kind: 'unit', name: '孙浩', unit: '12', personId: null, how: 'dtmf', confidence: 90 }

function aKey() {
  const said: RadioFromConsole[] = []
  const sounds: string[] = []
  const open: string[][] = []
  let cannot: Cannot | null = null
  let wakes: (is: boolean) => void = () => undefined
  let hears = Promise.resolve(true)
  const key = new PttKey({
    say: (message) => said.push(message),
    cannot: () => cannot,
    open: (ports) => open.push([...ports]),
    heard: () => hears,
    now: Date.now,
    sound: (what) => sounds.push(what),
  })
  const hear = (answer: Partial<PttAnswer>) => key.hear({ press: 1, port: 'old', ...answer } as PttAnswer)
  const grant = (port = 'old', press = 1) =>
    hear({
      press,
      port,
      result: 'granted',
      leadMs: 0,
      totAt: new Date(Date.now() + 60_000).toISOString(),
      overlap: false,
    })
  const sleeps = () => {
    hears = new Promise((woken) => {
      wakes = woken
    })
  }
  return {
    key,
    said,
    sounds,
    open,
    hear,
    grant,
    refuse: (why: Cannot) => (cannot = why),
    sleeps,
    wake: (is = true) => wakes(is),
  }
}
const until = async (is: () => boolean) => {
  for (const end = Date.now() + 3_000; !is() && Date.now() < end; ) await new Promise((go) => setTimeout(go, 10))
}

t.test('the tone waits for a microphone that slept, and is not sounded for a key let go meanwhile', async (t) => {
  const { key, grant, sounds, sleeps, wake } = aKey()
  sleeps()
  key.press(['old'])
  grant()
  await new Promise((later) => setTimeout(later, 50))
  t.same(sounds, [], 'nobody is told to speak to a microphone that hears nothing')
  wake()
  await until(() => sounds.length > 0)
  t.same(sounds, ['permit'])
  key.release('finger')
  sleeps()
  key.press(['old'])
  grant('old', 2)
  await new Promise((later) => setTimeout(later, 50))
  key.release('finger')
  wake()
  await new Promise((later) => setTimeout(later, 50))
  t.same(sounds, ['permit'])
})

t.test('a press opens the microphone at once, a release closes it before the server is told', async (t) => {
  const { key, said, open, grant, sounds } = aKey()
  key.press(['old'], 't1')
  t.same(said, [{ kind: 'ptt', press: 1, ports: ['old'], ticketId: 't1' }])
  t.same(open.at(-1), ['old'])
  grant()
  t.match(key.of('old'), { state: 'talking' })
  await until(() => sounds.includes('permit'))
  t.same(sounds, ['permit'])
  await until(() => said.some(({ kind }) => kind === 'held'))
  key.release('finger')
  t.same(open.at(-1), [])
  t.same(said.at(-1), { kind: 'unptt', press: 1 })
  t.same(sounds, ['permit'], 'a finger that lets go needs no sound')
})

for (const why of ['other_key', 'pointer', 'blur', 'hidden', 'page', 'socket', 'microphone'] satisfies LetGo[]) {
  t.test(`a key that comes up by "${why}" is let go, heard and said`, async (t) => {
    const { key, said, sounds, open, grant } = aKey()
    key.press(['old'])
    grant()
    key.release(why)
    t.same(open.at(-1), [])
    t.match(said.at(-1), { kind: 'unptt' })
    t.same(sounds, ['fallen'])
    t.equal(key.now.letGo, why)
    const before = said.length
    await new Promise((go) => setTimeout(go, 300))
    t.equal(said.length, before, 'no heartbeat goes on')
  })
}

t.test('busy closes the microphone; a second press within a second is an override', (t) => {
  const { key, said, sounds, open, hear } = aKey()
  key.press(['old'])
  hear({ result: 'denied', why: 'busy', talker: SUN })
  t.same(open.at(-1), [])
  t.same(sounds, ['busy'])
  t.match(key.of('old'), { state: 'denied', talker: { name: '孙浩' } })
  key.release('finger')
  key.press(['old'])
  t.match(said.at(-1), { kind: 'ptt', press: 2, override: true })
  key.release('finger')
  t.end()
})

t.test('of several ports on one key each keeps its own result, and only those granted hear the microphone', (t) => {
  const { key, open, hear, grant } = aKey()
  key.press(['old', 'new'])
  grant('old')
  hear({ port: 'new', result: 'failed', why: 'not_transmitted' })
  t.same(open.at(-1), ['old'])
  t.match(key.now.ports, { old: { state: 'talking' }, new: { state: 'failed' } })
  key.release('finger')
  t.end()
})

t.test(
  'what was taken away falls silent while the key is still down; an answer to an older press changes nothing',
  (t) => {
    const { key, open, sounds, hear, grant } = aKey()
    key.press(['old'])
    grant()
    hear({ result: 'revoked', by: '主管', why: 'priority' })
    t.same(open.at(-1), [])
    t.same(sounds, ['fallen'])
    key.release('finger')
    key.press(['old'])
    grant('old', 1)
    t.match(key.of('old'), { state: 'asked' })
    key.release('finger')
    t.end()
  },
)

t.test('a console that cannot be heard does not ask, and says why', (t) => {
  const { key, said, refuse } = aKey()
  refuse('blind')
  key.press(['old'])
  t.same(said, [])
  t.notOk(key.down)
  t.match(key.of('old'), { state: 'cannot', why: 'blind' })
  t.end()
})

function keyboard(t: Test) {
  const made = aKey()
  const target = new EventTarget()
  Object.assign(globalThis, { document: new EventTarget() })
  t.teardown(listenForKey({ key: made.key, press: () => made.key.press(['old']), listens: () => true }, target))
  const press = (type: string, code: string, repeat = false) =>
    target.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), { code, repeat }))
  return { ...made, target, press }
}

t.test('right Ctrl and the pedal hold; a repeat of the key is no second press', (t) => {
  const { key, said, press } = keyboard(t)
  for (const code of ['ControlRight', 'F13', 'F14']) {
    press('keydown', code)
    press('keydown', code, true)
    t.ok(key.down)
    press('keyup', code)
    t.notOk(key.down)
  }
  t.equal(said.filter(({ kind }) => kind === 'ptt').length, 3)
  press('keydown', 'KeyA')
  t.notOk(key.down, 'typing keys nothing')
  t.end()
})

t.test('any keyup, any other key, another window and a leaving page let go', (t) => {
  const { key, press, target } = keyboard(t)
  const ways = [
    () => press('keyup', 'AltLeft'),
    () => press('keydown', 'KeyA'),
    () => target.dispatchEvent(new Event('blur')),
    () => target.dispatchEvent(new Event('pagehide')),
    () => document.dispatchEvent(new Event('freeze')),
  ]
  for (const way of ways) {
    press('keydown', 'ControlRight')
    t.ok(key.down)
    way()
    t.notOk(key.down)
  }
  t.end()
})
