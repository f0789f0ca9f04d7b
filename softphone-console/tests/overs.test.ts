/// <reference lib="dom" />
import t from 'tap'
import type { RadioClient } from '../../scripts/lab/gateways/client.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { walkOf } from '../../scripts/test/gate.ts'
import { aReadySeat, onReachableNetwork, type Seat, tellsTheScreen, WAIT } from './browser.ts'
import { isBuilt } from './pretend/server.ts'

/** What was said on the air and belongs under a ticket, and who is called out on it: by an agent, with the keyboard. */
if (!isBuilt()) t.bailout('the console is not built: npm run build')
onReachableNetwork()
t.setTimeout(300_000)

let lab: Lab
let seat: Seat
let air: RadioClient
let ticket: { ticketId: string; number: string }

tellsTheScreen(t, () => [seat?.page])
t.before(async () => {
  lab = await startLab({ radio: {}, env: { DESK_CALLOUT_SECONDS: '5' } })
  air = await lab.radioClient()
  seat = await aReadySeat(lab)
  ticket = await ask('POST', '/api/tickets', { campus: 'new', line: 'it', what: '卡纸甲乙丙' })
})
t.teardown(async () => {
  await seat?.close()
  await lab?.stop()
})

/** As this agent's own page would ask. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
const ask = (method: string, path: string, body?: unknown): Promise<any> =>
  seat.page.evaluate(
    async ([how, where, what]) => {
      const headers = what === null ? {} : { 'content-type': 'application/json' }
      return (
        await fetch(String(where), { method: String(how), headers, ...(what === null ? {} : { body: String(what) }) })
      ).json()
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  )
const until = async (what: string, holds: () => Promise<boolean>, ms = 30_000) => {
  for (const end = Date.now() + ms; !(await holds()); await new Promise((next) => setTimeout(next, 250)))
    if (Date.now() > end) throw new Error(`not seen within ${ms} ms: ${what}`)
}

t.test('what nobody filed waits in the box, is filed under a ticket, moved, and taken back', async (t) => {
  const { page } = seat
  await page.getByRole('region', { name: '对讲 新院区 UHF-1' }).getByText('信道畅通').waitFor({ timeout: 40_000 })
  await air.ask('speak', { port: 'new', unit: '02', tone: 1500, forMs: 3_000 })
  await page.getByRole('link', { name: /^对讲/ }).click()
  await page.getByRole('button', { name: '未归单 1' }).click(WAIT)
  const table = page.getByRole('table', { name: '对讲语音' })
  const file = table.getByRole('button', { name: '归单…' })
  await file.waitFor(WAIT)

  const day = page.getByLabel('哪一天')
  await day.fill('2020-01-01')
  await page.getByText('这里没有对讲语音').waitFor(WAIT)
  await day.fill('')

  await file.press('Enter')
  const dialog = page.getByRole('dialog', { name: /归到工单/ })
  await dialog.getByRole('combobox', { name: '工单' }).fill('卡纸甲乙')
  await dialog.getByRole('option', { name: /卡纸甲乙丙/ }).waitFor(WAIT)
  await dialog.getByRole('combobox', { name: '工单' }).press('Enter')
  await table.getByRole('link', { name: ticket.number }).waitFor(WAIT)
  await page.getByRole('button', { name: '未归单 0' }).waitFor(WAIT)

  await table.getByRole('link', { name: ticket.number }).press('Enter')
  // the table has such a button too, and goes only when the ticket's page is there
  await page.getByRole('heading', { name: '卡纸甲乙丙' }).waitFor(WAIT)
  const move = page.getByRole('main').getByRole('button', { name: /改归…/ })
  await move.press('Enter')
  await page
    .getByRole('dialog', { name: /归到工单/ })
    .getByRole('button', { name: '不归任何工单' })
    .press('Enter')
  await move.waitFor({ state: 'detached', ...WAIT })
  await until('it is in the box again', async () => (await ask('GET', '/api/radio/overs/untagged')).count === 1)
  t.same(seat.faults, [])
})

const walk = walkOf(t)
walk('a call-out calls whom the agent picks; nobody answers, and it stays until somebody goes', async (t) => {
  const { page } = seat
  await page.getByRole('button', { name: '对讲呼叫…' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: '对讲呼叫' })
  await dialog.getByLabel('在哪个端口播').selectOption('new')
  await dialog.getByText(/各位工程师请听/).waitFor(WAIT)
  await dialog.getByLabel('呼叫谁').selectOption('02')
  await dialog.getByText(/洞两号请听/).waitFor(WAIT)
  await dialog.getByRole('button', { name: '播出' }).press('Enter')
  await dialog.waitFor({ state: 'hidden', ...WAIT })

  const alarm = page.getByRole('alert', { name: '对讲呼叫' })
  await alarm.getByText('没有人应答').waitFor({ timeout: 150_000 })
  await until('every desk has the alarm', async () =>
    (await ask('GET', '/api/desk')).health.alarms.some(
      (one: { kind: string; ticketId?: string }) => one.kind === 'callout_given_up' && one.ticketId === ticket.ticketId,
    ),
  )
  t.equal(await alarm.getByRole('button', { name: '我来处理' }).count(), 0, 'taking over is a supervisor’s')
  await alarm.getByLabel('应答的是谁').selectOption('02')
  await alarm.getByRole('button', { name: '已应答' }).press('Enter')
  await alarm.waitFor({ state: 'detached', ...WAIT })
  await until(
    'the alarm is off',
    async () =>
      !(await ask('GET', '/api/desk')).health.alarms.some(({ kind }: { kind: string }) => kind === 'callout_given_up'),
  )
  const [held] = await lab.query<{ person_id: string }>(
    `select person_id from radio_holders where unit = '02' and during @> now()`,
  )
  const now = await ask('GET', `/api/tickets/${ticket.ticketId}`)
  t.match(now, held ? { state: 'in_progress', assignee: { id: held.person_id } } : { state: 'unassigned' })
  t.ok(held, 'somebody holds the handheld in the demonstration')
  t.same(seat.faults, [])
})
