/// <reference lib="dom" />
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Page } from 'playwright'
import t from 'tap'
import type { RadioClient } from '../../scripts/lab/gateways/client.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { monoMs } from '../../scripts/lab/sound/rtp.ts'
import { aReadySeat, onReachableNetwork, tellsTheScreen, WAIT } from './browser.ts'
import { launchPretend } from './pretend/seat.ts'
import { isBuilt } from './pretend/server.ts'

/**
 * Ports, handhelds and who holds them, walked through at the console: the real server, a real Asterisk and the simulated
 * gateways. Whether a gateway was keyed is what its own log says.
 */
if (!isBuilt()) t.bailout('the console is not built: npm run build')
onReachableNetwork()
t.setTimeout(240_000)

/** Long enough to be seen going on. The rule is a minute; that it counts is the commissioning's own test. */
const IDLE_S = 8
const CALLER_HZ = 440
const LONG = { timeout: 60_000 }
let lab: Lab
let air: RadioClient
let browser: Browser

tellsTheScreen(t, () => browser?.contexts().flatMap((one) => one.pages()) ?? [])
t.before(async () => {
  ;[lab, browser] = await Promise.all([
    startLab({ radio: {}, env: { DESK_COMMISSION_IDLE_SECONDS: String(IDLE_S) } }),
    launchPretend(),
  ])
  air = await lab.radioClient()
})
t.teardown(async () => {
  await browser?.close()
  await lab?.stop()
})

const faults: string[] = []
async function signedIn(role: string, path: string): Promise<Page> {
  const account = lab.file().accounts[role]?.[0]
  if (!account) throw new Error(`the desk has no ${role}`)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const page = await context.newPage()
  page.on('pageerror', (error) => faults.push(String(error)))
  await page.goto(lab.url)
  await page.getByLabel('账号').fill(account.name)
  await page.getByLabel('密码').fill(account.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').first().waitFor(WAIT)
  await page.goto(`${lab.url}${path}`)
  return page
}
/** Pictures in DESK_SHOTS, when that is set: in both languages, by day and by night. */
async function shots(page: Page, name: string): Promise<void> {
  const folder = process.env.DESK_SHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  // behind a question the menu cannot be reached: it is shown in the language it was asked in
  const asks = (await page.getByRole('dialog').count()) > 0
  for (const [language, button] of [
    ['en', 'English'],
    ['zh', '中文'],
  ] as const) {
    if (asks && language === 'en') continue
    if (!asks) {
      await page.getByRole('button', { name: /我的账号|My account/ }).click()
      await page.getByRole('button', { name: button }).click()
      await page.keyboard.press('Escape')
    }
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await new Promise((settled) => setTimeout(settled, 300))
      await page.screenshot({ path: join(folder, `radio-admin-${name}-${language}-${colorScheme}.png`) })
    }
  }
}
const one = async <Row extends Record<string, unknown>>(sql: string, values: unknown[] = []) =>
  (await lab.query<Row>(sql, values))[0]
const said = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor(WAIT)
/** Chooses somebody by typing the name, as a person would. */
async function choose(page: Page, label: string, name: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(label).fill(name)
  await page.getByRole('dialog').getByRole('listbox').getByRole('option', { name }).first().click(WAIT)
}

t.test('an administrator sets a gateway up, proves it, and only then may anybody key it', async (t) => {
  const page = await signedIn('admin', '/directory/ports')
  const row = page.getByRole('row', { name: /UHF-1 new/ })
  await row.getByText('在线').waitFor(LONG)
  await row.getByRole('button', { name: 'UHF-1' }).click()
  const form = page.getByRole('form', { name: '新院区 UHF-1' })

  await form.getByRole('button', { name: '停用…' }).click()
  await page.getByRole('dialog').getByText('正在讲的人会被切断').waitFor(WAIT)
  await page.getByRole('dialog').getByRole('button', { name: '停用', exact: true }).click()
  await said(page, '已停用')
  t.match(await one('select enabled from radio_ports where code = $1', ['new']), { enabled: false })

  const keyed = form.getByLabel('怎样让网关发射')
  await keyed.selectOption('constant')
  await form.getByText(/不允许：网关会在接通期间一直占用信道/).waitFor(WAIT)
  await form.getByLabel('最长发射，秒', { exact: true }).fill('9999')
  await form.getByText('要在 10 到 180 之间').waitFor(WAIT)
  t.equal(await keyed.getAttribute('aria-invalid'), 'true', 'a screen reader hears which field it is')
  await shots(page, 'port-refused')
  await form.getByRole('button', { name: '保存' }).click()
  t.match(await one("select profile->>'pttMode' as ptt, profile->>'totS' as tot from radio_ports where code = 'new'"), {
    ptt: 'packet',
    tot: '60',
  })
  const forced = await page.evaluate(async () => {
    const { items } = await (await fetch('/api/radio/ports')).json()
    const port = items.find((one: { port: string }) => one.port === 'new')
    const body = JSON.stringify({ version: port.version, profile: { pttMode: 'constant' } })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`/api/radio/ports/${port.portId}`, { method: 'PATCH', headers, body })).status
  })
  t.equal(forced, 422, 'and the server refuses it whoever asks')

  // Another way of keying undoes what was proven.
  await form.getByLabel('最长发射，秒', { exact: true }).fill('90')
  await keyed.selectOption('vox')
  await form.getByText(/要重新做投用检查/).waitFor(WAIT)
  await form.getByRole('button', { name: '保存' }).click()
  await said(page, '已保存')
  await row.getByText('没有通过').waitFor(WAIT)
  t.ok(await form.getByRole('button', { name: '启用…' }).isDisabled(), 'not before it is proven')
  await keyed.selectOption('packet')
  await form.getByRole('button', { name: '保存' }).click()
  const kept = () =>
    one<{ ptt: string; tot: string }>(
      "select profile->>'pttMode' as ptt, profile->>'totS' as tot from radio_ports where code = 'new'",
    )
  for (const end = Date.now() + WAIT.timeout; (await kept())?.ptt !== 'packet' && Date.now() < end; ) await wait(100)
  t.match(await kept(), { ptt: 'packet', tot: '90' })

  const since = monoMs()
  const proof = form.getByRole('region', { name: '投用检查' })
  await proof.getByRole('button', { name: /开始检查|再检查一次/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: '开始检查' }).click()
  await proof.getByRole('progressbar').waitFor(WAIT)
  await proof.getByText('静默，看有没有包').waitFor(WAIT)
  await shots(page, 'commissioning-runs')
  await proof.getByText('通过', { exact: true }).waitFor(LONG)
  await proof.getByText(`${IDLE_S} 秒内发出 0 个包`).waitFor(WAIT)
  await proof.getByText(/秒后停，其后 0 个包/).waitFor(WAIT)
  const log = await air.ask('log', { port: 'new', since })
  const keyings = log.filter(({ type }) => type === 'keyed' || type === 'unkeyed')
  // sound that is late on a busy machine may come in pieces; none of them before the idle part was over
  t.ok((keyings[0]?.mono ?? 0) - since >= IDLE_S * 1_000, 'nothing keyed the gateway while it was watched at rest')
  t.match([keyings[0], keyings.at(-1)], [{ type: 'keyed' }, { type: 'unkeyed' }], 'then the test tone did, and it fell')
  await proof.getByRole('button', { name: '记下' }).click()
  await proof.getByText('看过：静默不亮，断音就灭').waitFor(WAIT)
  await shots(page, 'commissioned')

  await form.getByRole('button', { name: '启用…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '启用', exact: true }).click()
  await said(page, '已启用')
  t.match(await one("select enabled, commissioned_at is not null as proven from radio_ports where code = 'new'"), {
    enabled: true,
    proven: true,
  })
  await page.context().close()
})

t.test('handhelds are kept one by one and by spreadsheet, which is tried first', async (t) => {
  const page = await signedIn('admin', '/directory/handhelds')
  await page.getByRole('button', { name: '07', exact: true }).waitFor(WAIT)
  await page.getByRole('button', { name: '新建' }).click()
  const fresh = page.getByRole('form', { name: '新建' })
  await fresh.getByLabel('代码').fill('41')
  await fresh.getByLabel('院区').selectOption('old')
  await fresh.getByLabel('DTMF 尾码').fill('007')
  await fresh.getByRole('button', { name: '保存' }).click()
  await fresh.getByText('另一台对讲机已用这个编号或识别码。').waitFor(WAIT)
  await fresh.getByLabel('DTMF 尾码').fill('041')
  await fresh.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '41', exact: true }).waitFor(WAIT)
  await shots(page, 'handhelds')

  const change = page.getByRole('form', { name: '41' })
  await change.getByLabel('名称').fill('水工')
  await change.getByRole('button', { name: '保存' }).click()
  await page.getByRole('cell', { name: '水工', exact: true }).waitFor(WAIT)

  const sheet = async (csv: string) => {
    const file = { name: 'h.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
    await page.locator('input[type=file]').setInputFiles(file)
  }
  await page.getByRole('button', { name: '导入 CSV…' }).click()
  const dialog = page.getByRole('dialog')
  await sheet('code,campus,alias,dtmf_id\r\n41,old,电工,041\r\n50,moon,门卫,050\r\n')
  await dialog.getByText('没有院区 moon').waitFor(WAIT)
  await dialog.getByText('名称：水工 → 电工').waitFor(WAIT)
  t.ok(await dialog.getByRole('button', { name: /导入 1 条/ }).isDisabled())
  await shots(page, 'handhelds-import')
  t.match(await one("select alias from radio_units where code = '41'"), { alias: '水工' }, 'a try writes nothing')
  await sheet('code,campus,alias,dtmf_id\r\n41,old,电工,041\r\n50,new,门卫,050\r\n')
  await dialog.getByRole('button', { name: '导入 2 条' }).click(WAIT)
  await dialog.waitFor({ state: 'hidden', ...WAIT })
  await page.getByRole('cell', { name: '门卫', exact: true }).waitFor(WAIT)
  const exported = await (await page.request.get(`${lab.url}/api/radio/units/export.csv`)).text()
  t.match(exported, /50,new,门卫/)

  await page.getByRole('button', { name: '50', exact: true }).click()
  await page.getByRole('form', { name: '50' }).getByRole('button', { name: '停用…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用', exact: true }).click()
  await page.getByRole('cell', { name: '门卫', exact: true }).waitFor({ state: 'detached', timeout: 20_000 })
  t.match(await one("select retired_at is not null as retired from radio_units where code = '50'"), { retired: true })
  await page.context().close()
})

t.test('a shift lead says who is on duty with which handheld, and hands it over', async (t) => {
  const [first, second] = (
    await lab.query<{ name: string }>(
      "select p.name from people p where p.login like 'engineer%' and (select count(*) from people q where q.name = p.name) = 1 order by p.login limit 2",
    )
  ).map(({ name }) => name) as [string, string]
  // The demonstration's month of shifts would be between: this day begins with nobody on duty.
  await lab.query('truncate shifts cascade')
  const page = await signedIn('supervisor', '/radio/duty')
  await page.getByText('现在没有排班').waitFor(WAIT)
  await page.getByRole('button', { name: '排班…' }).click()
  await choose(page, '谁', first)
  await page.getByRole('dialog').getByLabel('对讲机').selectOption('03')
  await shots(page, 'duty-put')
  await page.getByRole('dialog').getByRole('button', { name: '排上' }).click()
  const now = page.getByRole('region', { name: '现在值班' })
  const line = (name: string) => now.getByRole('row', { name })
  await line(first).getByText('03', { exact: true }).waitFor(WAIT)
  await shots(page, 'duty')

  await line(first).getByRole('button', { name: /交班/ }).click()
  await choose(page, '谁接班', second)
  await page.getByRole('dialog').getByRole('button', { name: '交班' }).click()
  await line(second).getByText('03', { exact: true }).waitFor(WAIT)
  await line(second).getByText(`接 ${first} 的班`).waitFor(WAIT)
  t.equal(await line(first).getByRole('button').filter({ hasText: '交班' }).count(), 1, 'one row is left')
  t.match(
    await one(
      "select p.name from radio_holders h join people p on p.id = h.person_id where h.unit = '03' and h.during @> now()",
    ),
    { name: second },
  )

  const roles = page.getByRole('region', { name: 'A / B 角' })
  const nis = roles.getByRole('row', { name: /NIS/ })
  await nis.getByRole('button').first().click()
  await choose(page, '从现在起是谁', first)
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await nis.getByRole('button', { name: new RegExp(`A 角: ${first}`) }).waitFor(WAIT)

  await line(second).getByRole('button', { name: /下班/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: '下班', exact: true }).click()
  await page.getByText('现在没有排班').waitFor(WAIT)
  t.same(
    await lab.query("select 1 from radio_holders where unit = '03' and during @> now()"),
    [],
    'the handheld is back on the shelf',
  )
  await page.context().close()
})

t.test('an agent joins the caller to the radio by one key, sees who hears whom, and parts them', async (t) => {
  const seat = await aReadySeat(lab, { tone: 1001 })
  t.teardown(() => seat.close())
  const { page } = seat
  const wards = await lab.wards()
  const call = { campus: 'new', dialled: '8102', from: '62041', play: CALLER_HZ, forSeconds: 120 } as const
  wards.placeCall(call).catch(() => {})
  await page.getByRole('button', { name: '接听' }).waitFor(LONG)
  await page.keyboard.press('F2')
  await page.getByRole('button', { name: '挂断' }).waitFor(WAIT)
  await page.keyboard.press('Alt+2')
  const since = monoMs()
  await page
    .getByRole('region', { name: '电话接到对讲' })
    .getByRole('button', { name: '接到 新院区 UHF-1' })
    .waitFor(WAIT)
  await page.keyboard.press('Alt+J')
  const joined = page.getByRole('region', { name: '电话接到对讲' })
  await joined
    .getByText('来电人已接到 新院区 UHF-1')
    .waitFor(WAIT)
    .catch(async (error: Error) => {
      throw new Error(`${error.message}; the desk said: ${await page.getByRole('status').allTextContents()}`)
    })
  await joined.getByText('对讲机和来电人都听得到', { exact: true }).waitFor(WAIT)
  await air.until('new', 'keyed', { since, ms: 20_000 })
  await joined.getByText('来电人在讲，对讲机听得到').waitFor(WAIT)
  const lane = page.getByRole('region', { name: '对讲 新院区 UHF-1' })
  await lane.getByText('来电人 62041 在这个端口上').waitFor(WAIT)
  await shots(page, 'phone-patch')
  // a tone is told by two seconds of it
  const onAir = () => air.ask('heard', { port: 'new', since })
  for (const end = Date.now() + WAIT.timeout; (await onAir()).airMs < 2_000 && Date.now() < end; ) await wait(200)
  await page.keyboard.press('Alt+J')
  await page.getByText('来电人已离开对讲').first().waitFor(WAIT)
  await lane.getByText('空闲', { exact: true }).waitFor(WAIT)
  const heard = await onAir()
  t.ok(Math.abs(heard.hertz - CALLER_HZ) < 12, `handhelds heard the caller: ${heard.hertz} Hz`)
  await page.keyboard.press('F9')
  t.same([...faults, ...seat.faults], [], 'no page had a fault')
})
