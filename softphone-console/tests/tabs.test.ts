/// <reference lib="dom" />

import { join } from 'node:path'
import type { Page } from 'playwright'
import t from 'tap'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { secondsOf } from '../../scripts/lab/sound/measuring.ts'
import type { Wards } from '../../scripts/lab/wards.ts'
import { aReadySeat, hangUp, hears, onReachableNetwork, type Seat, tellsTheScreen, WAIT } from './browser.ts'

/** Two tabs of one agent: one holds the phone, the other takes over when it closes. Nothing is pretended. */
onReachableNetwork()
t.setTimeout(240_000)

const WARD = 1_000
const AGENT = 440

let lab: Lab
let wards: Wards
let seat: Seat
let second: Page

tellsTheScreen(t, () => seat?.context.pages() ?? [])
t.before(async () => {
  lab = await startLab()
  wards = await lab.wards()
  seat = await aReadySeat(lab, { tone: AGENT })
})
t.teardown(async () => {
  await seat?.close()
  await lab?.stop()
})

const following = (page: Page) => page.getByText('电话在另一个标签页').first()
const registered = (page: Page) => page.getByText('话机已连上').first()
const answerKey = (page: Page) => page.getByRole('button', { name: '接听' })
const ward = (from: string, more: { heard?: string } = {}) =>
  wards.placeCall({ campus: 'new', dialled: '8102', from, play: WARD, forSeconds: 90, ...more })

t.test('a second tab leaves the phone where it is and says so', async () => {
  second = await seat.context.newPage()
  await second.goto(lab.url)
  await following(second).waitFor(WAIT)
  await registered(seat.page).waitFor(WAIT)
  await second.mouse.click(700, 500)

  const call = await ward('62041')
  await answerKey(seat.page).waitFor(WAIT)
  await second.getByText('62041', { exact: true }).first().waitFor(WAIT)
  // the pop is in both, the phone in one
  await second.getByRole('button', { name: '接听', disabled: true }).waitFor(WAIT)
  await seat.page.keyboard.press('F2')
  await seat.hears(WARD)
  await hangUp(seat.page)
  await call.ended
  await seat.page.keyboard.press('Alt+r')
  await seat.page.getByText('空闲，可以接听').waitFor(WAIT)
})

t.test('when the tab with the phone closes, the other takes over with the server away, and is rung', async (t) => {
  const signIns = async () =>
    Number(
      (await lab.query<{ n: number }>(`select count(*)::int as n from commands where verb = 'push-credential'`))[0]?.n,
    )
  const before = await signIns()
  // what the exchange was to be told of the agent being ready again must have reached it
  for (const end = Date.now() + WAIT.timeout; Date.now() < end; await new Promise((soon) => setTimeout(soon, 100))) {
    const waiting = await lab.query(`select id from commands where settled_at is null`)
    if (waiting.length === 0) break
  }
  await lab.server.kill()
  await second
    .getByText(/看不到服务器，自/)
    .first()
    .waitFor(WAIT)
  await seat.page.close()
  await registered(second).waitFor(WAIT)
  const heard = join(lab.varDir, 'second.wav')
  const call = await ward('62042', { heard })
  // the queue may be on its way round the desk phones just when the phone has moved
  await answerKey(second).waitFor({ timeout: 60_000 })
  await second.keyboard.press('F2')
  await hears(second, WARD)
  await second.waitForFunction((since) => Date.now() - since > 4_000, Date.now())
  await second.keyboard.press('F9')
  t.match(await call.ended, { answered: true })
  t.ok((await secondsOf(heard, AGENT)) > 1, 'and the ward hears the agent')
  await lab.server.start()
  await lab.ready()
  await second.getByText(/看不到服务器，自/).waitFor({ state: 'hidden', ...WAIT })
  t.equal(await signIns(), before, 'with the password the first tab had: no sign-in was asked for')
})

t.test('going off duty in one tab ends it in all: the follower does not take over', async (t) => {
  const third = await seat.context.newPage()
  await third.goto(lab.url)
  await following(third).waitFor(WAIT)
  await second.getByRole('group', { name: '我的状态' }).getByRole('button').first().click()
  await second.getByRole('menuitemradio', { name: /下线/ }).click()
  await third.getByRole('button', { name: '上线' }).first().waitFor(WAIT)
  // the tabs tell each other at once, the server a moment later
  const state = async () => (await lab.query<{ state: string }>(`select state from agents`))[0]?.state
  for (const end = Date.now() + WAIT.timeout; (await state()) !== 'signed_out' && Date.now() < end; )
    await new Promise((soon) => setTimeout(soon, 100))
  t.equal(await state(), 'signed_out')
  await third.close()
})

t.test('a call that rings behind a hidden tab is told by the desktop and counted', async (t) => {
  await second.getByRole('button', { name: '上线' }).first().click(WAIT)
  await second.getByRole('button', { name: '放一声' }).click(WAIT)
  await second.getByRole('button', { name: '听到了，就绪' }).click(WAIT)
  await second.getByText('空闲，可以接听').waitFor(WAIT)
  const unpainted = async () => {
    const text = await (await fetch(`${lab.url}/metrics`)).text()
    return Number(/^pops_unpainted_total (\d+)/m.exec(text)?.[1])
  }
  const before = await unpainted()
  await second.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true })
    const told: string[] = []
    Object.assign(globalThis, {
      deskTold: told,
      Notification: class {
        static permission = 'granted'
        onclick = null
        constructor(title: string, { body }: { body: string }) {
          told.push(`${title} ${body}`)
        }
        close(): void {}
      },
    })
  })
  const call = await ward('62043')
  await second.waitForFunction(
    () => (globalThis as unknown as { deskTold: string[] }).deskTold.length > 0,
    undefined,
    WAIT,
  )
  const [told] = await second.evaluate(() => (globalThis as unknown as { deskTold: string[] }).deskTold)
  t.match(told, /^来电 .*62043$/)
  for (const end = Date.now() + WAIT.timeout; (await unpainted()) === before && Date.now() < end; )
    await new Promise((soon) => setTimeout(soon, 200))
  t.equal(await unpainted(), before + 1)
  await second.keyboard.press('F2')
  await second.getByRole('button', { name: '挂断' }).waitFor(WAIT)
  await call.hangup()
})
