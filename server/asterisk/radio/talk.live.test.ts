/** Who hears whom, by tones: consoles, other ports, a caller, announcements; and what is kept of it. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { SipCall } from '../../../scripts/lab/phones/sip-phone.ts'
import { loudness, readWav, secondsOf, tonesIn } from '../../../scripts/lab/sound/measuring.ts'
import { asWav8k } from '../../../scripts/lab/sound/sound-file.ts'
import { ofEachKind } from '../../../scripts/test/gate.ts'
import type { MediaFact } from '../../radio/index.ts'
import { watched } from '../../test/radio/burst.ts'
import {
  console_,
  fact,
  gateway,
  onAir,
  onePort,
  packets,
  radioLab,
  station,
  until,
  wish,
} from '../../test/radio/lab.ts'
import { lostIn } from './times.ts'

t.setTimeout(240_000)

const AGENT = 700
const HANDHELD = 1500
const CALLER = 1000
const ALL = [AGENT, HANDHELD, CALLER, 440]
const LEASE = { leaseMs: 4_000 }

/** When each packet of voice went out of a phone, or came with a sound in it: epoch ms. Filled as they do. */
function packetsOf(call: SipCall, way: 'sent' | 'heard'): number[] {
  const times: number[] = []
  const before = call.sound.onFrame
  call.sound.onFrame = (which, isLoud, at) => {
    before?.(which, isLoud, at)
    if (which === way && isLoud) times.push(performance.timeOrigin + at)
  }
  return times
}

const heardOf = (facts: MediaFact[], port: string) =>
  facts.flatMap((one) => (one.type === 'heard' && one.port === port ? [one] : []))

t.test('a handheld is heard by the console and by the server, from its first packet to its last', async (t) => {
  const { desk, up, air, leg } = await onePort(t)
  const machine = await watched(t)
  await wait(500)
  t.same(heardOf(desk.facts, 'old'), [], 'nothing sent, nothing heard')

  air.sound.tone = HANDHELD
  const sent = packetsOf(air, 'sent')
  air.sound.mute = false
  await until('fifty packets went out', () => sent.length >= 50, 20_000)
  await until('the console hears it', () => leg.sound.hears(ALL).length > 0, 20_000)
  t.same(leg.sound.hears(ALL), [HANDHELD])
  air.sound.mute = true
  await until(
    'all of it was told',
    () => Date.now() - (heardOf(desk.facts, 'old').at(-1)?.at ?? Infinity) > 500,
    20_000,
  )
  // What was late the exchange fills with zeros: they are no packets of the gateway.
  const voice = heardOf(desk.facts, 'old').filter(({ samples }) => samples.some((one) => one !== 0))
  const { still, meanwhile } = machine.since(sent[0])
  const lost = sent.length - voice.length
  t.ok(lost >= 0 && lost * 20 <= still, `${sent.length} packets sent, ${voice.length} told${meanwhile}`)
  const [first, last] = [0, -1].map((nth) => Math.round((voice.at(nth)?.at ?? NaN) - (sent.at(nth) ?? NaN)))
  t.ok((first ?? NaN) < 80 + still, `the first was told ${first} ms after it was sent${meanwhile}`)
  t.ok((last ?? NaN) < 150 + still, `the last was told ${last} ms after it was sent${meanwhile}`)
  const sound = Float32Array.from(
    voice.flatMap(({ samples }) => [...samples]),
    (sample) => sample / 32_768,
  )
  t.same(tonesIn(sound, ALL), [HANDHELD])

  const before = desk.facts.length
  await desk.media.rxGate({ port: 'old', epoch: up.epoch, open: false })
  air.sound.mute = false
  const known = () => heardOf(desk.facts.slice(before), 'old').length > 40
  await until('a stuck receiver is still known to the server', known, 20_000)
  t.same(leg.sound.hears(ALL), [], 'and kept from the consoles')
  await desk.media.rxGate({ port: 'old', epoch: up.epoch, open: true })
  await until('heard again', () => leg.sound.hears(ALL).includes(HANDHELD), 20_000)
  air.sound.mute = true

  air.press('7')
  air.sound.mute = false
  t.match(await fact(desk, 'digit'), { port: 'old', digit: '7' })
})

for (const jitterBuffer of ofEachKind(['none', 'adaptive'] as const))
  t.test(
    `a gateway that begins a new stream is heard again in a second or two, jitter buffer “${jitterBuffer}”`,
    async (t) => {
      const { desk, air, leg } = await onePort(t, { record: true, jitterBuffer })
      const machine = await watched(t)
      air.sound.tone = HANDHELD
      for (const first of [30_000, 100, 65_000, 40_000, 9_000]) {
        air.sound.restart(first)
        air.sound.mute = false
        const [from, since] = [Date.now(), desk.facts.length]
        await until(`heard at the console from ${first} on`, () => leg.sound.hears(ALL).includes(HANDHELD), 20_000)
        await until(
          'and by the server',
          () => heardOf(desk.facts.slice(since), 'old').some(({ samples }) => samples.some((one) => one !== 0)),
          20_000,
        )
        const took = Date.now() - from
        const { still, meanwhile } = machine.since(from)
        t.ok(took < 2_300 + still, `${first}: heard ${took} ms after it began${meanwhile}`)
        // The recorder is begun anew beside the tap, and a moment later.
        await wait(600)
        air.sound.mute = true
        await wait(800)
      }
      t.equal(desk.facts.filter(({ type }) => type === 'down').length, 0)
      await desk.media.cutRecording('old')
      const kept = desk.facts.flatMap((one) => (one.type === 'segment' && one.side === 'rx' ? [one.path] : []))
      const seconds = await Promise.all(kept.map((path) => secondsOf(path, HANDHELD)))
      t.ok(seconds.filter((one) => one > 0).length >= 2, `heard in the pieces: ${seconds.join(', ')} s`)
    },
  )

t.test('what a console presses or holds is never on the air of a port at rest', async (t) => {
  const { desk, up, air, leg, order } = await onePort(t, { tone: AGENT })
  const before = air.sound.packetsHeard
  for (const digit of '1#5') {
    leg.press(digit)
    await wait(300)
  }
  await leg.tell('INVITE', [])
  await wait(1_000)
  t.equal(air.sound.packetsHeard - before, 0)
  await desk.media.key({ ...order, ...LEASE })
  await until('on the air', () => air.sound.packetsHeard > before + 5)
  await desk.media.unkey({ ...order, tailMs: 0 })
  await wait(60)
  leg.press('9')
  t.equal(await packets(air, 1_000), 0)
  await desk.media.sendDigits({ port: 'old', epoch: up.epoch, digits: '12' })
  t.ok((await packets(air, 1_000)) > 0, 'a gateway keyed by digits gets them')
  t.equal(await packets(air, 1_000), 0)
})

t.test('both sides are kept whole, each second at its place, across a cut', async (t) => {
  const { desk, air, order } = await onePort(t, { tone: AGENT, record: true })
  await wait(2_000)
  const machine = await watched(t)
  const began = Date.now()
  const [sent, got] = [packetsOf(air, 'sent'), packetsOf(air, 'heard')]
  const rx: number[] = []
  const tx: number[] = []
  air.sound.tone = HANDHELD
  const say = async () => {
    const [said, spoken] = [sent.length, got.length]
    air.sound.mute = false
    await until('said for half a second', () => sent.length >= said + 25, 20_000)
    air.sound.mute = true
    rx.push(sent[said] ?? NaN)
    await wait(700)
    await desk.media.key({ ...order, ...LEASE })
    await until('on the air for half a second', () => got.length >= spoken + 25, 3_500)
    tx.push(got[spoken] ?? NaN)
    await desk.media.unkey({ ...order, tailMs: 0 })
    await wait(300)
  }
  await say()
  // spoken across the cut: it stands in both pieces
  const said = sent.length
  air.sound.mute = false
  await wait(300)
  await desk.media.cutRecording('old')
  await wait(300)
  air.sound.mute = true
  const [across = NaN, ended = NaN] = [sent[said], sent.at(-1)]
  await wait(700)
  await say()
  await desk.media.cutRecording('old')
  const pieces = desk.facts.flatMap((one) => (one.type === 'segment' ? [one] : []))
  t.equal(pieces.length, 4)
  for (const [side, tone, times] of [
    ['rx', HANDHELD, rx],
    ['tx', AGENT, tx],
  ] as const) {
    const [first, second] = pieces.filter((one) => one.side === side)
    if (!first || !second) return t.fail('two pieces')
    t.ok(second.startedAt < first.endedAt, 'they overlap')
    for (const [piece, at] of [
      [first, times[0]],
      [second, times[1]],
    ] as const) {
      const samples = await readWav(piece.path)
      // What the machine stood still for is not in the file: it is known of it, and what follows is earlier by no more.
      const lostMs = Math.round(await lostIn(dirname(piece.path), piece.segment, piece.startedAt))
      const { still, meanwhile } = machine.since(began)
      const onset = firstAt(samples, tone, (at ?? 0) - piece.startedAt - 400 - lostMs)
      const off = piece.startedAt + onset - (at ?? 0)
      // Either before or behind the place where that time is missing.
      t.ok(
        [off, off + lostMs].some((one) => one > -60 && one < 100 + still),
        `${side}: found ${Math.round(off)} ms from where it was said, ${lostMs} ms not written${meanwhile}`,
      )
    }
    const lostMs = await lostIn(dirname(first.path), first.segment, first.startedAt)
    t.ok(Math.abs(first.endedAt - first.startedAt - lostMs - (await readWav(first.path)).length / 8) < 2)
  }
  const [first, second] = pieces.filter((one) => one.side === 'rx')
  if (!first || !second) return
  const head = await readWav(first.path)
  const rest = await readWav(second.path)
  const spoken = (samples: Float32Array, from: number) =>
    tonesIn(samples.subarray(from * 8, from * 8 + 800), [HANDHELD]).length
  const { still, meanwhile } = machine.since(began)
  const moments = Array.from({ length: 8 }, (_, i) => across + 100 + 50 * i).filter((at) => at < ended - 100)
  const earlier = Array.from({ length: 1 + Math.ceil(still / 20) }, (_, i) => 20 * i)
  const isKept = (at: number) =>
    (at + 100 < first.endedAt && earlier.some((by) => spoken(head, at - first.startedAt - by))) ||
    (at > second.startedAt && earlier.some((by) => spoken(rest, at - second.startedAt - by)))
  const torn = moments.filter((at) => !isKept(at)).map((at) => Math.round(at - across))
  t.ok(torn.length * 50 <= still, `not kept of what was said across the cut: ${torn.join() || 'nothing'}${meanwhile}`)
})

t.test('two campuses patched: each hears the other, and nobody hears himself', async (t) => {
  const lab = await radioLab(t)
  const [g1, g2] = [await gateway(t, lab, 'old'), await gateway(t, lab, 'new')]
  const desk = station(t, lab)
  desk.media.want([wish('old'), wish('new')])
  const up1 = await fact(desk, 'up', { port: 'old' })
  const up2 = await fact(desk, 'up', { port: 'new' })
  const [air1, air2] = [await onAir(g1), await onAir(g2)]
  const agent = await console_(t, lab, desk, 'r9001', 0)
  const leg = await (await agent.call('radio-new')).until('talking')
  for (const [from, to, epoch, fromEpoch, port, source] of [
    [air1, air2, up2.epoch, up1.epoch, 'new', 'old'],
    [air2, air1, up1.epoch, up2.epoch, 'old', 'new'],
  ] as const) {
    from.sound.tone = HANDHELD
    from.sound.mute = false
    await wait(100)
    const voice = { kind: 'port' as const, port: source }
    await desk.media.key({ port, epoch, voice, ...LEASE })
    await until('the other campus hears it', () => to.sound.hears(ALL).includes(HANDHELD))
    if (port === 'new') await until('its console too', () => leg.sound.hears(ALL).includes(HANDHELD))
    t.equal(await packets(from, 1_000), 0, 'nothing goes back to who speaks')
    from.sound.mute = true
    await desk.media.unkey({ port, epoch, voice, tailMs: 0 })
    await wait(60)
    t.equal(await packets(to, 1_000), 0)
    for (const [one, of] of [
      [port, epoch],
      [source, fromEpoch],
    ] as const)
      await desk.media.rxGate({ port: one, epoch: of, open: true })
  }
})

t.test('another voice takes the carrier over without a gap, and an announcement is spoken to its end', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old')])
  const { epoch } = await fact(desk, 'up')
  const air = await onAir(g)
  const voices = []
  for (const [name, tone] of [
    ['r9001', AGENT],
    ['r9002', 440],
  ] as const) {
    const agent = await console_(t, lab, desk, name, tone)
    await (await agent.call('radio-old')).until('talking')
    const { channel } = await fact(desk, 'leg', { where: (f) => f.station === name })
    voices.push({ kind: 'leg' as const, channel })
  }
  const [one, other] = voices
  if (!one || !other) return t.fail('two consoles')
  await desk.media.key({ port: 'old', epoch, voice: one, ...LEASE })
  await until('the first is heard', () => air.sound.hears(ALL).includes(AGENT))
  await desk.media.pass({ port: 'old', epoch, from: one, to: other })
  t.ok((await packets(air, 700)) >= 33, 'no gap')
  t.same(air.sound.hears(ALL), [440])

  const path = join(lab.pbx.instance.base, 'spool/tmp/words')
  await writeFile(`${path}.wav`, asWav8k({ hertz: CALLER, seconds: 1 }))
  const sound = { kind: 'sound' as const, path }
  await desk.media.pass({ port: 'old', epoch, from: other, to: sound })
  await until('it is heard', () => air.sound.hears(ALL).includes(CALLER))
  t.match(await fact(desk, 'sound-ended'), { port: 'old', ok: true })
  await desk.media.unkey({ port: 'old', epoch, voice: sound, tailMs: 100 })
  await wait(60)
  t.equal(await packets(air, 1_000), 0)
  await desk.media.key({ port: 'old', epoch, voice: { kind: 'sound', path: `${path}-missing` }, ...LEASE })
  t.match(await fact(desk, 'sound-ended', { where: (f) => !f.ok }), { ok: false })
  await desk.media.unkey({ port: 'old', epoch, voice: sound, tailMs: 0 })
  t.ok((await readFile(`${path}.wav`)).length > 0)
})

t.test('a caller on the telephone speaks with a handheld, and only while let in', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old')])
  const { epoch } = await fact(desk, 'up')
  const air = await onAir(g)
  const phone = await lab.phone('d8121', { tone: CALLER })
  const other = await lab.phone('d8122', { tone: 350 })
  const call = await phone.call('d8122')
  await (await other.nextCall()).until('talking')
  await call.until('talking')
  const list = await lab.pbx.rx('core show channels concise')
  const callChannel =
    list
      .split('\n')
      .find((line) => line.startsWith('PJSIP/d8121'))
      ?.split('!')
      .at(-1) ?? ''
  const { channel } = await desk.media.joinPhone({ port: 'old', epoch, callChannel })
  const voice = { kind: 'phone' as const, channel }
  await wait(500)
  t.equal(await packets(air, 500), 0)
  await desk.media.key({ port: 'old', epoch, voice, ...LEASE })
  await until('the caller is heard on the air', () => air.sound.hears([CALLER, 350]).includes(CALLER))
  t.same(air.sound.hears([CALLER, 350]), [CALLER], 'the agent’s phone is not')
  await desk.media.unkey({ port: 'old', epoch, voice, tailMs: 0 })
  await desk.media.rxGate({ port: 'old', epoch, open: true })
  air.sound.tone = HANDHELD
  air.sound.mute = false
  await until('the caller hears the handheld', () => call.sound.hears([HANDHELD, 350]).includes(HANDHELD))
  t.ok(call.sound.hears([HANDHELD, 350]).includes(350), 'and the agent still')
  await desk.media.leavePhone({ port: 'old', channel })
  await until('the handheld is gone from the call', () => !call.sound.hears([HANDHELD, 350]).includes(HANDHELD))
})

/** Milliseconds from the start at which a tone begins, looked for from `from` on. */
function firstAt(samples: Float32Array, hertz: number, from: number): number {
  for (let at = Math.max(0, from); at * 8 + 160 <= samples.length; at += 5)
    if (loudness(samples.subarray(at * 8, at * 8 + 160), hertz) > 0.05) return at + 10
  return Number.NaN
}
