/// <reference lib="dom" />
import t from 'tap'
import { STILL_FROM_S } from '../../scripts/drill/parts/losses.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { type Machine, watchMachine } from '../../scripts/lab/stood-still.ts'
import type { CallCard } from '../../server/wire/views.ts'
import { aReadySeat, hangUp, onReachableNetwork, type Seat, tellsTheScreen, WAIT } from './browser.ts'

/** The agent's phone dials out, comes back when Asterisk does, and goes on without the server. Nothing is pretended. */
onReachableNetwork()
t.setTimeout(240_000)

const WARD = 1_000

let lab: Lab
let seat: Seat
let machine: Machine

tellsTheScreen(t, () => [seat?.page])
t.before(async () => {
  machine = await watchMachine()
  lab = await startLab()
  seat = await aReadySeat(lab)
})
t.teardown(async () => {
  await seat?.close()
  await lab?.stop()
  await machine?.close()
})

const button = (name: string) => seat.page.getByRole('button', { name })

/** A ward of the new campus rings the agents, whose screen may be blind. Resolves with how the call ended. */
async function talkWith(from: string, talking: () => Promise<void>, ringing?: () => Promise<void>) {
  const wards = await lab.wards()
  const call = await wards.placeCall({ campus: 'new', dialled: '8102', from, play: WARD, forSeconds: 60 })
  await button('接听').waitFor({ timeout: 40_000 })
  await ringing?.()
  await seat.page.keyboard.press('F2')
  await button('挂断').waitFor(WAIT)
  await talking()
  await hangUp(seat.page)
  await button('挂断').waitFor({ state: 'hidden', ...WAIT })
  return call.ended
}

/** The agent's answered calls as the desk has them, once each has its recording and ticket; after 30 s as they are. */
async function answeredAndKept(count: number) {
  // sound that passed while the machine stood still is missing, and the desk says so
  const mayBeShort = machine.stoodStill(0) >= 1_000 * STILL_FROM_S
  const isKept = (state?: string) => state === 'filed' || (state === 'short' && mayBeShort)
  for (const end = Date.now() + 30_000; ; await new Promise((soon) => setTimeout(soon, 250))) {
    const answer = await seat.page.request.get(`${lab.url}/api/calls?mine=true&limit=20`)
    const { items } = (await answer.json()) as { items: CallCard[] }
    const answered = items
      .filter((one) => one.direction === 'inbound' && one.answeredAt !== null)
      .map((one) => ({ ani: one.ani, hasTicket: one.ticketId !== null, isKept: isKept(one.recording?.state) }))
    const isWhole = answered.length === count && answered.every((one) => one.hasTicket && one.isKept)
    if (isWhole || Date.now() > end) return answered.toSorted((a, b) => a.ani.localeCompare(b.ani))
  }
}

t.test('the agent dials a ward: this phone answers its own leg, and the call is known', async (t) => {
  const { page } = seat
  await page.keyboard.press('Alt+k')
  await page.getByLabel('号码', { exact: true }).fill('62041')
  await page.getByRole('radio', { name: '新院区' }).click()
  await button('拨出').click()
  await button('挂断').waitFor(WAIT)
  await seat.bay().getByText('62041', { exact: true }).waitFor(WAIT)
  await seat.bay().getByText('录音中').waitFor(WAIT)
  await seat
    .bay()
    .getByText('不知道在哪里')
    .waitFor({ state: 'hidden', ...WAIT })
  // the ward is rung only once this leg is up, and speaks when it answers
  await seat
    .bay()
    .getByRole('img', { name: /对方正常/ })
    .waitFor(WAIT)
  t.pass('the ward was rung, answered and is heard')
  await hangUp(page)
  await button('挂断').waitFor({ state: 'hidden', ...WAIT })
  await page.keyboard.press('Alt+r')
  await page.getByText('空闲，可以接听').waitFor(WAIT)
})

t.test('when Asterisk dies the phone says so, and is back by itself when Asterisk is', async (t) => {
  await lab.pbx.kill()
  await seat.page.getByText(/话机断开，自/).waitFor(WAIT)
  await lab.pbx.start()
  await seat.page
    .getByText(/话机已连上/)
    .first()
    .waitFor({ timeout: 40_000 })
  t.pass('registered again without a hand')
})

t.test('a call that is on goes on, and another is answered, while the server is dead', async (t) => {
  const { page } = seat
  const first = await talkWith('62041', async () => {
    await lab.server.kill()
    await page.getByText(/看不到服务器，自/).waitFor(WAIT)
    await seat.hears(WARD)
  })
  t.match(first, { answered: true }, 'still heard the ward')

  await page.reload()
  await page.getByText('话机已连上').first().waitFor(WAIT)
  const second = await talkWith(
    '62042',
    () => seat.hears(WARD),
    async () => {
      await seat.bay().getByText('没有弹屏：服务器看不到').waitFor(WAIT)
      await seat.bay().getByText('62042', { exact: true }).waitFor(WAIT)
    },
  )
  t.match(second, { answered: true }, 'heard the second ward')

  await lab.server.start()
  await lab.ready()
  await button('现在重连')
    .click({ timeout: 2_000 })
    .catch(() => {})
  await page.getByText(/看不到服务器，自/).waitFor({ state: 'hidden', ...WAIT })
  t.same(await answeredAndKept(2), [
    { ani: '62041', hasTicket: true, isKept: true },
    { ani: '62042', hasTicket: true, isKept: true },
  ])
})
