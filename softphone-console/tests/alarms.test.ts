/// <reference lib="dom" />
import type { Browser } from 'playwright'
import t from 'tap'
import type { Role } from '../../server/wire/words.ts'
import { ago, call } from './pretend/fixtures.ts'
import { anOpenDesk, launchPretend, type Seat, until, WAIT } from './pretend/seat.ts'
import { isBuilt } from './pretend/server.ts'

/** Alarms that stand on every desk, and what can be done about them from there. */
if (!isBuilt()) t.bailout('the console is not built: npm run build')

let browser: Browser
t.before(async () => {
  browser = await launchPretend()
})
t.teardown(() => browser?.close())

const standing = (roles: Role[]) => (desk: Seat['server']['desk']) => ({
  ...desk,
  me: { ...desk.me, grants: roles.map((role) => ({ role, campus: null, line: null })) },
  calls: [call('c9', { state: 'talking', arrivedAt: ago(7_200), answeredAt: ago(7_100) })],
  health: {
    ...desk.health,
    alarms: [
      { kind: 'call_silent' as const, callId: 'c9', since: ago(7_200), count: 1 },
      {
        kind: 'radio_sends_in_idle' as const,
        callId: null,
        since: ago(5),
        count: 2,
        ports: [
          { zh: '老院区对讲', en: 'Old campus radio' },
          { zh: '新院区对讲', en: 'New campus radio' },
        ],
      },
    ],
  },
})

t.test('a transmitter that may be on though nobody speaks is named on the desk of an agent', async (t) => {
  const seat = await anOpenDesk(t, browser)
  seat.server.set(standing(['agent']))
  await seat.page.reload()
  const alarm = seat.page.getByText('没有人讲话，2 个对讲端口却在发射')
  await alarm.waitFor(WAIT)
  t.match(await alarm.textContent(), '老院区对讲, 新院区对讲')
  await seat.page.getByRole('link', { name: '看这通电话' }).click()
  await seat.page.getByRole('heading', { name: /护士站 B/ }).waitFor(WAIT)
  t.equal(await seat.page.getByRole('button', { name: '挂断这通电话…' }).count(), 0, 'an agent does not end it')
  t.same(seat.faults, [])
})

t.test('a supervisor ends a call without sound from its page, by the keyboard alone', async (t) => {
  const seat = await anOpenDesk(t, browser)
  seat.server.set(standing(['agent', 'supervisor']))
  await seat.page.reload()
  await seat.page.getByRole('link', { name: '看这通电话' }).press('Enter', WAIT)
  const asked = () => seat.server.asked.filter(({ path }) => path === '/api/calls/c9/end').length
  await seat.page.getByRole('button', { name: '挂断这通电话…' }).press('Enter', WAIT)
  const question = seat.page.getByRole('dialog', { name: '挂断这通电话' })
  await question.waitFor(WAIT)
  t.equal(asked(), 0, 'not before it was asked once more')
  await question.getByRole('button', { name: '挂断这通电话' }).press('Enter')
  await until(() => asked() === 1)
  await seat.page.getByText('已让交换机挂断').waitFor(WAIT)
  t.same(seat.faults, [])
})
