/// <reference lib="dom" />
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import t, { type Test } from 'tap'
import { STILL_FROM_S } from '../../scripts/drill/parts/losses.ts'
import { type Machine, watchMachine } from '../../scripts/drill/parts/stood-still.ts'
import { type Lab, startLab } from '../../scripts/lab.ts'
import type { CallCard } from '../../server/wire/views.ts'
import { tellsTheScreen } from './browser.ts'
import { isBuilt } from './pretend/server.ts'
import { loudest, tone } from './pretend/tone.ts'

/**
 * A day at the desk with nothing pretended: Asterisk, a ward's SIP call with sound, Chromium with JsSIP, the server and
 * its database. Sound is proved by what is in it: the ward says 440 Hz, the agent's microphone 1001 Hz.
 */
if (!isBuilt()) t.bailout('the console is not built: npm run build')

const WARD_HZ = 440
const AGENT_HZ = 1001
const WAIT = { timeout: 20_000 }
const folder = mkdtempSync(join(tmpdir(), 'desk-live-'))
const microphone = join(folder, 'agent.wav')
writeFileSync(microphone, tone(AGENT_HZ, 5))

let lab: Lab
let browser: Browser
let page: Page
let machine: Machine

tellsTheScreen(t, () => [page])
t.before(async () => {
  machine = await watchMachine()
  lab = await startLab()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage()
  // the connections the phone makes, for the test's own ear
  await page.addInitScript(() => {
    const made: RTCPeerConnection[] = []
    const Real = RTCPeerConnection
    Object.assign(globalThis, {
      deskPeers: made,
      RTCPeerConnection: class extends Real {
        constructor(...given: ConstructorParameters<typeof RTCPeerConnection>) {
          super(...given)
          made.push(this)
        }
      },
    })
  })
})
t.teardown(async () => {
  await browser?.close()
  await lab?.stop()
  await machine?.close()
  rmSync(folder, { recursive: true, force: true })
})

const bay = () => page.getByRole('region', { name: '通话' })
const hangUp = () => page.getByRole('button', { name: '挂断' })

/** The loudest tone the agent's ear gets now, in hertz. */
const hertzInTheEar = () =>
  page.evaluate(async () => {
    const peers = (globalThis as unknown as { deskPeers: RTCPeerConnection[] }).deskPeers
    // the call and each radio leg is a connection of its own; an ear hears all of them
    const tracks = peers
      .flatMap((peer) => peer.getReceivers())
      .map((receiver) => receiver.track)
      .filter((track) => track.kind === 'audio' && track.readyState === 'live')
    if (tracks.length === 0) return 0
    const context = new AudioContext()
    const ear = context.createAnalyser()
    ear.fftSize = 16_384
    for (const track of tracks) context.createMediaStreamSource(new MediaStream([track])).connect(ear)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const bins = new Float32Array(ear.frequencyBinCount)
    ear.getFloatFrequencyData(bins)
    const best = bins.reduce((at, level, n) => (level > (bins[at] as number) ? n : at), 0)
    const hertz = (best * context.sampleRate) / ear.fftSize
    await context.close()
    return hertz
  })

/** A second that the machine stood still in sounds of nothing: what counts is that the ward is heard. */
async function hearsTheWard(t: Test, what: string): Promise<void> {
  const heard: number[] = []
  for (const end = Date.now() + WAIT.timeout; Date.now() < end; ) {
    heard.push(await hertzInTheEar())
    if (Math.abs((heard.at(-1) ?? 0) - WARD_HZ) < 8) break
  }
  t.ok(Math.abs((heard.at(-1) ?? 0) - WARD_HZ) < 8, `${what}: ${heard} Hz`)
}

/** Sound that passed while the machine stood still is missing, and the desk says so. */
const mayBeShort = () => machine.stoodStill(0) >= 1_000 * STILL_FROM_S
const isKept = (state?: string) => state === 'filed' || (state === 'short' && mayBeShort())

async function ward(from: string, campus: 'old' | 'new', dialled: string, heard?: string) {
  const wards = await lab.wards()
  const placed = wards.placeCall({ campus, dialled, from, play: WARD_HZ, forSeconds: 60, ...(heard ? { heard } : {}) })
  // a caller who gives up unanswered rejects; each test says for itself what it expects
  placed.catch(() => {})
  return placed
}

t.test('an agent signs in, hears the ring, and is ready on a real phone', async () => {
  const [account] = (lab.file() as unknown as { accounts: { agent: { name: string; password: string }[] } }).accounts
    .agent
  await page.goto(lab.url)
  await page.getByLabel('账号').fill(account?.name ?? '')
  await page.getByLabel('密码').fill(account?.password ?? '')
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('button', { name: '上线' }).first().click(WAIT)
  await page.getByRole('button', { name: '放一声' }).click(WAIT)
  await page.getByRole('button', { name: '听到了，就绪' }).click(WAIT)
  await page.getByText('空闲，可以接听').waitFor(WAIT)
  await page.getByText('话机已连上').first().waitFor(WAIT)
})

t.test('a ward rings, its place is on the screen, both hear each other, and the recording is filed', async (t) => {
  const heard = join(folder, 'heard.wav')
  const call = ward('62041', 'new', '8102', heard)
  await page.getByRole('button', { name: '接听' }).waitFor(WAIT)
  // the ring comes from Asterisk, who calls from the server: either may be first
  await bay().getByText('62041', { exact: true }).waitFor(WAIT)
  await bay()
    .getByText(/住院楼 6 层/)
    .first()
    .waitFor(WAIT)
  t.notOk(await bay().getByText('不知道在哪里').isVisible())
  await page.keyboard.press('F2')
  await hangUp().waitFor(WAIT)
  await bay().getByText('录音中').waitFor(WAIT)
  await hearsTheWard(t, 'the agent hears the ward')
  await page.getByRole('textbox', { name: '什么坏了' }).fill('输液泵报警')
  await page.keyboard.press('F9')
  t.match(await (await call).ended, { answered: true, cause: 16 })
  const atWard = loudest(readFileSync(heard), 900, 1100)
  t.ok(Math.abs(atWard - AGENT_HZ) < 8, `the ward hears the agent: ${atWard} Hz`)
  await bay()
    .getByText(mayBeShort() ? /录音已入库|录音短了/ : '录音已入库')
    .waitFor(WAIT)
  await page.keyboard.press('Alt+r')
  await page.getByText('空闲，可以接听').waitFor(WAIT)
})

t.test('the agent dials a ward: this phone answers its own leg, and the call is known', async () => {
  await page.keyboard.press('Alt+k')
  await page.getByLabel('号码', { exact: true }).fill('62041')
  await page.getByRole('radio', { name: '新院区' }).click()
  await page.getByRole('button', { name: '拨出' }).click()
  await hangUp().waitFor(WAIT)
  await bay().getByText('62041', { exact: true }).waitFor(WAIT)
  await bay().getByText('录音中').waitFor(WAIT)
  await bay()
    .getByText('不知道在哪里')
    .waitFor({ state: 'hidden', ...WAIT })
  // the ward is rung only once this leg is up, and speaks when it answers
  await bay()
    .getByRole('img', { name: /对方正常/ })
    .waitFor(WAIT)
  await page.keyboard.press('F9')
  await hangUp().waitFor({ state: 'hidden', ...WAIT })
  await page.keyboard.press('Alt+r')
  await page.getByText('空闲，可以接听').waitFor(WAIT)
})

t.test('a declined call does not ring here again', async (t) => {
  const call = ward('62043', 'new', '8102')
  await page.getByRole('button', { name: '接听' }).waitFor(WAIT)
  await page.keyboard.press('Shift+F2')
  await page.getByText('空闲，可以接听').waitFor(WAIT)
  t.notOk(await page.getByRole('button', { name: '接听' }).isVisible())
  await (await call).hangup()
})

t.test('when Asterisk dies the phone says so, and is back by itself when Asterisk is', async (t) => {
  await lab.pbx.kill()
  await page.getByText(/话机断开，自/).waitFor(WAIT)
  await lab.pbx.start()
  await page
    .getByText(/话机已连上/)
    .first()
    .waitFor({ timeout: 40_000 })
  t.pass('registered again without a hand')
})

t.test('a call that is on goes on, and another is answered, while the server is dead', async (t) => {
  const first = ward('62041', 'new', '8102')
  await page.getByRole('button', { name: '接听' }).waitFor(WAIT)
  await page.keyboard.press('F2')
  await hangUp().waitFor(WAIT)
  await lab.server.kill()
  await page.getByText(/看不到服务器，自/).waitFor(WAIT)
  await hearsTheWard(t, 'still hears the ward')
  await page.keyboard.press('F9')
  t.match(await (await first).ended, { answered: true })

  await page.reload()
  await page.getByText('话机已连上').first().waitFor(WAIT)
  const second = ward('62042', 'new', '8102')
  await page.getByRole('button', { name: '接听' }).waitFor({ timeout: 40_000 })
  await bay().getByText('没有弹屏：服务器看不到').waitFor(WAIT)
  await bay().getByText('62042', { exact: true }).waitFor(WAIT)
  await page.keyboard.press('F2')
  await hangUp().waitFor(WAIT)
  await hearsTheWard(t, 'hears the second ward')
  await page.keyboard.press('F9')
  t.match(await (await second).ended, { answered: true })

  await lab.server.start()
  await lab.ready()
  await page
    .getByRole('button', { name: '现在重连' })
    .click({ timeout: 2_000 })
    .catch(() => {})
  await page.getByText(/看不到服务器，自/).waitFor({ state: 'hidden', ...WAIT })
  const calls = async () => {
    const answer = await page.request.get(`${lab.url}/api/calls?mine=true&limit=20`)
    const { items } = (await answer.json()) as { items: CallCard[] }
    return items.filter((one) => one.direction === 'inbound' && one.answeredAt !== null)
  }
  const end = Date.now() + 30_000
  let items = await calls()
  while (Date.now() < end && !(items.length === 3 && items.every((one) => isKept(one.recording?.state)))) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    items = await calls()
  }
  t.same(
    items.map((one) => [one.ani, one.ticketId !== null, isKept(one.recording?.state)]).sort(),
    [
      ['62041', true, true],
      ['62041', true, true],
      ['62042', true, true],
    ],
    'all three calls are there, each with its ticket and its recording',
  )
})
