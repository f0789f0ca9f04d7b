import t from 'tap'
import { FREE_FAILURES, passwordFault, waitBeforeNextTry } from './session.ts'

const noon = new Date('2026-06-01T12:00:00Z')
const wait = (count: number, secondsAgo: number) =>
  waitBeforeNextTry({ count, lastAt: new Date(noon.getTime() - secondsAgo * 1000) }, FREE_FAILURES, noon) / 1000

t.test('the first failures are free, then each one doubles the wait, up to fifteen minutes', async (t) => {
  t.same(
    [0, 1, 4].map((count) => wait(count, 0)),
    [0, 0, 0],
  )
  t.same(
    [5, 6, 7, 8, 9, 10, 30].map((count) => wait(count, 0)),
    [30, 60, 120, 240, 480, 900, 900],
  )
  t.equal(wait(5, 29), 1)
  t.equal(wait(5, 31), 0)
  t.equal(waitBeforeNextTry({ count: 0, lastAt: null }, 5, noon), 0)
})

t.test('a password is long, not plain, and does not hold its owner’s name', async (t) => {
  const nurse = { login: 'zhangmin', name: '张敏' }
  t.equal(passwordFault('correct horse', nurse), undefined)
  t.equal(passwordFault('short', nurse), 'too-short')
  t.equal(passwordFault('a'.repeat(12), nurse), 'too-plain')
  t.equal(passwordFault('x'.repeat(201), nurse), 'too-long')
  t.equal(passwordFault('ZhangMin12345', nurse), 'holds-the-name')
  t.equal(passwordFault('张敏的口令是这个呀', nurse), 'too-short')
  t.equal(passwordFault('这是张敏的一个长口令', nurse), 'holds-the-name')
})

t.test('a password that everybody tries first is refused, whatever few digits stand around the word', async (t) => {
  const nurse = { login: 'zhangmin', name: '张敏' }
  const common = new Set(['password', 'iloveyou', 'qwertyuiop', '1qaz2wsx3edc'])
  for (const one of [
    'password1234',
    'Password2026!',
    'P@ssw0rd1234',
    '1234password',
    'passwordpassword',
    'QWERTYUIOP',
    '1qaz2wsx3edc',
  ])
    t.equal(passwordFault(one, nurse, common), 'too-common', one)
  for (const one of ['correct horse', 'password of the day', 'passwordx7k2m9qwz'])
    t.equal(passwordFault(one, nurse, common), undefined, one)
})
