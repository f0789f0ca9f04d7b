/// <reference lib="dom" />
import type { Browser, Page } from 'playwright'
import t from 'tap'
import { anOpenDesk, aReadyAgent, bayOf, launchPretend, offer, WAIT } from './pretend/seat.ts'
import { isBuilt } from './pretend/server.ts'

/** The ring leaves the browser where the agent chose, and a ring that nobody can see is told by the desktop. */
if (!isBuilt()) t.bailout('the console is not built: npm run build')
t.setTimeout(120_000)

let browser: Browser
t.before(async () => {
  browser = await launchPretend()
})
t.teardown(() => browser?.close())

type Output = { sink: string; playing: boolean; loudest: number }

/** Runs in the page: remembers the elements that were sent to an output, and how loud each was at its loudest. */
function listenToOutputs(): void {
  const heard: { element: HTMLAudioElement; loudest: number }[] = []
  const real = HTMLMediaElement.prototype.setSinkId
  HTMLMediaElement.prototype.setSinkId = async function (this: HTMLAudioElement, id: string) {
    await real.call(this, id)
    const one = { element: this, loudest: 0 }
    heard.push(one)
    const context = new AudioContext()
    const ear = context.createAnalyser()
    context.createMediaStreamSource(this.srcObject as MediaStream).connect(ear)
    const samples = new Float32Array(ear.fftSize)
    setInterval(() => {
      ear.getFloatTimeDomainData(samples)
      for (const sample of samples) one.loudest = Math.max(one.loudest, Math.abs(sample))
    }, 50)
  }
  Object.assign(globalThis, {
    deskOutputs: () =>
      heard.map(({ element, loudest }) => ({ sink: element.sinkId, playing: !element.paused, loudest })),
  })
}
const outputs = (page: Page): Promise<Output[]> =>
  page.evaluate(() => (globalThis as unknown as { deskOutputs: () => Output[] }).deskOutputs())

/** Waits until the output that was opened last has sounded. */
const soundsAtLast = (page: Page) =>
  page.waitForFunction(
    () => {
      const all = (globalThis as unknown as { deskOutputs: () => Output[] }).deskOutputs()
      return (all.at(-1)?.loudest ?? 0) > 0.05
    },
    undefined,
    WAIT,
  )

async function chooseSecond(page: Page, nth: number): Promise<string> {
  const choice = page.getByLabel('第二响铃输出')
  await choice.waitFor(WAIT)
  const ids = await choice.locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))
  const id = ids.filter((one) => one !== '')[nth]
  if (!id) throw new Error(`there is no output ${nth}: ${ids}`)
  await choice.selectOption(id)
  return id
}

t.test('the ring sounds at the second output the agent chose, in the test and when a call comes', async (t) => {
  const seat = await anOpenDesk(t, browser, listenToOutputs)
  const { page } = seat
  await page.getByRole('button', { name: '上线' }).first().click()
  const first = await chooseSecond(page, 0)
  const chosen = await chooseSecond(page, 1)
  t.not(first, chosen, 'two loudspeakers to choose from')
  await page.getByRole('button', { name: '放一声' }).click()
  await page.getByRole('button', { name: '听到了，就绪' }).waitFor(WAIT)
  await soundsAtLast(page)
  t.match((await outputs(page)).at(-1), { sink: chosen, playing: true }, 'the test was heard there')
  await page.getByRole('button', { name: '听到了，就绪' }).click(WAIT)
  await page.getByText('空闲，可以接听').waitFor(WAIT)

  await page.reload()
  await page.getByText('话机已连上').first().waitFor(WAIT)
  await page.mouse.click(700, 500)
  await offer(seat)
  await bayOf(page).getByRole('button', { name: '接听' }).waitFor(WAIT)
  await soundsAtLast(page)
  const ringing = (await outputs(page)).at(-1)
  t.match(ringing, { sink: chosen, playing: true }, 'remembered by this browser after a reload')
  t.same(seat.faults, [])
})

t.test('a computer too busy to listen just when it rings is not said to be silent', async (t) => {
  const { page, server } = await anOpenDesk(t, browser)
  await page.getByRole('button', { name: '上线' }).first().click()
  await page.getByRole('button', { name: '放一声' }).waitFor(WAIT)
  await page.evaluate(() => {
    // nothing of the page runs from before the ring's end until it is quiet again; the sound card goes on
    document.addEventListener('click', () =>
      setTimeout(() => {
        for (const end = performance.now() + 1_800; performance.now() < end; );
      }, 40),
    )
  })
  await page.getByRole('button', { name: '放一声' }).click()
  await page.getByRole('button', { name: '听到了，就绪' }).waitFor(WAIT)
  t.notOk(server.asked.some((one) => one.path.endsWith('/ring-test')))
})

t.test('a second output that is gone is said in the ring test, and the agent is not ready', async (t) => {
  const { page, server } = await anOpenDesk(t, browser)
  await page.evaluate(() => localStorage.setItem('desk.ring.output', 'unplugged'))
  await page.getByRole('button', { name: '上线' }).first().click()
  await page.getByRole('button', { name: '放一声' }).click()
  await page.getByText('第二输出打不开，请另选').waitFor(WAIT)
  t.match(server.asked.at(-1), { path: '/api/agent/ring-test', body: { ok: false, why: 'no_second_output' } })
})

type Told = { title: string; body: string; closed: boolean }
const told = (page: Page): Promise<Told[]> =>
  page.evaluate(() => (globalThis as unknown as { deskTold: Told[] }).deskTold)

/** Runs in the page: a headless browser has no desktop to show a notification on, so what is shown is written down. */
function writeNotifications(): void {
  const all: Told[] = []
  Object.assign(globalThis, {
    deskTold: all,
    Notification: class {
      static permission = 'granted'
      static async requestPermission(): Promise<string> {
        return 'granted'
      }
      onclick: (() => void) | null = null
      told: Told
      constructor(title: string, { body }: { body: string }) {
        this.told = { title, body, closed: false }
        all.push(this.told)
      }
      close(): void {
        this.told.closed = true
      }
    },
  })
}

t.test('a call that rings in a hidden tab is told by the desktop, with the place, until it is answered', async (t) => {
  const seat = await aReadyAgent(t, browser, writeNotifications)
  const { page } = seat
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }))
  await offer(seat)
  await page.waitForFunction(() => (globalThis as unknown as { deskTold: Told[] }).deskTold.length > 0)
  t.match(await told(page), [{ title: '来电', body: '3 号楼 5 层 · 护士站 B 62041', closed: false }])
  t.notOk(
    seat.server.asked.some((one) => one.path.endsWith('/painted')),
    'nothing says that anybody saw it',
  )
  await page.keyboard.press('F2')
  await page.getByRole('button', { name: '挂断' }).waitFor(WAIT)
  t.match(await told(page), [{ closed: true }])
})

t.test('a page that draws nothing for a second tells by the desktop; one that draws does not', async (t) => {
  const seat = await aReadyAgent(t, browser, writeNotifications)
  const { page } = seat
  await offer(seat)
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((one) => /painted$/.test(one.name)))
  t.same(await told(page), [], 'seen on the screen: the desktop is left alone')
  await seat.phone.hungUpByCaller('s-c1')
  seat.server.say({
    type: 'call.ended',
    subject: 'call',
    call: { ...(seat.server.desk.calls.at(-1) as never as object), state: 'ended' },
  })
  await page.evaluate(() => {
    // a browser too busy to draw, or a window behind others
    globalThis.requestAnimationFrame = () => 0
  })
  const from = Date.now()
  await offer(seat, 'c2', '30712')
  await page.waitForFunction(() => (globalThis as unknown as { deskTold: Told[] }).deskTold.length > 0)
  t.ok(Date.now() - from >= 1_000, 'not before a second has passed')
  t.match(await told(page), [{ title: '来电', body: /30712/ }])
})
