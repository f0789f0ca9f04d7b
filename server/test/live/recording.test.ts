/** What Asterisk really leaves in the spool, laid, checked and filed: no server, the CEL alone says when who talked. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { arrived, cel, lab, said, until } from '../../../asterisk-config/test-lab.ts'
import { type Finding, folderVault, makeRecordings, type Voice } from '../../../recordings/index.ts'
import { bytesOf, channelsOf, heard, scratch, strength } from '../../../recordings/test-support.ts'
import { STILL_FROM_S } from '../../../scripts/drill/parts/losses.ts'
import type { PhoneLab } from '../../../scripts/lab/phones/phone-lab.ts'
import { watchMachine } from '../../../scripts/lab/stood-still.ts'

t.setTimeout(240_000)

/** A recorder keeps nothing of what passed while the machine stood still. */
const machine = await watchMachine()
t.teardown(() => machine.close())

const [WARD, FIRST, SECOND] = [1_000, 440, 700]
const all = [WARD, FIRST, SECOND]

/** The legs of a call and when they talked, as the CEL tells it. */
async function voicesOf(desk: PhoneLab, call: string, endedAt?: number): Promise<Voice[]> {
  const everything = await cel(desk)
  const legs = new Set(everything.filter((row) => row.userfield === call).map((row) => row.uniqueid as string))
  const root = everything.find((row) => row.userfield === call && row.eventtype === 'DeskArrived')?.uniqueid
  const at = (row: Record<string, string>) =>
    Date.parse((row.eventtime ?? '').replace(/(\d{3})\d{3}([+-]\d{4})$/, '$1$2'))
  return [...legs].map((uniqueid) => {
    const rows = everything.filter((row) => row.uniqueid === uniqueid)
    const times = (type: string) => rows.filter((row) => row.eventtype === type).map(at)
    const over = times('CHAN_END')[0] ?? endedAt
    const exits = times('BRIDGE_EXIT')
    return {
      uniqueid,
      side: uniqueid === root ? 'caller' : 'agent',
      startedAt: times('CHAN_START')[0] ?? 0,
      ...(over !== undefined && { endedAt: over }),
      talk: times('BRIDGE_ENTER').map((from, i) => ({ from, to: exits[i] ?? over ?? from })),
    } satisfies Voice
  })
}

/** Files a call from the lab's spool and gives back what is in the vault. */
async function file(t: Test, desk: PhoneLab, call: string, voices: Voice[]) {
  const vault = folderVault(await scratch(t))
  const recordings = makeRecordings({ vault, spool: join(desk.pbx.instance.base, 'spool') })
  const files = (await recordings.scan()).files.filter((file) => file.callId === call)
  const result = await recordings.file({ callId: call, kind: 'call', revision: 1, voices }, files)
  if (!result.filed) throw new Error(`nothing was filed: ${JSON.stringify(result.findings)}`)
  const [left, right] = channelsOf(await bytesOf(await vault.readRange(result.key))) as [Int16Array, Int16Array]
  return { result, left, right }
}

/** When a tone is first heard in a channel, milliseconds from its start. */
function firstHeard(channel: Int16Array, hz: number): number {
  for (let ms = 0; ms * 8 + 320 <= channel.length; ms += 20) {
    if (strength(channel.subarray(ms * 8, ms * 8 + 320), hz) > 0.05) return ms
  }
  return Number.NaN
}

/** Once all legs are over. */
const finished = (desk: PhoneLab, call: string, legs: number) => {
  const legEndedAt = Date.now()
  return until(`${legs} finished voices`, async () => {
    const spool = join(desk.pbx.instance.base, 'spool')
    const recordings = makeRecordings({ vault: folderVault('/nonexistent'), spool })
    const files = async () => (await recordings.scan()).files.filter((file) => file.callId === call)
    // nobody else is there to say that the legs are over; what is still open stays
    await recordings.rescue(await files(), () => ({ now: Date.now(), legEndedAt }))
    const mine = await files()
    return mine.length >= legs && mine.every((file) => !file.live)
  })
}

const gaps = (findings: Finding[]) => findings.filter(({ kind }) => kind !== 'torn')

t.test(
  'a real call of two agents in turn: every voice whole, in its place, caller left and agents right',
  async (t) => {
    const desk = await lab(t)
    const first = await desk.phone('d8121', { tone: FIRST, firstSeq: 40_000 })
    const ward = await desk.wards.placeCall({
      campus: 'old',
      dialled: '8001',
      from: '62042',
      play: WARD,
      forSeconds: 22,
    })
    const cameAt = Date.now()
    const { Call } = await arrived(desk, '62042')
    const talk = await (await first.nextCall()).until('talking')
    await until('the first agent hears the ward', () => talk.sound.hears().includes(WARD))
    await until('the first agent has spoken for three seconds', () => talk.spoke > 3)
    // falls silent: no sound for five seconds, and Asterisk lets the leg go; the next agent's numbering starts behind
    const second = await desk.phone('d8122', { tone: SECOND, firstSeq: 1 })
    first.onRing = 603
    talk.sound.mute = true
    t.match(await said(desk, Call, 'DeskLegLost'), { Station: 'd8121' })
    const next = await (await second.nextCall(15_000)).until('talking')
    await until('the second agent hears the ward', () => next.sound.hears().includes(WARD))
    await ward.ended
    await finished(desk, Call, 3)

    const voices = await voicesOf(desk, Call)
    const { result, left, right } = await file(t, desk, Call, voices)
    const still = Math.round(machine.stoodStill(cameAt - 500))
    if (still < 1_000 * STILL_FROM_S) t.same(gaps(result.findings), [], 'every voice within a second of its talk time')
    t.ok(
      gaps(result.findings).every(
        ({ kind, talkMs, recordedMs }) => kind === 'short' && talkMs - recordedMs <= 1_000 + still,
      ),
      `and lacks no more than passed while the machine stood still for ${still} ms: ${JSON.stringify(result.findings)}`,
    )

    const agents = voices.filter(({ side, talk }) => side === 'agent' && talk.length > 0)
    t.equal(agents.length, 2)
    const [one, two] = agents.map(({ talk: [span] }) => ({
      from: (span?.from ?? 0) - result.startedAt,
      to: (span?.to ?? 0) - result.startedAt,
    }))
    if (!one || !two) return
    const places = { first: [one.from, firstHeard(right, FIRST)], second: [two.from, firstHeard(right, SECOND)] }
    t.comment(
      JSON.stringify({
        places,
        ms: result.ms,
        files: voices.map(({ side, talk }) => [side, talk.map(({ from, to }) => to - from)]),
      }),
    )
    if (process.env.DESK_MEASURE) appendFileSync(process.env.DESK_MEASURE, `${JSON.stringify(places)}\n`)
    t.ok(
      Math.abs(firstHeard(right, FIRST) - one.from) < 500 + still,
      `the first agent speaks when they came (${places.first})`,
    )
    t.ok(
      Math.abs(firstHeard(right, SECOND) - two.from) < 500 + still,
      `the second agent speaks when they came (${places.second})`,
    )
    t.equal(heard(right, [one.from + 500, one.from + 2_000 + still], all), FIRST)
    const nobody: [number, number] = [one.to + 300 + still, two.from - 300 - still]
    if (still === 0 || nobody[1] > nobody[0])
      t.equal(heard(right, nobody, all), 0, 'nobody while the caller waited for the second')
    t.equal(heard(right, [two.from + 500, two.to - 500], all), SECOND)
    t.equal(heard(left, [500, result.ms - 500], all), WARD)
  },
)

t.test('Asterisk killed in mid-call: what it had written is closed, kept and filed', async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { tone: FIRST })
  const ward = await desk.wards.placeCall({ campus: 'new', dialled: '8101', from: '62055', play: WARD, forSeconds: 60 })
  const cameAt = Date.now()
  const { Call } = await arrived(desk, '62055')
  const talk = await (await phone.nextCall()).until('talking')
  await until('the agent hears the ward', () => talk.sound.hears().includes(WARD))
  await until('the agent has spoken for eight seconds', () => talk.spoke > 8)
  const killedAt = Date.now()
  const still = machine.stoodStill(cameAt - 500)
  desk.pbx.kill()
  await ward.hangup().catch(() => undefined)

  const spool = join(desk.pbx.instance.base, 'spool')
  const recordings = makeRecordings({ vault: folderVault(await scratch(t)), spool })
  const { files } = await recordings.scan()
  t.equal(files.filter((file) => file.callId === Call && file.live).length, 2)
  const saved = await recordings.rescue(files, () => ({ now: Date.now(), bootAt: Date.now() + 1 }))
  t.equal(saved.length, 2)

  const { result, left, right } = await file(t, desk, Call, await voicesOf(desk, Call, killedAt))
  // Asterisk writes whole 32 kB blocks: up to 2.05 s of each voice died with it, and that is said
  t.ok(
    result.findings.every(({ kind, talkMs, recordedMs }) => kind !== 'missing' && talkMs - recordedMs < 2_600 + still),
    JSON.stringify({ still, findings: result.findings }),
  )
  t.equal(heard(left, [500, 4_000], all), WARD)
  t.equal(heard(right, [500, 4_000], all), FIRST)
})
