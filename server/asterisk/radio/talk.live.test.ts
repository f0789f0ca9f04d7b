/** Who hears whom, by tones: consoles, other ports, a caller, announcements; and what is kept of it. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { asWav8k } from '../../../scripts/asterisk/sound-file.ts'
import { loudness, readWav, secondsOf, tonesIn } from '../../../scripts/asterisk/tones.ts'
import type { MediaFact } from '../../radio/index.ts'
import { console_, fact, gateway, onAir, packets, radioLab, station, until, wish } from './test-lab.ts'
import { lostIn } from './times.ts'

t.setTimeout(240_000)

const AGENT = 700
const HANDHELD = 1500
const CALLER = 1000
const ALL = [AGENT, HANDHELD, CALLER, 440]
const LEASE = { leaseMs: 4_000 }

const heardOf = (facts: MediaFact[], port: string) =>
  facts.flatMap((one) => (one.type === 'heard' && one.port === port ? [one] : []))

t.test('a handheld is heard by the console and by the server, from its first packet to its last', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old')])
  const up = await fact(desk, 'up')
  const air = await onAir(g)
  const agent = await console_(t, lab, desk, 'r9001', 0)
  const leg = await (await agent.call('radio-old')).until('talking')
  await fact(desk, 'leg')
  await wait(500)
  t.same(heardOf(desk.facts, 'old'), [], 'nothing sent, nothing heard')

  air.sound.tone = HANDHELD
  const keyed = Date.now()
  air.sound.mute = false
  await wait(1_000)
  t.same(leg.sound.hears(ALL), [HANDHELD])
  air.sound.mute = true
  const letGo = Date.now()
  await wait(500)
  const heard = heardOf(desk.facts, 'old')
  const [first, last] = [heard.at(0), heard.at(-1)]
  t.ok(first && first.at - keyed < 80, `first after ${first && first.at - keyed} ms`)
  t.ok(last && last.at - letGo < 150, `last after ${last && last.at - letGo} ms`)
  t.ok(heard.length > 45 && heard.length < 60, `${heard.length} packets of 20 ms`)
  const sound = Float32Array.from(
    heard.flatMap(({ samples }) => [...samples]),
    (sample) => sample / 32_768,
  )
  t.same(tonesIn(sound, ALL), [HANDHELD])

  const before = desk.facts.length
  await desk.media.rxGate({ port: 'old', epoch: up.epoch, open: false })
  air.sound.mute = false
  await wait(800)
  t.same(leg.sound.hears(ALL), [], 'a stuck receiver is kept from the consoles')
  t.ok(heardOf(desk.facts.slice(before), 'old').length > 30, 'and is still known to the server')
  await desk.media.rxGate({ port: 'old', epoch: up.epoch, open: true })
  await until('heard again', () => leg.sound.hears(ALL).includes(HANDHELD))
  air.sound.mute = true

  air.press('7')
  air.sound.mute = false
  t.match(await fact(desk, 'digit'), { port: 'old', digit: '7' })
})

t.test('a gateway that begins a new stream in the midst of it all is heard again within a second', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old', { record: true })])
  await fact(desk, 'up')
  const air = await onAir(g)
  const agent = await console_(t, lab, desk, 'r9001', 0)
  const leg = await (await agent.call('radio-old')).until('talking')
  air.sound.tone = HANDHELD
  for (const first of [30_000, 100, 65_000, 40_000, 9_000]) {
    air.sound.restart(first)
    air.sound.mute = false
    await wait(300)
    const from = Date.now()
    await until(`heard at the console from ${first} on`, () => leg.sound.hears(ALL).includes(HANDHELD), 2_000)
    await until(
      'and by the server',
      () =>
        heardOf(desk.facts, 'old')
          .at(-1)
          ?.samples.some((one) => one !== 0),
      2_000,
    )
    t.comment(`${first}: heard ${Date.now() - from + 300} ms after it began`)
    air.sound.mute = true
    await wait(800)
  }
  t.equal(desk.facts.filter(({ type }) => type === 'down').length, 0)
  await desk.media.cutRecording('old')
  const kept = desk.facts.flatMap((one) => (one.type === 'segment' && one.side === 'rx' ? [one.path] : []))
  const seconds = await Promise.all(kept.map((path) => secondsOf(path, HANDHELD)))
  t.ok(seconds.filter((one) => one > 0).length >= 2, `heard in the pieces: ${seconds.join(', ')} s`)
})

t.test('what a console presses or holds is never on the air of a port at rest', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old')])
  const up = await fact(desk, 'up')
  const air = await onAir(g)
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  const leg = await (await agent.call('radio-old')).until('talking')
  const { channel } = await fact(desk, 'leg')
  const before = air.sound.packetsHeard
  for (const digit of '1#5') {
    leg.press(digit)
    await wait(300)
  }
  await leg.tell('INVITE', [])
  await wait(1_000)
  t.equal(air.sound.packetsHeard - before, 0)
  await desk.media.key({ port: 'old', epoch: up.epoch, voice: { kind: 'leg', channel }, ...LEASE })
  await until('on the air', () => air.sound.packetsHeard > before + 5)
  await desk.media.unkey({ port: 'old', epoch: up.epoch, voice: { kind: 'leg', channel }, tailMs: 0 })
  await wait(60)
  leg.press('9')
  t.equal(await packets(air, 1_000), 0)
  await desk.media.sendDigits({ port: 'old', epoch: up.epoch, digits: '12' })
  t.ok((await packets(air, 1_000)) > 0, 'a gateway keyed by digits gets them')
  t.equal(await packets(air, 1_000), 0)
})

t.test('both sides are kept whole, each second at its place, across a cut', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old', { record: true })])
  const up = await fact(desk, 'up')
  const air = await onAir(g)
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  await (await agent.call('radio-old')).until('talking')
  const { channel } = await fact(desk, 'leg')
  const order = { port: 'old', epoch: up.epoch, voice: { kind: 'leg' as const, channel } }
  await wait(2_000)
  const rx: number[] = []
  const tx: number[] = []
  air.sound.tone = HANDHELD
  const say = async () => {
    rx.push(Date.now())
    air.sound.mute = false
    await wait(500)
    air.sound.mute = true
    await wait(700)
    tx.push(Date.now())
    await desk.media.key({ ...order, ...LEASE })
    await wait(500)
    await desk.media.unkey({ ...order, tailMs: 0 })
    await wait(300)
  }
  await say()
  // spoken across the cut: it stands in both pieces
  const across = Date.now()
  air.sound.mute = false
  await wait(300)
  await desk.media.cutRecording('old')
  await wait(300)
  air.sound.mute = true
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
      const onset = firstAt(samples, tone, (at ?? 0) - piece.startedAt - 400)
      const off = piece.startedAt + onset - (at ?? 0)
      t.ok(off > -60 && off < 100, `${side}: found ${Math.round(off)} ms from where it was said`)
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
  for (let at = across + 100; at < across + 500; at += 50)
    t.ok(
      (at + 100 < first.endedAt && spoken(head, at - first.startedAt)) ||
        (at > second.startedAt && spoken(rest, at - second.startedAt)),
      `${at - across} ms into it`,
    )
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
