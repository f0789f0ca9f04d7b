/// <reference lib="dom" />
import type { Browser } from 'playwright'
import t, { type Test } from 'tap'
import { ago, call, people, pop, ticket } from './pretend/fixtures.ts'
import { aReadyAgent as aReadySeat, bayOf, launchPretend, offer, type Seat, until, WAIT } from './pretend/seat.ts'
import { isBuilt } from './pretend/server.ts'

/**
 * What the console does by itself: keys, lanes, blindness, languages. The phone and the server here are pretended; the
 * real ones are proved by call.test.ts.
 */
if (!isBuilt()) t.bailout('the console is not built: npm run build')

let browser: Browser
t.before(async () => {
  browser = await launchPretend()
})
t.teardown(() => browser?.close())

const aReadyAgent = (t: Test) => aReadySeat(t, browser)

async function answered(seat: Seat, offered: ReturnType<typeof call>): Promise<ReturnType<typeof call>> {
  await seat.page.keyboard.press('F2')
  const talking = { ...offered, state: 'talking' as const, answeredAt: ago(0), waitedMs: 31_000 }
  seat.server.say({ type: 'call.answered', subject: 'call', call: talking })
  await seat.page.getByRole('button', { name: '挂断' }).waitFor(WAIT)
  return talking
}
const asked = ({ server }: Seat, path: RegExp) => server.asked.filter((one) => path.test(one.path))

t.test('an agent goes on duty only after the ring was played and heard', async (t) => {
  const seat = await aReadyAgent(t)
  t.match(
    seat.server.asked.map((one) => one.path),
    ['/api/agent/sign-in', '/api/agent/phone', '/api/agent/ring-test', '/api/agent/ready'],
  )
  t.same(seat.faults, [])
})

t.test('a ringing call shows place, number and why, before anybody speaks, and is acknowledged', async (t) => {
  const seat = await aReadyAgent(t)
  await offer(seat)
  const bay = bayOf(seat.page)
  await bay.getByText('3 号楼 5 层 · 护士站 B').first().waitFor(WAIT)
  await bay.getByText('62041', { exact: true }).waitFor(WAIT)
  await bay.getByText('这个号码登记在这个地点').waitFor(WAIT)
  await bay.getByText('24 小时内第 3 次来电').waitFor(WAIT)
  await bay.getByText('标签打印机卡纸，发药停住').waitFor(WAIT)
  await until(() => asked(seat, /c1\/painted$/).length === 1)
  t.match(asked(seat, /painted/)[0]?.body, { legUniqueid: 'c1.1' })
})

t.test('the caret stays where the agent types; Enter and Space never answer', async (t) => {
  const seat = await aReadyAgent(t)
  await seat.page.getByRole('searchbox').focus()
  await offer(seat)
  await bayOf(seat.page).getByRole('button', { name: '接听' }).waitFor(WAIT)
  await seat.page.keyboard.type('62 ')
  t.equal(await seat.page.getByRole('searchbox').inputValue(), '62 ')
  await seat.page.keyboard.press('Space')
  t.ok(await bayOf(seat.page).getByRole('button', { name: '接听' }).isVisible())
})

t.test('F2 answers, and F9 is dead for a second after it', async (t) => {
  const seat = await aReadyAgent(t)
  const offered = await offer(seat)
  // the page's own clock: how soon this machine brings the second press does not count
  const pressedAt = Date.now()
  await seat.page.clock.setFixedTime(pressedAt)
  await answered(seat, offered)
  await seat.page.clock.setFixedTime(pressedAt + 900)
  await seat.page.keyboard.press('F9')
  await seat.page.getByText('刚接听，1 秒内不挂断').waitFor(WAIT)
  t.ok(await seat.page.getByRole('button', { name: '挂断' }).isVisible(), 'a second press did not end the call')
  await seat.page.clock.setFixedTime(pressedAt + 1_100)
  await seat.page.keyboard.press('F9')
  await seat.page.getByText('空闲，可以接听').waitFor(WAIT)
  // and says so to a screen reader
  await seat.page.getByText('已挂断').waitFor(WAIT)
})

t.test('declining sends it to somebody else and leaves the lane empty', async (t) => {
  const seat = await aReadyAgent(t)
  const offered = await offer(seat)
  await bayOf(seat.page).getByRole('button', { name: '拒接' }).waitFor(WAIT)
  await seat.page.keyboard.press('Shift+F2')
  seat.server.say({ type: 'call.offered', subject: 'call', call: { ...offered, station: 'b1002', agent: people.he } })
  await seat.page.getByText('空闲，可以接听').waitFor(WAIT)
})

t.test('mute answers the finger at once and says so', async (t) => {
  const seat = await aReadyAgent(t)
  await answered(seat, await offer(seat))
  await seat.page.keyboard.press('F3')
  await seat.page.getByRole('button', { name: '静音', pressed: true }).waitFor(WAIT)
  await seat.page.getByText('已静音，对方听不见').waitFor(WAIT)
})

t.test('one key says it is the same fault, another urges', async (t) => {
  const seat = await aReadyAgent(t)
  await answered(seat, await offer(seat))
  await seat.page.keyboard.press('Alt+Enter')
  await until(() => asked(seat, /c1\/join$/).length === 1)
  t.same(asked(seat, /join$/)[0]?.body, { ticketId: 't-0143', relation: 'same_fault' })
  await seat.page.keyboard.press('Alt+u')
  await until(() => asked(seat, /c1\/join$/).length === 2)
  t.same(asked(seat, /join$/)[1]?.body, { ticketId: 't-0143', relation: 'urge' })
})

t.test('a second call stacks below and overwrites nothing', async (t) => {
  const seat = await aReadyAgent(t)
  await answered(seat, await offer(seat))
  await offer(seat, 'c2', '30712')
  const second = seat.page.getByRole('region', { name: '第二通' })
  await second.waitFor(WAIT)
  await bayOf(seat.page).getByText('62041', { exact: true }).waitFor(WAIT)
  t.match(await second.textContent(), /30712/)
})

t.test('after the call, wrap-up says what the ticket lacks and leads back to ready', async (t) => {
  const seat = await aReadyAgent(t)
  const talking = await answered(seat, await offer(seat))
  const opened = ticket('0146', '')
  seat.server.say({ type: 'ticket.opened', subject: 'ticket', ticket: opened, callId: 'c1' })
  await seat.phone.hungUpByCaller('s-c1')
  const ended = {
    ...talking,
    state: 'ended' as const,
    ticketId: opened.ticketId,
    ticketNumber: '0146',
    endedAt: ago(0),
  }
  seat.server.say({ type: 'call.ended', subject: 'call', call: ended })
  seat.server.setMine({
    state: 'wrap_up',
    wrapUpCallId: 'c1',
    wrapUpUntil: new Date(Date.now() + 60_000).toISOString(),
  })
  await bayOf(seat.page).getByText('还缺：报修内容、类别').waitFor(WAIT)
  await seat.page.keyboard.press('Alt+r')
  await seat.page.getByText('空闲，可以接听').waitFor(WAIT)
})

t.test('with the server gone the screen says since when, hides live figures, and the phone goes on', async (t) => {
  const seat = await aReadyAgent(t)
  seat.server.goAway()
  await seat.page.getByText(/看不到服务器，自 \d\d:\d\d:\d\d/).waitFor(WAIT)
  await seat.page.getByText('就绪（服务器未确认）').first().waitFor(WAIT)
  await bayOf(seat.page).getByText('看不到服务器，来电仍在这里响').waitFor(WAIT)
  await seat.phone.ring('s-blind', '30712')
  await bayOf(seat.page).getByText('30712').first().waitFor(WAIT)
  await bayOf(seat.page).getByText('没有弹屏：服务器看不到').waitFor(WAIT)
  await seat.page.keyboard.press('F2')
  await seat.page.getByRole('button', { name: '挂断' }).waitFor(WAIT)
  seat.server.comeBack()
  // unless it has come back by itself already
  await seat.page
    .getByRole('button', { name: '现在重连' })
    .click({ timeout: 3_000 })
    .catch(() => {})
  await seat.page.getByText(/看不到服务器，自/).waitFor({ state: 'hidden', ...WAIT })
})

t.test('a reload while the server is away brings the desk back as it was last seen', async (t) => {
  const seat = await aReadyAgent(t)
  await seat.page.evaluate(async () => void (await navigator.serviceWorker.ready))
  seat.server.goAway()
  await seat.page.getByText(/看不到服务器，自/).waitFor(WAIT)
  await seat.page.reload()
  await bayOf(seat.page).waitFor(WAIT)
  await seat.page.getByText('话机已连上').first().waitFor(WAIT)
  await seat.page.getByText(/看不到服务器，自/).waitFor(WAIT)
})

t.test('every word changes with the language, and a name in the catalogue too', async (t) => {
  const seat = await aReadyAgent(t)
  await seat.page.getByRole('button', { name: '我的账号' }).click()
  await seat.page.getByRole('button', { name: 'English' }).click()
  await seat.page.getByText('Idle, ready for a call').waitFor(WAIT)
  await seat.page.getByText('Equipment').first().waitFor(WAIT)
  const left = await seat.page.evaluate(() => {
    const own = document.querySelectorAll('nav, .bay h2, .bay h3, .qstrip th, .lh h2, kbd')
    return [...own].map((one) => one.textContent ?? '').filter((text) => /[\u4e00-\u9fff]/.test(text))
  })
  t.same(left, [])
})

t.test('a caller whose name is markup is shown as harmless text', async (t) => {
  const seat = await aReadyAgent(t)
  const name = '<img src=x onerror=alert(1)>"\'$(reboot)\u202e😀'
  const offered = call('c9', { state: 'offered', station: 'b1001', aniName: name, person: null, legUniqueid: 'c9.1' })
  seat.server.say({ type: 'call.offered', subject: 'call', call: offered, pop: pop(offered) })
  await bayOf(seat.page).getByText('<img src=x').waitFor(WAIT)
  t.equal(await seat.page.locator('img').count(), 0)
  t.same(seat.faults, [])
})

t.test('markup that somebody could bring into a page has no look of its own; ours has', async (t) => {
  const { page, faults } = await aReadyAgent(t)
  const announcer = page.locator('#svelte-announcer')
  t.equal(await announcer.evaluate((one) => getComputedStyle(one).position), 'absolute', 'only a screen reader has it')
  t.same(faults, [], 'nothing of ours is refused')
  const look = await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<p id="brought" style="position: fixed; inset: 0">brought</p>')
    return getComputedStyle(document.getElementById('brought') as HTMLElement).position
  })
  t.equal(look, 'static')
})
