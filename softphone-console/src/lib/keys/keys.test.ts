import t from 'tap'
import { isKey, Keys } from './keys.ts'

const press = (code: string, but: Partial<KeyboardEvent> = {}) =>
  ({
    code,
    ctrlKey: false,
    altKey: false,
    shiftKey: false,
    metaKey: false,
    repeat: false,
    isComposing: false,
    target: null,
    preventDefault: () => {},
    ...but,
  }) as unknown as KeyboardEvent
// outside a browser there is no Element; nothing is a field then
Object.assign(globalThis, { Element: class {} })
const label = () => ''

t.test('a key is its place on the keyboard, so a Chinese input method does not get in between', async (t) => {
  t.ok(isKey('Alt+K', press('KeyK', { altKey: true, key: '˚' })))
  t.ok(isKey('Ctrl+/', press('Slash', { ctrlKey: true })))
  t.ok(isKey('Alt+Enter', press('NumpadEnter', { altKey: true })))
})

t.test('declining is not answering: Shift makes another key', async (t) => {
  t.notOk(isKey('F2', press('F2', { shiftKey: true })))
  t.ok(isKey('Shift+F2', press('F2', { shiftKey: true })))
  t.notOk(isKey('Shift+F2', press('F2')))
})

t.test('Enter and Space never answer', async (t) => {
  const keys = new Keys()
  let answered = 0
  keys.bind({ key: 'F2', label, group: 'call', run: () => (answered += 1) })
  keys.press(press('Enter'))
  keys.press(press('Space'))
  t.equal(answered, 0)
  keys.press(press('F2'))
  t.equal(answered, 1)
})

t.test('a key held down acts once, and not while a word is being composed', async (t) => {
  const keys = new Keys()
  let did = 0
  keys.bind({ key: 'F9', label, group: 'call', run: () => (did += 1) })
  keys.press(press('F9', { repeat: true }))
  keys.press(press('F9', { isComposing: true }))
  t.equal(did, 0)
})

t.test('the later binding is asked first and passes on what is not its own', async (t) => {
  const keys = new Keys()
  const did: string[] = []
  keys.bind({ key: 'Alt+N', label, group: 'ticket', run: () => did.push('page') })
  let onCall = true
  const off = keys.bind({ key: 'Alt+N', label, group: 'ticket', run: () => did.push('call'), when: () => onCall })
  keys.press(press('KeyN', { altKey: true }))
  onCall = false
  keys.press(press('KeyN', { altKey: true }))
  off()
  onCall = true
  keys.press(press('KeyN', { altKey: true }))
  t.same(did, ['call', 'page', 'page'])
})
