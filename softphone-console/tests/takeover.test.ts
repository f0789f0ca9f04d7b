import { join } from 'node:path'
import t from 'tap'
import { STILL_FROM_S } from '../../scripts/drill/parts/losses.ts'
import { secondsOnChannel } from '../../scripts/drill/parts/witness.ts'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import { secondsOf } from '../../scripts/lab/sound/measuring.ts'
import { watchMachine } from '../../scripts/lab/stood-still.ts'
import { aReadySeat, onReachableNetwork, type Seat, tellsTheScreen, WAIT } from './browser.ts'

/** An agent's browser dies in the middle of a call. The caller must not notice more than a wait. */
onReachableNetwork()
t.setTimeout(180_000)

const WARD = 1_000
const FIRST = 440
const SECOND = 700

let lab: Lab
const seats: Seat[] = []

tellsTheScreen(t, () => seats.map((seat) => seat.page))
t.before(async () => {
  lab = await startLab()
})
t.teardown(async () => {
  for (const seat of seats) await seat.close()
  await lab?.stop()
})

t.test(
  'when an agent’s browser is killed the next agent talks with the caller, and all three voices are kept',
  async (t) => {
    const wards = await lab.wards()
    const machine = await watchMachine()
    t.teardown(() => machine.close())
    const beganAt = Date.now()
    const heard = join(lab.varDir, 'heard.wav')
    const first = await aReadySeat(lab, { tone: FIRST })
    seats.push(first)
    const ward = await wards.placeCall({
      campus: 'old',
      dialled: '8002',
      from: '61001',
      play: WARD,
      forSeconds: 60,
      heard,
    })
    await first.page.getByRole('button', { name: '接听' }).waitFor(WAIT)
    await first.page.keyboard.press('F2')
    await first.hears(WARD)
    // Came on duty while the first one talked: the next in turn.
    const second = await aReadySeat(lab, { nth: 1, tone: SECOND })
    seats.push(second)

    await first.kill()
    const from = Date.now()
    await second.page.getByRole('button', { name: '接听' }).waitFor(WAIT)
    const rang = Date.now() - from
    const rangInTime = machine.within(rang, 8_000)
    await second.page.keyboard.press('F2')
    await second.hears(WARD)
    const talked = Date.now() - from
    const talkedInTime = machine.within(talked, 15_000)
    t.ok(rangInTime.holds, `the next agent was rung ${rang} ms later${rangInTime.meanwhile}`)
    t.ok(talkedInTime.holds, `and talked with the caller ${talked} ms later${talkedInTime.meanwhile}`)
    await second.page.getByRole('textbox', { name: '报修内容' }).waitFor(WAIT)
    await second.shot('taken-over')
    await second.page.waitForFunction((since) => Date.now() - since > 5_000, Date.now())
    await second.page.keyboard.press('F9')
    t.match(await ward.ended, { answered: true })
    t.ok(
      (await secondsOf(heard, FIRST)) > 1 && (await secondsOf(heard, SECOND)) > 2,
      'the ward heard one, then the other',
    )

    const still = machine.stoodStill(beganAt) / 1_000
    await second
      .bay()
      .getByText(still < STILL_FROM_S ? '录音已归档' : /录音已归档|录音不全/)
      .waitFor(WAIT)
    const [row] = await lab.query<{ id: string; state: string; tickets: number }>(
      `select r.id, r.state, (select count(*)::int from ticket_calls c where c.call_id = r.call_id) as tickets from recordings r`,
    )
    t.match(row, { state: still < STILL_FROM_S ? 'filed' : /^(filed|short)$/, tickets: 1 })
    const sound = await second.page.request.get(`${lab.url}/api/recordings/${row?.id}/audio`)
    const bytes = await sound.body()
    const seconds = bytes.length / 32_000
    t.ok(
      secondsOnChannel(bytes, 0, WARD, 20) > seconds - 1 - still,
      `the caller is on the left from end to end, but for ${still} s in which the machine stood still`,
    )
    t.ok(secondsOnChannel(bytes, 1, FIRST) > 2, 'the first agent is on the right')
    t.ok(secondsOnChannel(bytes, 1, SECOND) > 3, 'and so is the second')
    t.equal(
      secondsOnChannel(bytes, 0, FIRST) + secondsOnChannel(bytes, 0, SECOND) + secondsOnChannel(bytes, 1, WARD),
      0,
    )
  },
)
