/** No server runs here: everything a caller needs is done by Asterisk alone. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { AmiMessage } from '../scripts/lab/ami.ts'
import type { PhoneLab } from '../scripts/lab/phones/phone-lab.ts'
import { foundIn, readWav, secondsOf, tonesIn, volume } from '../scripts/lab/sound/measuring.ts'
import { watchMachine } from '../scripts/lab/stood-still.ts'
import { arrived, type CelRow, cel, lab, said, until, voices } from './test-lab.ts'

t.setTimeout(150_000)
// each has its own phone system and mostly waits
t.jobs = 3

const [WARD, FIRST, SECOND] = [1000, 440, 700]

/** Seconds are promised of a machine that runs; what it stood still for no recorder keeps. */
const machine = await watchMachine()
t.teardown(() => machine.close())
const ranFor = (from: number, to: number) => to - from - machine.stoodStill(from, to)

t.test(
  'with the server dead a ward is told, queued, rung on a desk phone, answered and recorded',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    // a phone is rung for three seconds
    const phone = await desk.phone('d8121', { tone: FIRST, afterMs: 2_000 })
    const heard = `${desk.settings.varDir}/heard.wav`
    const ward = await desk.wards.placeCall({
      campus: 'new',
      dialled: '8102',
      from: '62041',
      name: '七病区',
      play: WARD,
      forSeconds: 16,
      heard,
    })
    const { Call, ...call } = await arrived(desk, '62041')
    t.match(call, { Direction: 'inbound', Campus: 'new', Line: 'it', Dialled: '8102', Diverted: '' })
    t.match(
      call,
      { CallerIDName: '七病区', 'ChanVariable.DESK_CALL': Call },
      'the name and the key are on the announcement',
    )

    const rung = await phone.nextCall()
    t.match(rung.caller, /"七病区" <sip:62041@/, 'the phone shows who calls')
    await rung.until('talking')
    await until('the desk hears the ward', () => rung.sound.hears().includes(WARD))
    t.match(await ward.ended, { answered: true, cause: 16 })
    await rung.until('ended')

    const [caller = ''] = await voices(desk, Call, 'caller')
    const [agent = ''] = await voices(desk, Call, 'agent')
    const still = machine.stoodStill(0) / 1_000
    t.ok((await secondsOf(caller, WARD)) > Math.max(1, 5 - still), 'the whole visit is on the caller’s file')
    t.equal(await secondsOf(caller, FIRST), 0, 'and nobody else')
    t.ok((await secondsOf(agent, FIRST)) > Math.max(1, 2.5 - still), 'the talk is on the agent’s file')
    t.equal(await secondsOf(agent, WARD), 0, 'and nobody else')
    t.ok((await secondsOf(heard, FIRST)) > Math.max(1, 2.5 - still), 'the ward’s own witness heard the desk')

    const { noticeS, musicS } = await waited(heard)
    t.ok(noticeS > 1 && noticeS <= 2, `the ward hears the notice to its end, ${noticeS} s at most`)
    t.ok(musicS > 0.3, `then music, until the desk speaks (${musicS} s)`)

    const rows = await cel(desk, Call)
    t.same(
      rows.filter((row) => row.eventtype === 'BRIDGE_ENTER').length,
      2,
      'both legs stand in the record under one key',
    )
    const at = (row?: CelRow) => Date.parse(row?.eventtime ?? '')
    const notice = rows.filter((row) => /^STREAM_/.test(row.eventtype ?? '') && row.appname === 'Playback').map(at)
    const queued = at(rows.find((row) => row.eventtype === 'APP_START' && row.appname === 'Queue'))
    t.ok((notice[1] ?? Number.NaN) <= queued, 'the notice was said to its end before the wait')
    const told = rows.find((row) => row.eventtype === 'DeskArrived')?.eventextra ?? ''
    t.match(JSON.parse(told), { extra: `Call=${Call};Direction=inbound;Campus=new;Line=it;Dialled=8102;Diverted=` })

    const log = join(desk.pbx.instance.base, 'log')
    for (const file of await readdir(log, { recursive: true, withFileTypes: true })) {
      const path = join(file.parentPath, file.name)
      if (!file.isFile() || file.parentPath.endsWith('cel-custom')) continue
      t.notMatch(
        await readFile(path, 'utf8'),
        /62041|七病区/,
        `who called stands in the record, and not in ${file.name}`,
      )
    }
  },
)

t.test(
  'a caller whose agent fell silent rings the same seat first, then the next; every voice is whole',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const first = await desk.phone('d8121', { tone: FIRST, firstSeq: 40_000 })
    const ward = await desk.wards.placeCall({
      campus: 'old',
      dialled: '8001',
      from: '62042',
      play: WARD,
      forSeconds: 24,
    })
    const cameAt = Date.now()
    const { Call } = await arrived(desk, '62042')
    const talk = await (await first.nextCall()).until('talking')
    await until('the first agent hears the ward', () => talk.sound.hears().includes(WARD))
    await until('the first agent has spoken for three seconds', () => talk.spoke > 3)

    // The second agent's sound is numbered far behind the first one's: a recorder hearing both would go deaf to it.
    const second = await desk.phone('d8122', { tone: SECOND, firstSeq: 1 })
    const silentAt = Date.now()
    first.onRing = 'ring'
    talk.sound.mute = true
    t.match(await said(desk, Call, 'DeskLegLost'), { Station: 'd8121', Cause: '44' })
    const again = await first.nextCall()
    const sameAt = await rings(desk, 'd8121', silentAt)
    t.ok(ranFor(silentAt, sameAt) < 6_000, `the same seat rings again (${sameAt - silentAt} ms)`)
    const nextAt = await rings(desk, 'd8122')
    t.ok(ranFor(silentAt, nextAt) < 15_000, `the next one rings within 15 s (${nextAt - silentAt} ms)`)
    const next = await (await second.nextCall(25_000)).until('talking')
    t.equal(again.why, 'cancelled')
    await until('the next agent hears the ward', () => next.sound.hears().includes(WARD))
    await ward.ended

    // the seat that was rung in vain left a file too: an empty one
    const agents = await voices(desk, Call, 'agent', 3)
    const spoken = await Promise.all(
      agents.map(async (file) => [await secondsOf(file, FIRST), await secondsOf(file, SECOND)]),
    )
    const still = machine.stoodStill(cameAt - 500) / 1_000
    const sent = [talk.spoke, next.spoke] as const
    t.ok(
      spoken.some(([one = 0]) => one >= Math.max(1, sent[0] - 1 - still)),
      `the first agent's voice is kept (${JSON.stringify({ spoken, sent, still })})`,
    )
    t.ok(
      spoken.some(([, two = 0]) => two >= Math.max(1, sent[1] - 1 - still)),
      `the second agent's voice is kept (${JSON.stringify({ spoken, sent, still })})`,
    )
    const [caller = ''] = await voices(desk, Call, 'caller')
    const whole = await secondsOf(caller, WARD)
    t.ok(
      whole > 22 - still,
      `the ward's voice goes on through all of it (${whole} s, the machine stood still ${still} s)`,
    )
  },
)

t.test(
  'a caller whose agent’s phone is gone talks to the next one within six seconds',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const first = await desk.phone('d8121', { tone: FIRST })
    const ward = await desk.wards.placeCall({
      campus: 'old',
      dialled: '8003',
      from: '62044',
      play: WARD,
      forSeconds: 60,
    })
    const { Call } = await arrived(desk, '62044')
    const talk = await (await first.nextCall()).until('talking')
    await until('the first agent hears the ward', () => talk.sound.hears().includes(WARD))
    const second = await desk.phone('d8122', { tone: SECOND })
    // a closed browser: its registration goes with its socket
    await first.register(0)
    const goneAt = Date.now()
    first.die()
    t.match(await said(desk, Call, 'DeskLegLost'), { Station: 'd8121' })
    const rang = await rings(desk, 'd8122')
    t.ok(ranFor(goneAt, rang) < 6_000, `the next phone rings ${rang - goneAt} ms after`)
    const next = await (await second.nextCall()).until('talking')
    await until('the next agent hears the ward', () => next.sound.hears().includes(WARD))
    await next.hangup()
    t.match(await ward.ended, { answered: true, cause: 16 }, 'a call that ends well ends so for the ward')
    const gone = await until('the ward’s end is in the record', async () =>
      (await cel(desk, Call)).find((row) => row.eventtype === 'HANGUP' && /^PJSIP\/old-/.test(row.channame ?? '')),
    )
    t.match(JSON.parse(gone.eventextra ?? ''), { hangupcause: 16 })
  },
)

t.test('an agent who hangs up ends the call; one who declines sends it to the next', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const no = await desk.phone('d8121', { onRing: 603 })
  const ward = await desk.wards.placeCall({ campus: 'old', dialled: '8002', from: '62043', play: WARD, forSeconds: 60 })
  const { Call } = await arrived(desk, '62043')
  await (await no.nextCall()).until('ended')
  const yes = await desk.phone('d8122', { tone: SECOND })
  const talk = await (await yes.nextCall()).until('talking')
  await until('the second agent hears the ward', () => talk.sound.hears().includes(WARD))
  await talk.hangup()
  const end = await ward.ended
  t.ok(end.answered && end.seconds < 40, 'the ward’s line is free when the agent has hung up')
  t.notOk(
    desk.reader.events.some((event) => event.UserEvent === 'DeskLegLost' && event.Call === Call),
    'no leg counts as lost',
  )
})

t.test(
  'an agent who has hung up has a moment in which the server can say wrap-up; without a server the next call rings after it',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    // in two queues, as most agents are: the call waits in the other one
    for (const Queue of ['it', 'equipment'])
      await desk.actor.act({ Action: 'QueueAdd', Queue, Interface: 'PJSIP/d8121', MemberName: 'd8121' })
    const agent = await desk.phone('d8121', { tone: FIRST })
    const from = { campus: 'new', play: WARD, forSeconds: 40 } as const
    await desk.wards.placeCall({ ...from, dialled: '8102', from: '62046' })
    const talk = await (await agent.nextCall()).until('talking')
    for (const [dialled, number] of [
      ['8102', '62047'],
      ['8103', '62048'],
    ] as const) {
      await desk.wards.placeCall({ ...from, dialled, from: number })
      const { Call } = await arrived(desk, number)
      await desk.reader.until((event) => event.Event === 'QueueCallerJoin' && event['ChanVariable.DESK_CALL'] === Call)
    }
    await talk.hangup()
    const gone = await desk.reader.until(
      (event) => event.Event === 'Hangup' && event.Channel?.startsWith('PJSIP/d8121-') === true,
    )
    const goneAt = Math.round(Number(gone.Timestamp) * 1_000)
    const rang = await rings(desk, 'd8121', goneAt - 500)
    t.ok(rang - goneAt >= 900, `the next call rings ${rang - goneAt} ms after`)
    t.ok(ranFor(goneAt, rang) < 4_500, 'and soon all the same')
  },
)

t.test('a caller who gives up while waiting frees the phone that rings', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { onRing: 'ring' })
  const ward = await desk.wards.placeCall({ campus: 'new', dialled: '8104', from: '72001', play: WARD, forSeconds: 60 })
  const { Call } = await arrived(desk, '72001')
  const rung = await phone.nextCall()
  await ward.hangup()
  await rung.until('ended')
  t.equal(rung.why, 'cancelled')
  const gone = await desk.reader.until((event) => event.Event === 'QueueCallerAbandon')
  t.equal(gone['ChanVariable.DESK_CALL'], Call)
})

t.test('a spool that cannot be written stops no call, and says so', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const live = `${desk.pbx.instance.base}/spool/live`
  await rm(live, { recursive: true })
  await writeFile(live, 'no folder')
  const phone = await desk.phone('d8121', { tone: FIRST })
  const ward = await desk.wards.placeCall({ campus: 'old', dialled: '8001', from: '62045', play: WARD, forSeconds: 8 })
  const { Call } = await arrived(desk, '62045')
  t.match(await said(desk, Call, 'DeskUnrecorded'), { Why: 'no-file' })
  const talk = await (await phone.nextCall()).until('talking')
  await until('the desk hears the ward', () => talk.sound.hears().includes(WARD))
  t.match(await ward.ended, { answered: true, cause: 16 })
})

/**
 * What the ward's own witness heard before the desk's tone, by the file's time line, which a busy machine does not
 * stretch: seconds to the end of the notice, and of music after it.
 */
async function waited(file: string): Promise<{ noticeS: number; musicS: number }> {
  const heard = await readWav(file)
  const notice = await readWav(join(import.meta.dirname, 'prompts/notice.wav'))
  const last = notice.subarray(-4_000)
  const end = (foundIn(heard.subarray(0, 32_000), last) ?? Number.NaN) + last.length
  const pieces = Array.from({ length: 80 }, (_, n) => heard.subarray(end + 400 * n, end + 400 * (n + 1)))
  const desk = pieces.findIndex((piece) => tonesIn(piece, [FIRST]).length > 0)
  const music = pieces.slice(0, desk).filter((piece) => volume(piece) > 0.001)
  return { noticeS: end / 8_000, musicS: music.length / 20 }
}

/**
 * When Asterisk began to ring a station, by its own clock (ms since the epoch), counted from `after`: neither this test's
 * turn on a busy machine nor the phone's reach for its handset is the phone system's.
 */
async function rings(desk: PhoneLab, station: string, after = 0): Promise<number> {
  const at = (event: AmiMessage) => Number(event.Timestamp) * 1_000
  const event = await desk.reader.until(
    (one) => one.Event === 'DialBegin' && one.DestChannel?.startsWith(`PJSIP/${station}-`) === true && at(one) > after,
    20_000,
  )
  return Math.round(at(event))
}
