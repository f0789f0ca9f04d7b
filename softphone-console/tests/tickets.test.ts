import { type Browser, chromium, type Page } from 'playwright'
import t, { type Test } from 'tap'
import { answerTickets, fullTicket, twoLevels } from './fixtures-tickets.ts'
import { call, page as pageOf, people, ticket, units } from './pretend/fixtures.ts'
import { pretendServer } from './pretend/server.ts'

// The console by itself, in a real browser: what it keeps, shows and refuses when the desk behind it is pretended.
// The real desk is proved by the live tests.

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
let browser: Browser
// a page on a busy machine takes seconds to come up, and there is one for each test
t.setTimeout(180_000)
t.before(async () => {
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  })
})
t.after(() => browser.close())

/** An agent's desk with two tickets, 0146 new and 0143 with a history. */
async function aDesk(t: Test) {
  const server = await pretendServer()
  server.set((desk) => ({ ...desk, catalogue: twoLevels }))
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const tab = await context.newPage()
  tab.setDefaultTimeout(10_000)
  const faults: string[] = []
  tab.on('pageerror', (error) => faults.push(error.message))
  const doors = await answerTickets(tab, [
    pageOf(ticket('0146', '', { state: 'unassigned', assignee: null })),
    fullTicket(),
  ])
  t.teardown(async () => {
    await context.close()
    await server.close()
    if (faults.length > 0) throw new Error(`the page had a fault: ${faults.join('; ')}`)
  })
  await tab.goto(server.url)
  await tab.getByRole('button', { name: /新工单/ }).waitFor()
  const answered = (callId: string, number: string) => {
    server.setMine({ callId, callState: 'talking' })
    server.say({
      type: 'call.answered',
      subject: 'call',
      call: call(callId, {
        state: 'talking',
        station: 'b1001',
        agent: people.lin,
        ticketId: `t-${number}`,
        ticketNumber: number,
      }),
    })
  }
  return { server, tab, answered, ...doors }
}

const what = (tab: Page) => tab.getByLabel('报修内容')

t.test('the ticket of an answered call opens in the work lane and is saved as it is typed', async (t) => {
  const { tab, answered, held } = await aDesk(t)
  answered('c9', '0146')
  await what(tab).fill('打印机卡纸')
  await tab.getByText('已存').waitFor()
  t.equal(held.get('t-0146')?.what, '打印机卡纸')
  await tab.keyboard.press('Tab')
  await tab.keyboard.press('1')
  await tab.getByRole('radio', { name: '打印机', checked: true }).waitFor()
})

t.test('another call being answered overwrites nothing that was typed', async (t) => {
  const { tab, answered } = await aDesk(t)
  answered('c9', '0146')
  await what(tab).fill('打印机卡')
  answered('c10', '0143')
  await tab.getByRole('button', { name: '0143' }).waitFor()
  await tab.getByRole('button', { name: '0146' }).click()
  t.equal(await what(tab).inputValue(), '打印机卡')
})

t.test('what is typed while nothing can be saved is said so, outlives a reload, and is saved later', async (t) => {
  const { tab, answered, held } = await aDesk(t)
  answered('c9', '0146')
  await what(tab).waitFor()
  const cut = '**/api/tickets/t-0146'
  await tab.route(cut, (route) => route.abort())
  await what(tab).fill('叫号屏黑屏')
  await tab.getByText(/没存上/).waitFor()
  tab.on('dialog', (dialog) => void dialog.accept())
  await tab.reload()
  t.equal(await what(tab).inputValue(), '叫号屏黑屏', 'the text is back before the server is')
  await tab.unroute(cut)
  await tab.getByText('已存').waitFor()
  t.equal(held.get('t-0146')?.what, '叫号屏黑屏')
})

t.test('the unit is found by typing, saved as chosen, and words that are no unit do not stay', async (t) => {
  const { tab, answered, held } = await aDesk(t)
  answered('c9', '0146')
  const unit = tab.getByRole('combobox', { name: '科室' })
  await unit.fill('检验')
  await tab.getByRole('option', { name: '检验科' }).click()
  await tab.getByText('已存').waitFor()
  t.equal(held.get('t-0146')?.unit?.id, 'n-lab')
  await unit.fill('没有这个科')
  await what(tab).focus()
  t.equal(await unit.inputValue(), '检验科')
})

t.test('a unit somebody else chose meanwhile is shown beside ours, and one is taken', async (t) => {
  const { tab, answered, held } = await aDesk(t)
  answered('c9', '0146')
  await what(tab).waitFor()
  const before = held.get('t-0146')
  if (before) held.set('t-0146', { ...before, unit: units.pharmacy, version: before.version + 4 })
  await tab.getByRole('combobox', { name: '科室' }).fill('检验')
  await tab.getByRole('option', { name: '检验科' }).click()
  const clash = tab.getByRole('alert', { name: '别人也改了这一项' })
  await clash.getByText('药剂科').waitFor()
  await clash.getByRole('button', { name: '用他的' }).click()
  t.equal(await tab.getByRole('combobox', { name: '科室' }).inputValue(), '药剂科')
  t.equal(held.get('t-0146')?.unit?.id, 'n-drug')
})

t.test('when two people change the same words both are shown, and one is chosen', async (t) => {
  const { tab, answered, held } = await aDesk(t)
  answered('c9', '0146')
  await what(tab).waitFor()
  const before = held.get('t-0146')
  if (before) held.set('t-0146', { ...before, what: '打印机冒烟', version: before.version + 4 })
  await what(tab).fill('打印机卡纸')
  const clash = tab.getByRole('alert', { name: '别人也改了这一项' })
  await clash.getByText('打印机冒烟').waitFor()
  await clash.getByText('打印机卡纸').waitFor()
  await clash.getByRole('button', { name: '用我的' }).click()
  await tab.getByText('已存').waitFor()
  t.equal(held.get('t-0146')?.what, '打印机卡纸')
})

t.test('a ticket is not finished on the phone before it says what and which', async (t) => {
  const { tab, answered, asked } = await aDesk(t)
  answered('c9', '0146')
  await tab.getByRole('button', { name: '电话里已解决' }).click()
  await tab.getByText(/还缺：报修内容、类别/).waitFor()
  await what(tab).fill('打印机卡纸')
  await tab.getByRole('radio', { name: '打印机' }).click()
  await tab.getByRole('button', { name: '电话里已解决' }).click()
  await tab.getByText('已完成').first().waitFor()
  t.match(asked.at(-1), /POST done .*"resolution":"phone"/)
})

t.test('a recording plays where the arrows put it, fetched in pieces; a missing one says so', async (t) => {
  const { tab, server, asked } = await aDesk(t)
  await tab.goto(`${server.url}/tickets/t-0143`)
  await tab.getByText('这通电话没有留下声音，已报警').waitFor()
  t.notOk(
    asked.some((one) => one.includes('audio')),
    'nobody is written down as a listener before pressing play',
  )
  const player = tab.getByRole('group', { name: /^录音/ }).last()
  const position = player.getByRole('slider', { name: '播放位置' })
  await position.focus()
  await tab.keyboard.press('ArrowRight')
  t.equal(await position.getAttribute('aria-valuetext'), '0:05，共 0:12')
  await tab.keyboard.press('Space')
  await player.getByText(/0:0[6-9] \/ 0:12/).waitFor()
  t.ok(
    asked.some((one) => one.startsWith('GET audio bytes=')),
    'asked for by Range',
  )
  await tab.keyboard.press('Period')
  await player.getByRole('button', { name: '语速 1.25 倍' }).waitFor()
})

t.test('the list of tickets is walked with the keys, and the address holds its filter', async (t) => {
  const { tab, server } = await aDesk(t)
  await tab.goto(`${server.url}/tickets?state=unassigned&q=%E6%89%93%E5%8D%B0`)
  await tab.getByRole('button', { name: '未分配', pressed: true }).waitFor()
  await tab.getByRole('button', { name: '处理中' }).click()
  await tab.waitForURL(/state=in_progress/)
  t.match(tab.url(), /q=%E6%89%93%E5%8D%B0/, 'the words stay')
  await tab.getByRole('listbox', { name: '工单' }).focus()
  await tab.keyboard.press('Enter')
  await tab.waitForURL(/\/tickets\/t-0143$/)
  await tab.getByRole('heading', { name: '护士站标签打印机卡纸，发药停住' }).waitFor()
})

// the browser keeps the process alive: say that these were all, so that it is closed
t.end()
