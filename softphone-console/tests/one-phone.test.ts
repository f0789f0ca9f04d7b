import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright'
import t from 'tap'
import { signedIn } from '../../scripts/lab/client.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import type { Wards } from '../../scripts/lab/wards.ts'
import { inGate } from '../../scripts/test/gate.ts'
import { aReadySeat, hangUp, onReachableNetwork, openSeat, type Seat, signIn, tellsTheScreen, WAIT } from './browser.ts'

/** One person at two computers: one phone, which moves when it is asked for and never by itself. Nothing is pretended. */
onReachableNetwork()
t.setTimeout(300_000)

const WARD = 1_000
/**
 * Longer than a registration is good for: two phones that heal against each other would have done so by then. The gate
 * sees only that neither does at once.
 */
const WATCH_MS = inGate ? 5_000 : 75_000

let lab: Lab
let wards: Wards
let first: Seat
let second: Seat

tellsTheScreen(t, () => [first?.page, second?.page])
t.before(async () => {
  lab = await startLab()
  wards = await lab.wards()
  first = await aReadySeat(lab)
  second = await openSeat(lab)
  await signIn(second)
})
t.teardown(async () => {
  await first?.close()
  await second?.close()
  await lab?.stop()
})

const answerKey = (page: Page) => page.getByRole('button', { name: '接听' })
const registered = (page: Page) => page.getByText('话机已连上').first()
const isTaken = (page: Page) => page.getByText('它在另一台电脑上').first()
const question = (page: Page) => page.getByRole('dialog', { name: '话机在另一台电脑上' })
/** In the call's own lane: it is there whenever this computer has no phone. */
const signOnKey = (page: Page) => page.getByRole('region', { name: '通话' }).getByRole('button', { name: '上线' })
const ward = (from: string, forSeconds = 60) =>
  wards.placeCall({ campus: 'new', dialled: '8102', from, play: WARD, forSeconds })
const passwords = async () =>
  Number(
    (await lab.query<{ n: number }>(`select count(*)::int as n from commands where verb = 'push-credential'`))[0]?.n,
  )
const state = async () => (await lab.query<{ state: string }>(`select state from agents`))[0]?.state

t.test('the second computer is asked before it takes the phone, and asking changes nothing', async (t) => {
  await signOnKey(second.page).click(WAIT)
  await question(second.page).waitFor(WAIT)
  await registered(first.page).waitFor(WAIT)
  await second.page.keyboard.press('Escape')
  await question(second.page).waitFor({ state: 'hidden', ...WAIT })
  t.equal(await passwords(), 2, 'one for the phone and one for the radio, of the first computer')
})

t.test('a call being talked is finished where it is; then the first computer stops and says why', async (t) => {
  await signOnKey(second.page).click(WAIT)
  await question(second.page).waitFor(WAIT)
  const call = await ward('62041')
  await answerKey(first.page).waitFor(WAIT)
  await first.page.keyboard.press('F2')
  await first.hears(WARD)
  const metrics = await (await fetch(`${lab.url}/metrics`)).text()
  const seconds = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1])
  t.equal(seconds('call_to_pop_seconds_count'), 1)
  t.ok(
    seconds('call_to_pop_p95_seconds') > seconds('call_to_pop_browser_p95_seconds'),
    'ring to paint is more than what the browser did of it',
  )

  await question(second.page).getByRole('button', { name: '接过来' }).click(WAIT)
  await registered(second.page).waitFor(WAIT)
  await first.page.getByText('话机已被另一台电脑接过去').first().waitFor(WAIT)
  await wait(2_000)
  await first.hears(WARD)
  await hangUp(first.page)
  t.match(await call.ended, { answered: true })
  await isTaken(first.page).waitFor(WAIT)
})

t.test(
  `the phone stays where it was taken to, ${inGate ? '' : 'through more than one registration, '}and rings only there`,
  async (t) => {
    // wrap-up of the call that was finished at the first one
    await second.page.keyboard.press('Alt+r')
    await second.page.getByRole('button', { name: '放一声' }).click(WAIT)
    await second.page.getByRole('button', { name: '听到了，就绪' }).click(WAIT)
    await second.page.keyboard.press('Alt+r')
    await second.page.getByText('空闲，可以接听').waitFor(WAIT)
    const before = await passwords()
    await wait(WATCH_MS)
    t.equal(await passwords(), before, 'nobody asked for another password')
    t.ok(await isTaken(first.page).isVisible())
    await registered(second.page).waitFor(WAIT)

    const call = await ward('62042')
    await answerKey(second.page).waitFor(WAIT)
    t.notOk(
      await answerKey(first.page)
        .isEnabled()
        .catch(() => false),
      'the first one cannot answer',
    )
    await second.page.keyboard.press('F2')
    await second.hears(WARD)
    await hangUp(second.page)
    await call.ended
  },
)

t.test('who loses the right to take calls in the middle of one finishes it, and is rung no more', async (t) => {
  await second.page.keyboard.press('Alt+r')
  await second.page.getByText('空闲，可以接听').waitFor(WAIT)
  const call = await ward('62043')
  await answerKey(second.page).waitFor(WAIT)
  await second.page.keyboard.press('F2')
  await second.hears(WARD)
  const admin = await signedIn(lab, 'admin')
  const [person] = await lab.query<{ id: string }>(`select person_id as id from agents`)
  const put = await fetch(`${lab.url}/api/directory/people/${person?.id}/grants`, {
    method: 'PUT',
    headers: { cookie: admin.cookie, origin: lab.url, 'content-type': 'application/json' },
    body: JSON.stringify({ grants: [] }),
  })
  t.equal(put.status, 200)
  t.equal(await state(), 'signed_out')
  await second.page.getByText('您已下线').first().waitFor(WAIT)
  await wait(3_000)
  await second.hears(WARD)
  await hangUp(second.page)
  t.match(await call.ended, { answered: true })
  await second.page.getByText('话机没有上线').first().waitFor(WAIT)

  const before = await passwords()
  const unanswered = await ward('62044', 10)
  await wait(8_000)
  t.notOk(await answerKey(second.page).isVisible())
  await unanswered.hangup()
  t.equal(await passwords(), before, 'and does not sign on again by itself')
})
