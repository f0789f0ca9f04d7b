/// <reference lib="dom" />
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { RadioClient } from '../../scripts/lab/gateways/client.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { monoMs } from '../../scripts/lab/sound/rtp.ts'
import { oneBurst, watched } from '../../server/test/radio/burst.ts'
import { aReadySeat, onReachableNetwork, type Seat, tellsTheScreen, WAIT } from './browser.ts'
import { isBuilt } from './pretend/server.ts'

/**
 * The agent's radio with nothing pretended but the air: Asterisk, the gateways' own SIP and RTP, Chromium. Who was keyed
 * is what the gateways' log says; who was heard is what is in the sound.
 */
if (!isBuilt()) t.bailout('the console is not built: npm run build')
onReachableNetwork()
t.setTimeout(300_000)

const HANDHELD_HZ = 1500
const AGENT_HZ = 1001
let lab: Lab
let seat: Seat
let air: RadioClient

tellsTheScreen(t, () => [seat?.page])
t.before(async () => {
  lab = await startLab({ radio: {} })
  air = await lab.radioClient()
  seat = await aReadySeat(lab, { tone: AGENT_HZ })
})
t.teardown(async () => {
  await seat?.close()
  await lab?.stop()
})

const port = (code: 'old' | 'new') =>
  seat.page.getByRole('region', { name: `对讲 ${code === 'old' ? '老' : '新'}院区 UHF-1` })
const ptt = (code: 'old' | 'new') => port(code).locator('button.ptt')
const keyedSince = async (code: string, since: number) =>
  (await air.ask('log', { port: code, since })).filter(({ type }) => type === 'keyed').length
const isIdle = (code: 'old' | 'new') => port(code).getByText('空闲', { exact: true }).waitFor(WAIT)
/** The key is down and the permit tone's word is there. */
const talking = (code: 'old' | 'new') => ptt(code).getByText('请讲', { exact: true }).waitFor(WAIT)

t.test('both ports are joined and free as soon as the agent takes calls', async (t) => {
  for (const code of ['old', 'new'] as const) {
    await port(code).getByText('信道畅通').waitFor({ timeout: 30_000 })
    await isIdle(code)
    t.ok(await port(code).getByText('网关', { exact: true }).isVisible())
  }
  await seat.shot('radio-1-idle-zh-light')
})

t.test('an engineer on a handheld is heard at the desk, shown while talking, and named', async (t) => {
  const over = seat.page.locator('li.over').first()
  const named = () => over.getByText(/02 号机/).waitFor(WAIT)
  await oneBurst(
    t,
    await watched(t),
    'the last over names the handheld by the one burst it began with',
    async () => {
      const said = air.ask('speak', { port: 'new', unit: '02', tone: HANDHELD_HZ, forMs: 5_000 })
      await port('new').getByText('接收', { exact: true }).first().waitFor(WAIT)
      await seat.hears(HANDHELD_HZ)
      await seat.shot('radio-2-heard-zh-light')
      await said
      await isIdle('new')
    },
    () =>
      named().then(
        () => ({ is: true }),
        () => ({ is: false }),
      ),
  )
})

t.test('the agent holds the button: that gateway alone is keyed, and what is on the air is the agent', async (t) => {
  const since = monoMs()
  await ptt('old').hover()
  await seat.page.mouse.down()
  await air.until('old', 'keyed', { since })
  await talking('old')
  await port('old').getByText('发射 · 我在讲').waitFor(WAIT)
  await seat.shot('radio-3-talking-zh-light')
  await wait(1_500)
  await seat.page.mouse.up()
  const { why } = await air.until('old', 'unkeyed', { since })
  t.comment(`unkeyed: ${why}`)
  const heard = await air.ask('heard', { port: 'old', since })
  t.ok(Math.abs(heard.hertz - AGENT_HZ) < 12, `handhelds heard ${heard.hertz} Hz, ${heard.levelDb} dB`)
  t.equal(await keyedSince('new', since), 0, 'the other campus heard nothing')
  await isIdle('old')
})

t.test('right Ctrl keys the selected port, whatever has the focus, and any way up lets go', async (t) => {
  await seat.page.keyboard.press('Alt+2')
  const { page } = seat
  await page.getByRole('searchbox').focus()
  const ways: [string, () => Promise<unknown>][] = [
    ['its keyup', () => page.keyboard.up('ControlRight')],
    ['another key', () => page.keyboard.press('a')],
    ['another window', () => page.evaluate(() => dispatchEvent(new Event('blur')))],
    [
      'a hidden tab',
      () =>
        page.evaluate(() => {
          Object.defineProperty(document, 'hidden', { value: true, configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))
          Object.defineProperty(document, 'hidden', { value: false, configurable: true })
        }),
    ],
  ]
  const machine = await watched(t)
  for (const [way, act] of ways) {
    await isIdle('new')
    const since = monoMs()
    await page.keyboard.down('ControlRight')
    await air.until('new', 'keyed', { since })
    await talking('new')
    const [at, from] = [monoMs(), Date.now()]
    await act()
    const unkeyed = await air.until('new', 'unkeyed', { since })
    const { still, meanwhile } = machine.since(from)
    t.ok(unkeyed.mono - at < 1_500 + still, `${way}: unkeyed ${Math.round(unkeyed.mono - at)} ms later${meanwhile}`)
    await page.keyboard.up('ControlRight')
    t.equal(await keyedSince('old', since), 0)
  }
})

t.test('a busy channel denies the press and says who; a second press within a second overrides', async (t) => {
  const said = air.ask('speak', { port: 'old', unit: '07', tone: HANDHELD_HZ, forMs: 6_000 })
  await port('old').getByText('接收', { exact: true }).first().waitFor(WAIT)
  const since = monoMs()
  await ptt('old').hover()
  await seat.page.mouse.down()
  await ptt('old')
    .getByText(/1 秒内再按一次强插/)
    .waitFor(WAIT)
  await seat.shot('radio-4-denied-zh-light')
  t.equal(await keyedSince('old', since), 0)
  await seat.page.mouse.up()
  await seat.page.mouse.down()
  await air.until('old', 'keyed', { since })
  await ptt('old').getByText('对方也在讲，听不到您说的').waitFor(WAIT)
  await seat.page.mouse.up()
  await air.until('old', 'unkeyed', { since })
  await said
  await isIdle('old')
})

t.test('two ports on one key: both go on the air and both come off it', async (t) => {
  const { page } = seat
  await port('old').getByRole('button', { name: '加选' }).click()
  const since = monoMs()
  await page.keyboard.down('ControlRight')
  await Promise.all([air.until('old', 'keyed', { since }), air.until('new', 'keyed', { since })])
  await talking('old')
  await talking('new')
  await page.keyboard.up('ControlRight')
  await Promise.all([air.until('old', 'unkeyed', { since }), air.until('new', 'unkeyed', { since })])
  await page.keyboard.press('Alt+1')
  t.pass('one press, two ports')
  await isIdle('old')
  await isIdle('new')
})

t.test('an emergency stays until it is acknowledged, in words and with its handheld', async (t) => {
  const card = seat.page.getByRole('alert', { name: '紧急 · 已锁存' })
  const isShown = () => card.getByText(/02 号机/).waitFor(WAIT)
  await oneBurst(
    t,
    await watched(t),
    'one press of the button, once sent',
    () => air.ask('emergency', { port: 'new', unit: '02' }),
    () =>
      isShown().then(
        () => ({ is: true }),
        () => ({ is: false }),
      ),
  )
  await isShown()
  await seat.shot('radio-5-emergency-zh-light')
  await seat.page.keyboard.press('Alt+A')
  await card.getByText(/已确认/).waitFor(WAIT)
  t.ok(await card.getByText('解除要主管，写明理由').isVisible())
})

t.test('the full view joins the campuses: what one hears, the other hears', async (t) => {
  const { page } = seat
  await page.getByRole('link', { name: /^对讲/ }).click()
  await page.getByRole('button', { name: '互联' }).click()
  await page.getByRole('button', { name: '断开' }).waitFor(WAIT)
  const since = monoMs()
  const said = air.ask('speak', { port: 'new', unit: '02', tone: HANDHELD_HZ, forMs: 4_000 })
  await air.until('old', 'keyed', { since })
  await port('old').getByText('发射 · 转播').waitFor(WAIT)
  await seat.shot('radio-6-full-patched-zh-light')
  await said
  const heard = await air.ask('heard', { port: 'old', since })
  t.ok(Math.abs(heard.hertz - HANDHELD_HZ) < 12, `the other campus heard ${heard.hertz} Hz`)
  await page.getByRole('button', { name: '断开' }).click()
  await page.getByRole('button', { name: '互联' }).waitFor(WAIT)
  await page.getByRole('link', { name: '工作台' }).click()
  await isIdle('old')
})

t.test(
  'the server dies while the key is held: the gateway is unkeyed and the desk says what it cannot see',
  async (t) => {
    const since = monoMs()
    await seat.page.keyboard.down('ControlRight')
    await air.until('old', 'keyed', { since })
    await talking('old')
    const machine = await watched(t)
    const [at, from] = [monoMs(), Date.now()]
    await lab.server.kill()
    const unkeyed = await air.until('old', 'unkeyed', { since })
    const { still, meanwhile } = machine.since(from)
    const took = Math.round(unkeyed.mono - at)
    t.ok(took < 3_000 + still, `unkeyed ${took} ms after the server died${meanwhile}`)
    await port('old').getByText('看不到证据').first().waitFor(WAIT)
    await seat.page.keyboard.up('ControlRight')
    await seat.shot('radio-7-blind-zh-light')
    await lab.server.start()
    await lab.ready()
    await port('old').getByText('信道畅通').waitFor({ timeout: 40_000 })
    const again = monoMs()
    await seat.page.keyboard.down('ControlRight')
    await air.until('old', 'keyed', { since: again, ms: 15_000 })
    await seat.page.keyboard.up('ControlRight')
    await air.until('old', 'unkeyed', { since: again })
    t.same(seat.faults, [])
  },
)
