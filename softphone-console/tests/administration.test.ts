/// <reference lib="dom" />
import type { Browser, Page, Route } from 'playwright'
import t, { type Test } from 'tap'
import type { Role } from '../../server/wire/words.ts'
import { ago } from './pretend/fixtures.ts'
import { launchPretend, WAIT } from './pretend/seat.ts'
import { isBuilt, pretendServer } from './pretend/server.ts'

/** What administrators and supervisors turn and read; the desk behind it is pretended, its own tests prove it. */
if (!isBuilt()) t.bailout('the console is not built: npm run build')
t.setTimeout(120_000)

let browser: Browser
t.before(async () => {
  browser = await launchPretend()
})
t.teardown(() => browser?.close())

/** A console of somebody with this role, at a page of the administration. */
async function aConsole(t: Test, role: Role, path: string, doors: (page: Page) => Promise<void>) {
  const server = await pretendServer()
  server.set((desk) => ({
    ...desk,
    me: { ...desk.me, station: null, lines: [], grants: [{ role, campus: null, line: null }] },
  }))
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  t.teardown(async () => {
    await context.close()
    await server.close()
    if (faults.length > 0) throw new Error(`the page had a fault: ${faults.join('; ')}`)
  })
  await doors(page)
  await page.goto(`${server.url}${path}`)
  return { page, server }
}
const json = (route: Route, body: unknown, status = 200) => route.fulfill({ status, json: body })
const rows = (page: Page, what: string, items: unknown[]) =>
  page.route(new RegExp(`/api/directory/${what}\\?`), (route) => json(route, { items, next: null }))

/** The switches of two lines; the exchange confirms the first turn and not the second. */
async function switches(page: Page): Promise<string[]> {
  const asked: string[] = []
  const it = { line: 'it', night: 'auto', since: null as string | null, by: null as unknown, mayTurn: true }
  const property = { ...it, line: 'property', mayTurn: false }
  await page.route('**/api/lines/night', (route) => json(route, { items: [it, property], next: null }))
  await page.route('**/api/lines/it/night', (route) => {
    const { night } = route.request().postDataJSON() as { night: string }
    asked.push(night)
    Object.assign(it, { night, since: ago(0), by: { id: 'u-he', name: '何静', title: null } })
    return json(route, { ...it, told: asked.length === 1 })
  })
  return asked
}

t.test('a supervisor turns a line to night after being asked, and sees since when and by whom', async (t) => {
  let asked: string[] = []
  const { page } = await aConsole(t, 'supervisor', '/', async (page) => {
    asked = await switches(page)
  })
  await page.getByRole('link', { name: '夜间开关' }).click()
  const it = page.getByRole('group', { name: '信息系统终端的夜间开关' })
  await it.getByRole('button', { name: '按日历', pressed: true }).waitFor(WAIT)
  t.equal(await page.getByRole('group', { name: '基建物业的夜间开关' }).count(), 0, 'another’s line is only seen')
  await it.getByRole('button', { name: '夜间' }).click()
  const question = page.getByRole('dialog', { name: '信息系统终端现在转夜间？' })
  await question.getByText('客服不振铃').waitFor(WAIT)
  t.same(asked, [], 'nothing is turned before the answer')
  await question.getByRole('button', { name: '转换' }).click()
  await page.getByText(/夜间，自 \d\d:\d\d，何静/).waitFor(WAIT)
  await page.getByText('已转换，交换机已确认').waitFor(WAIT)
  await it.getByRole('button', { name: '按日历' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '转换' }).click()
  await page.getByText('交换机还没有确认').waitFor(WAIT)
  t.same(asked, ['on', 'auto'])
})

t.test('trunks are shown and not changed here, and it is said where they are', async (t) => {
  const trunk = { id: 'k1', version: 1, retired: false, campus: 'new', code: 'new', address: '10.2.0.5' }
  const { page } = await aConsole(t, 'admin', '/directory/trunks', async (page) => {
    await rows(page, 'trunks', [{ ...trunk, contact: 'sip:10.2.0.5:5060', traits: { lateName: true } }])
    await page.route('**/journal*', (route) => json(route, { items: [], next: null }))
  })
  await page.getByText(/请改 site\.json 的 trunks 再重新启动/).waitFor(WAIT)
  t.equal(await page.getByRole('button', { name: '新建' }).count(), 0)
  await page.getByRole('button', { name: 'new', exact: true }).click()
  t.ok(await page.getByLabel('来源地址').isDisabled())
  t.ok(await page.getByLabel('来电名称晚到').isDisabled())
  t.equal(await page.getByRole('button', { name: '保存' }).count(), 0)
})

t.test('bad rows of a spreadsheet are said in the language of the screen, with line and column', async (t) => {
  const bad = [
    { line: 2, column: 'realm', code: 'no-such-campus', named: 'moon' },
    { line: 4, column: 'kind', code: 'not-one-of', choices: ['ward', 'mobile'] },
    { line: 6, code: 'same-as-line', other: 5 },
    { line: 7, column: 'login', code: 'refused', why: 'already-there' },
  ]
  const { page } = await aConsole(t, 'admin', '/directory/numbers', async (page) => {
    await rows(page, 'numbers', [])
    await page.route('**/import', (route) =>
      json(route, { dryRun: true, create: 1, change: 0, same: 0, bad, changes: [] }),
    )
  })
  const told = async () => {
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'n.csv', mimeType: 'text/csv', buffer: Buffer.from('x') })
    await page.getByRole('cell', { name: 'login' }).waitFor(WAIT)
    return page.getByRole('dialog').getByRole('row').allTextContents()
  }
  await page.getByRole('button', { name: '导入 CSV…' }).click()
  t.match(await told(), [
    /行.*列.*原因/,
    /2.*realm.*号码范围.*没有院区 moon/,
    /4.*kind.*种类.*只能是其中之一：ward mobile/,
    /6.*和第 5 行是同一条/,
    /7.*login.*已经有同样的一条。/,
  ])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '我的账号' }).click()
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('button', { name: 'Import CSV…' }).click()
  t.match(await told(), [
    /Line.*Column.*Why/,
    /2.*realm.*Realm.*There is no campus moon/,
    /4.*kind.*Kind.*Must be one of: ward mobile/,
    /6.*The same row as line 5/,
    /7.*login.*There is one like this already\./,
  ])
})

t.test('a sheet saved by Chinese Excel is imported with its words, which are shown before', async (t) => {
  const sent: { csv: string; dryRun: boolean }[] = []
  const { page } = await aConsole(t, 'admin', '/directory/people', async (page) => {
    await rows(page, 'people', [])
    await page.route('**/import', (route) => {
      const body = route.request().postDataJSON() as { csv: string; dryRun: boolean }
      sent.push(body)
      return json(route, { dryRun: body.dryRun, create: 1, change: 0, same: 0, bad: [], changes: [] })
    })
  })
  const head = 'staff_code,name,name_latin,title,login,locale,unit\r\n'
  const sheet = Buffer.concat([
    Buffer.from(`${head}T900,`),
    Buffer.from('b2e2cad4bcd7', 'hex'),
    Buffer.from(',,,,,\r\n'),
  ])
  const choose = (name: string, buffer: Buffer) =>
    page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: '导入 CSV…' }).click()
  const dialog = page.getByRole('dialog')
  await choose('people.csv', sheet)
  await dialog.getByLabel('文件的前几行').getByText('T900,测试甲').waitFor(WAIT)
  await dialog.getByRole('radio', { name: 'GB18030（中文 Excel）', checked: true }).waitFor(WAIT)
  t.equal(await dialog.getByRole('radio').count(), 1, 'it can be read in no other way')
  await dialog.getByText('没有问题').waitFor(WAIT)
  t.same(sent, [{ csv: `${head}T900,测试甲,,,,,\r\n`, dryRun: true }])

  // the other way to read it may be chosen by hand, and is tried anew
  await choose('utf8.csv', Buffer.from(`${head}T901,王芳,,,,,\n`))
  await dialog.getByLabel('文件的前几行').getByText('T901,王芳').waitFor(WAIT)
  await dialog.getByRole('radio', { name: 'UTF-8', checked: true }).waitFor(WAIT)
  await dialog.getByRole('radio', { name: 'GB18030（中文 Excel）' }).click()
  await dialog.getByRole('radio', { name: 'GB18030（中文 Excel）', checked: true }).waitFor(WAIT)
  await dialog.getByText('没有问题').waitFor(WAIT)
  t.notMatch(sent.at(-1)?.csv, /王芳|\ufffd/)

  await choose('people.xlsx', Buffer.from('504b0304000000ff', 'hex'))
  await dialog.getByText(/读不出这个文件.*另存为/).waitFor(WAIT)
  t.equal(await dialog.getByRole('button', { name: /^导入/ }).isEnabled(), false)
  t.equal(sent.length, 3)

  await choose('people.csv', sheet)
  await dialog.getByText('没有问题').waitFor(WAIT)
  await dialog.getByRole('button', { name: /^导入/ }).click()
  await dialog.waitFor({ ...WAIT, state: 'hidden' })
  t.same(sent.at(-1), { csv: `${head}T900,测试甲,,,,,\r\n`, dryRun: false })
})

t.test('a row says who changed what of it and when', async (t) => {
  const place = {
    id: 'p1',
    version: 3,
    retired: false,
    campus: 'new',
    kind: 'room',
    code: 'N-1',
    zh: '护士站',
    path: '住院楼 护士站',
  }
  const by = { id: 'u-he', name: '何静', title: null }
  const change = {
    seq: 9,
    at: ago(60),
    by,
    what: 'row',
    verb: 'changed',
    fields: ['zh', 'noTransmit'],
    imported: false,
  }
  const { page } = await aConsole(t, 'admin', '/directory/places?q=N-1', async (page) => {
    await rows(page, 'places', [place])
    await page.route('**/api/directory/places/p1/journal*', (route) =>
      json(route, {
        items: [
          change,
          { ...change, seq: 8, fields: ['spoken'], imported: true },
          { ...change, seq: 7, verb: 'created', by: null },
        ],
        next: null,
      }),
    )
  })
  await page.getByRole('button', { name: '住院楼 护士站' }).click()
  const history = page.getByRole('region', { name: '改动记录' })
  await history.getByRole('listitem').first().waitFor(WAIT)
  t.match(await history.getByRole('listitem').allTextContents(), [
    /何静 改了 中文名、禁发射（ICU、磁共振）/,
    /何静 改了 对讲里怎么念.*导入/,
    /系统 新建/,
  ])
})
