/// <reference lib="dom" />
import type { Browser } from 'playwright'
import t from 'tap'
import { anOpenDesk, aReadyAgent, bayOf, launchPretend, offer, until, WAIT } from './pretend/seat.ts'
import { isBuilt } from './pretend/server.ts'

/** How a call begins by itself and how it ends, in words that are true: what this desk did is not told as the ward's doing. */
if (!isBuilt()) t.bailout('the console is not built: npm run build')
t.setTimeout(120_000)

let browser: Browser
t.before(async () => {
  browser = await launchPretend()
})
t.teardown(() => browser?.close())

const HUNG_UP = '对方已挂断'

t.test('a callback from its page is dialled, and the own phone answers itself', async (t) => {
  const { page, phone, server } = await aReadyAgent(t, browser)
  await page.locator('a[href="/callbacks"]').first().click()
  await page.getByRole('listitem', { name: /62117/ }).getByRole('button', { name: '回电', exact: true }).click()
  await until(() => server.asked.some((one) => one.path === '/api/calls/dial'))
  await phone.ring('own', '62117')
  await bayOf(page).getByRole('button', { name: /挂断/ }).waitFor(WAIT)
  t.pass('nobody had to press F2')
})

t.test('a ring that lasted its time is told as not answered: the ward still waits', async (t) => {
  const seat = await aReadyAgent(t, browser)
  const { page, phone, server } = seat
  const call = await offer(seat)
  server.set((desk) => ({
    ...desk,
    calls: desk.calls.map((one) => (one.callId === call.callId ? { ...one, state: 'queued' as const } : one)),
  }))
  await bayOf(page).getByRole('button', { name: '接听' }).waitFor(WAIT)
  await phone.ends(`s-${call.callId}`, 'stopped')
  server.say({
    type: 'call.offer-ended',
    subject: 'call',
    call: { ...call, state: 'queued', station: null, agent: null },
  })
  await bayOf(page)
    .getByText(/振铃已停止|未接听/)
    .waitFor({ state: 'attached', ...WAIT })
  t.equal(await bayOf(page).getByText(HUNG_UP).count(), 0)
})

t.test('a silent line warns before it is hung up, and says that we did it', async (t) => {
  const seat = await aReadyAgent(t, browser)
  const { page, phone } = seat
  const call = await offer(seat)
  await page.keyboard.press('F2')
  await bayOf(page).getByRole('button', { name: /挂断/ }).waitFor(WAIT)
  await phone.quiet(`s-${call.callId}`, 15_000, 30_000)
  await page.getByRole('alert').filter({ hasText: '快被本系统挂断' }).waitFor(WAIT)
  await phone.ends(`s-${call.callId}`, 'silence')
  await page
    .getByText(/不是对方挂的/)
    .first()
    .waitFor(WAIT)
  t.equal(await bayOf(page).getByText(HUNG_UP).count(), 0)
})

t.test('what nobody took stands at the head of the lane, with how many', async (t) => {
  const { page } = await anOpenDesk(t, browser)
  await page.getByRole('status').filter({ hasText: '1 张无人认领' }).waitFor(WAIT)
  await page.getByRole('link', { name: /无人认领 ?1/ }).waitFor(WAIT)
  await page.getByText('0150').first().waitFor(WAIT)
  t.pass('a message waits where everybody looks')
})
