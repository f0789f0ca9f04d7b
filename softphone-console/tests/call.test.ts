/// <reference lib="dom" />
import { join } from 'node:path'
import t from 'tap'
import { secondsOnChannel } from '../../scripts/drill/parts/witness.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { SipPhone } from '../../scripts/lab/phones/sip-phone.ts'
import { secondsOf } from '../../scripts/lab/sound/measuring.ts'
import type { Wards } from '../../scripts/lab/wards.ts'
import { goOnline, onReachableNetwork, openSeat, type Seat, signIn, tabTo, tellsTheScreen, WAIT } from './browser.ts'

/** A ward rings and an agent answers, with nothing pretended. Sound is known by what is in it. */
onReachableNetwork()
t.setTimeout(240_000)

const WARD = 1_000
const AGENT = 440
const OTHER = 700

let lab: Lab
let wards: Wards
let first: Seat
let second: Seat

tellsTheScreen(t, () => [first?.page, second?.page])
t.before(async () => {
  lab = await startLab()
  wards = await lab.wards()
})
t.teardown(async () => {
  await first?.close()
  await second?.close()
  await lab?.stop()
})

const answerKey = (seat: Seat) => seat.page.getByRole('button', { name: /^(接听|Answer)/ })
const hangUpKey = (seat: Seat) => seat.page.getByRole('button', { name: /^(挂断|Hang up)/ })
const idle = (seat: Seat) => seat.page.getByText(/空闲，可以接听|Idle, ready for a call/)

/** Waits until `ask` gives something true. */
async function until<T>(what: string, ask: () => Promise<T | undefined | false>, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((soon) => setTimeout(soon, 100))) {
    const answer = await ask()
    if (answer) return answer
  }
  throw new Error(`waited ${ms} ms in vain for ${what}`)
}

/** Plays from the start: how loud left and right are at their loudest during the first second, 0 to 1. */
const loudestPlayed = (page: Seat['page']): Promise<number[]> =>
  page.evaluate(async () => {
    const player = document.querySelector('audio') as HTMLAudioElement & { captureStream(): MediaStream }
    player.currentTime = 0
    await player.play()
    const context = new AudioContext()
    await context.resume()
    const sides = context.createChannelSplitter(2)
    context.createMediaStreamSource(player.captureStream()).connect(sides)
    const ears = [0, 1].map((side) => {
      const ear = context.createAnalyser()
      sides.connect(ear, side)
      return ear
    })
    const loudest = [0, 0]
    const samples = new Float32Array(2_048)
    for (let n = 0; n < 20; n++) {
      await new Promise((soon) => setTimeout(soon, 50))
      ears.forEach((ear, side) => {
        ear.getFloatTimeDomainData(samples)
        loudest[side] = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), loudest[side] ?? 0)
      })
    }
    await context.close()
    return loudest
  })

t.test('a wrong password opens nothing and says so; the right one and a heard ring make an agent ready', async (t) => {
  first = await openSeat(lab, { tone: AGENT })
  await signIn(first, 'not the password')
  await first.page.getByText('账号或密码不对。').waitFor(WAIT)
  t.equal(await first.page.getByLabel('密码').inputValue(), '')
  await first.shot('sign-in-refused')
  await signIn(first)
  await goOnline(first)
  await first.page.getByText('话机已连上').first().waitFor(WAIT)
})

t.test('a second agent comes on duty with the keyboard alone, in English and in the dark', async (t) => {
  second = await openSeat(lab, { nth: 1, tone: OTHER, theme: 'dark' })
  const { page, account } = second
  await tabTo(page, 'button', 'English')
  await page.keyboard.press('Enter')
  await tabTo(page, 'textbox', 'Account')
  await page.keyboard.type(account.name)
  await page.keyboard.press('Tab')
  await page.keyboard.type(account.password)
  await page.keyboard.press('Enter')
  for (const button of ['Take calls', 'Play it', 'I heard it: ready']) {
    await page.getByRole('button', { name: button, exact: true }).first().waitFor(WAIT)
    await tabTo(page, 'button', button)
    await page.keyboard.press('Enter')
  }
  await idle(second).waitFor(WAIT)
  t.equal(await page.evaluate(() => document.documentElement.lang), 'en')
  const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const light = (ground.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
  t.ok(Math.max(...light) < 80, `the ground is dark: ${ground}`)
  await second.shot('idle-en-dark')
  // One call at a time for whom the test looks at: the other takes a break.
  await page.keyboard.press('Alt+b')
  await idle(second).waitFor({ state: 'hidden', ...WAIT })
})

t.test(
  'who and where stands there while it rings; F2 alone answers; both hear; the ticket is open and kept',
  async (t) => {
    const { page } = first
    const heardByWard = join(lab.varDir, 'heard.wav')
    const ward = await wards.placeCall({
      campus: 'new',
      dialled: '8102',
      from: '62041',
      play: WARD,
      forSeconds: 60,
      heard: heardByWard,
    })
    await answerKey(first).waitFor(WAIT)
    await first
      .bay()
      .getByText(/住院楼 6 层/)
      .first()
      .waitFor(WAIT)
    const shown = (await first.bay().textContent()) ?? ''
    for (const word of ['新院区', '信息系统终端', '住院楼 6 层', '心内科', '62041', '这个号码登记在这个地点'])
      t.match(shown, word, `while it rings: ${word}`)
    await first.shot('ringing')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Space')
    await page.getByText(/响铃还剩 0:1[0-7]/).waitFor(WAIT)
    t.ok(await answerKey(first).isVisible(), 'Enter and Space have not answered')

    await page.keyboard.press('F2')
    await hangUpKey(first).waitFor(WAIT)
    const what = page.getByRole('textbox', { name: '报修内容' })
    await what.waitFor(WAIT)
    await first.hears(WARD)
    t.pass('the agent hears the ward')
    await what.fill('标签打印机卡纸')
    const ticket = await until('what was typed to be kept', async () => {
      const [row] = await lab.query<{ id: string }>(`select id from tickets where what = '标签打印机卡纸'`)
      return row
    })
    await first.shot('talking')
    t.ok(await hangUpKey(first).isVisible(), 'all of that during the call')
    // as long as it takes to hear it again below
    await page.waitForFunction((since) => Date.now() - since > 4_000, Date.now())
    await page.keyboard.press('F9')
    t.match(await ward.ended, { answered: true, cause: 16 })
    t.ok((await secondsOf(heardByWard, AGENT)) > 1, 'the ward heard the agent')
    await page.getByText('话后处理', { exact: false }).first().waitFor(WAIT)
    await first.shot('wrap-up')

    await page.goto(`${lab.url}/tickets/${ticket.id}`)
    const sound = page.waitForResponse((answer) => answer.url().endsWith('/audio'))
    await page.getByRole('button', { name: '播放', exact: true }).click(WAIT)
    const answer = await sound
    t.equal(answer.status(), 206)
    // News of the listening comes back over the socket while it plays.
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 2, undefined, WAIT)
    const isInterrupted = () => {
      const player = document.querySelector('audio')
      return player?.paused === true && !player.ended
    }
    t.notOk(await page.evaluate(isInterrupted), 'it plays on')
    t.notMatch(await page.getByRole('group', { name: /^录音/ }).textContent(), /kept|没有听/)
    const [left = 0, right = 0] = await loudestPlayed(page)
    t.ok(left > 0.05 && right > 0.05, `both voices come out of the player: ${left} ${right}`)
    await first.shot('recording')
    const bytes = await (await page.request.get(answer.url())).body()
    const talked = bytes.length / 32_000 - 3
    t.ok(secondsOnChannel(bytes, 0, WARD) > talked, 'the caller is on the left')
    t.ok(secondsOnChannel(bytes, 1, AGENT) > talked, 'the agent is on the right')
    t.equal(secondsOnChannel(bytes, 0, AGENT) + secondsOnChannel(bytes, 1, WARD), 0, 'and each alone')

    t.same(first.pops.slice(0, 1), ['62041'])
    t.same(second.pops, [], 'the pop went to nobody else')
    t.notMatch(await second.bay().textContent(), /62041/)
    await page.goto(lab.url)
    await page.getByText('话机已连上').first().waitFor(WAIT)
    await page.keyboard.press('Alt+r')
    await idle(first).waitFor(WAIT)
  },
)

t.test('a call that is declined rings the next agent, and not the same one again', async (t) => {
  await second.page.keyboard.press('Alt+r')
  await idle(second).waitFor(WAIT)
  const ward = await wards.placeCall({ campus: 'old', dialled: '8001', from: '61001', play: WARD, forSeconds: 40 })
  const [one, next] = await Promise.race(
    [
      [first, second],
      [second, first],
    ].map(async ([rung, other]) => {
      await answerKey(rung as Seat).waitFor(WAIT)
      return [rung, other] as [Seat, Seat]
    }),
  )
  await one.page.keyboard.press('Shift+F2')
  await answerKey(next).waitFor(WAIT)
  await idle(one).waitFor(WAIT)
  await next.page.keyboard.press('F2')
  await hangUpKey(next).waitFor(WAIT)
  await next.hears(WARD)
  const rung = await lab.query<{ person_id: string }>(
    `select o.person_id from offers o join calls k on k.id = o.call_id where k.ani = '61001' order by o.at`,
  )
  t.equal(rung.length, 2, 'each was rung once')
  t.not(rung[0]?.person_id, rung[1]?.person_id)
  await one.shot('declined')
  await ward.hangup()
  t.match(await ward.ended, { answered: true })
  await next.page.keyboard.press('Alt+b')
  await one.page.keyboard.press('Alt+r')
  await idle(one).waitFor(WAIT)
  ;[first, second] = [one, next]
})

t.test('a caller whose name is markup is shown as harmless text', async (t) => {
  const name = '<img src=x onerror=alert(1)>\u202egnp.exe🚑'
  const ward = await SipPhone.open({
    server: { host: lab.settings.pbx.host, port: lab.settings.pbx.sipPort },
    address: '127.0.0.12',
    tone: WARD,
  })
  t.teardown(() => ward.close())
  const call = await ward.call('8103', { from: `"${name}" <sip:69999@127.0.0.12>` })
  await answerKey(first).waitFor(WAIT)
  const said = first.bay().getByText('<img src=x onerror=alert(1)>').first()
  await said.waitFor(WAIT)
  t.notMatch(await first.bay().textContent(), /[\u202a-\u202e\u2066-\u2069]/, 'nothing turns the writing round')
  t.match(await first.bay().textContent(), '🚑', 'and an emoji is an emoji')
  t.equal(await first.page.locator('img[src="x"]').count(), 0)
  await first.shot('hostile-name')
  await call.hangup()
  await answerKey(first).waitFor({ state: 'hidden', ...WAIT })
  t.same(first.faults, [], 'no script ran, none was refused')
  t.same(second.faults, [])
})
