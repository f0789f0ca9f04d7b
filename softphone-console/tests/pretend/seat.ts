/// <reference lib="dom" />
import { type Browser, chromium, type Page } from 'playwright'
import type { Test } from 'tap'
import { call, people, pop } from './fixtures.ts'
import { phoneOf, pretendPhone } from './phone.ts'
import { pretendServer } from './server.ts'

/** An agent at a console whose server and phone are pretended. */
export type Seat = {
  server: Awaited<ReturnType<typeof pretendServer>>
  page: Page
  phone: ReturnType<typeof phoneOf>
  faults: string[]
}

export const WAIT = { timeout: 15_000 }

/** Chromium with a pretend microphone and pretend loudspeakers. */
export function launchPretend(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A console that is open; the agent has not gone on duty. `before` runs in the page before the console does. */
export async function anOpenDesk(t: Test, browser: Browser, before?: () => void): Promise<Seat> {
  const server = await pretendServer()
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    permissions: ['microphone', 'notifications'],
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on(
    'console',
    (said) => said.type() === 'error' && /Content Security|svelte/i.test(said.text()) && faults.push(said.text()),
  )
  t.teardown(async () => {
    await context.close()
    await server.close()
  })
  await pretendPhone(page)
  if (before) await page.addInitScript(before)
  server.set((desk) => ({
    ...desk,
    agents: desk.agents.map((one) => (one.station === 'b1001' ? { ...one, state: 'signed_out' as const } : one)),
  }))
  await page.goto(server.url)
  return { server, page, phone: phoneOf(page), faults }
}

/** An agent who has signed in, tested the ring and is ready. */
export async function aReadyAgent(t: Test, browser: Browser, before?: () => void): Promise<Seat> {
  const seat = await anOpenDesk(t, browser, before)
  const { page } = seat
  await page.getByRole('button', { name: '上线' }).first().click()
  await page.getByRole('button', { name: '放一声' }).click()
  await page.getByRole('button', { name: '听到了，就绪' }).click(WAIT)
  await page.getByText('空闲，可以接听').waitFor(WAIT)
  return seat
}

export const bayOf = (page: Page) => page.getByRole('region', { name: '通话' })

/** A call is offered to this agent: the pop comes from the server, the ring from the phone. */
export async function offer({ server, phone }: Seat, id = 'c1', number = '62041'): Promise<ReturnType<typeof call>> {
  const offered = call(id, {
    state: 'offered',
    station: 'b1001',
    agent: people.lin,
    legUniqueid: `${id}.1`,
    ani: number,
  })
  server.set((desk) => ({ ...desk, calls: [...desk.calls, offered] }))
  server.say({ type: 'call.offered', subject: 'call', call: offered, pop: pop(offered) })
  await phone.ring(`s-${id}`, number)
  return offered
}

/** Waits until something is so. */
export async function until(is: () => boolean): Promise<void> {
  const end = Date.now() + WAIT.timeout
  while (!is()) {
    if (Date.now() > end) throw new Error('it did not come')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
