import t from 'tap'
import { ann, aRadio, person, sue, voice } from '../../test/pretend-radio.ts'
import { frames, mdc, mdcBits, silence } from '../../test/radio/tones.ts'
import { PRIORITY } from '../floor/words.ts'

t.test(
  'a press goes on the air with the console’s own leg, and its over is kept with its ticket and its end',
  async (t) => {
    const radio = await aRadio(t)
    const ticketId = '018f4d3a-0000-7000-8000-000000000001'
    radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old'], ticketId }, 'a')
    await radio.hold(ann, 'a', 1, 2_000)
    t.same(radio.answers('a'), ['old granted'])
    t.match(radio.view('s'), {
      ports: [{ port: 'old', carrier: 'tx', talker: { name: 'ann', kind: 'agent' } }, { carrier: 'idle' }],
    })
    radio.consoles.heard(ann, { kind: 'unptt', press: 1 }, 'a')
    await radio.clock.run(1_000)
    t.same(radio.answers('a'), ['old granted', 'old released'])
    t.match(radio.overs, [{ port: 'old', kind: 'tx', endedBy: 'released', ticketId, talker: { personId: 'ann' } }])
    t.same(radio.media.said.slice(2), ['key old r1001-on-old', 'unkey old r1001-on-old', 'rx-gate old true'])
    t.match(radio.view('a'), { ports: [{ carrier: 'idle' }, { carrier: 'idle' }] })
  },
)

t.test('a press on both campuses is answered for each, and one that fails does not stop the other', async (t) => {
  const radio = await aRadio(t)
  radio.media.down('new')
  radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old', 'new'] }, 'a')
  await radio.hold(ann, 'a', 1, 500)
  t.same(radio.answers('a').toSorted(), ['new denied offline', 'old granted'])
  radio.media.up('new')
  radio.media.refuses.add('key')
  radio.consoles.heard(ann, { kind: 'unptt', press: 1 }, 'a')
  await radio.clock.run(1_000)
  radio.consoles.heard(ann, { kind: 'ptt', press: 2, ports: ['old', 'new'] }, 'a')
  await radio.clock.run(400)
  t.same(radio.answers('a').slice(-2), ['old failed asterisk-refused', 'new failed asterisk-refused'])
  t.match(radio.view('a'), { ports: [{ noTx: 'asterisk-refused' }, { noTx: 'asterisk-refused' }] })
})

t.test('a console whose socket is gone, whose leg is gone or which falls silent is off the air', async (t) => {
  const radio = await aRadio(t)
  const cut = [
    () => radio.consoles.left('a'),
    () => radio.media.leg('old', 'r1001', false),
    () => {}, // no heartbeat any more
  ]
  for (const [press, end] of cut.entries()) {
    radio.media.leg('old', 'r1001')
    radio.consoles.heard(ann, { kind: 'ptt', press, ports: ['old'] }, 'a')
    await radio.hold(ann, 'a', press, 500)
    t.equal(radio.media.carriers.size, 1)
    end()
    await radio.clock.run(1_300)
    t.equal(radio.media.carriers.size, 0)
    t.equal(radio.overs.at(-1)?.endedBy, 'console_lost')
    await radio.clock.run(500)
  }
})

t.test('who may not key a port, or has not joined it, is told so', async (t) => {
  const radio = await aRadio(t)
  const bob = person('bob', 'b1003', 'agent', 'old')
  const eve = person('eve', null, 'agent', 'new')
  radio.seats.push([bob, 'b'], [eve, 'e'])
  radio.consoles.heard(bob, { kind: 'ptt', press: 1, ports: ['old', 'new', 'moon'] }, 'b')
  radio.consoles.heard(eve, { kind: 'ptt', press: 1, ports: ['new'] }, 'e')
  await radio.clock.run(100)
  t.same(radio.answers('e'), ['new denied not_joined'], 'without a phone there is no leg to wait for')
  await radio.clock.run(900)
  t.same(radio.answers('b').toSorted(), ['moon denied not_allowed', 'new denied not_allowed', 'old denied not_joined'])
  radio.consoles.came(bob, 'b')
  t.equal(radio.view('b')?.kind === 'radio' && radio.view('b')?.ports.length, 1, 'and sees only his campus')
})

t.test('a press that overtakes the news of its own leg goes on the air as soon as the leg is known', async (t) => {
  const radio = await aRadio(t)
  const bob = person('bob', 'b1003')
  radio.seats.push([bob, 'b'])
  radio.consoles.heard(bob, { kind: 'ptt', press: 1, ports: ['old', 'new'] }, 'b')
  await radio.hold(bob, 'b', 1, 200)
  t.same(radio.answers('b'), [])
  radio.media.leg('old', 'r1003')
  await radio.hold(bob, 'b', 1, 1_000)
  t.same(radio.answers('b'), ['old granted', 'new denied not_joined'])
  radio.consoles.heard(bob, { kind: 'unptt', press: 1 }, 'b')
  await radio.clock.run(1_000)
  t.match(radio.overs, [{ port: 'old', endedBy: 'released' }])
})

t.test('a press that waits for its leg keys nothing once it is let go, and is not waited for long', async (t) => {
  const radio = await aRadio(t)
  const bob = person('bob', 'b1003')
  radio.seats.push([bob, 'b'])
  const ends = {
    'let go': (press: number) => radio.consoles.heard(bob, { kind: 'unptt', press }, 'b'),
    'its right taken away': (press: number) =>
      radio.consoles.heard({ ...bob, grants: [] }, { kind: 'held', press }, 'b'),
    'its socket gone': () => radio.consoles.left('b'),
    'waited long enough': () => radio.clock.run(800),
  }
  for (const [press, [how, end]] of Object.entries(ends).entries()) {
    radio.consoles.heard(bob, { kind: 'ptt', press, ports: ['old'] }, 'b')
    await radio.clock.run(100)
    await end(press)
    radio.media.leg('old', 'r1003')
    await radio.clock.run(1_500)
    t.notOk(
      radio.media.said.some((one) => one.startsWith('key')),
      how,
    )
    radio.media.leg('old', 'r1003', false)
  }
  t.same(radio.answers('b'), ['old denied not_allowed', 'old denied not_joined'], 'who let go needs no answer')
})

t.test('a press that waits for its leg is not granted on a port that left its patch meanwhile', async (t) => {
  const radio = await aRadio(t)
  const bob = person('bob', 'b1003')
  radio.seats.push([bob, 'b'])
  t.equal(radio.engine.patch('p1', ['old', 'new']), null)
  radio.consoles.heard(bob, { kind: 'ptt', press: 1, ports: ['old', 'new'] }, 'b')
  await radio.engine.part('p1')
  radio.media.leg('old', 'r1003')
  await radio.hold(bob, 'b', 1, 1_000)
  t.same(radio.answers('b'), ['old denied not_joined', 'new denied not_joined'])
  t.equal(radio.media.carriers.size, 0)
})

t.test('a port that is switched off while a press waits for its leg is not keyed', async (t) => {
  const radio = await aRadio(t)
  const bob = person('bob', 'b1003')
  radio.seats.push([bob, 'b'])
  radio.consoles.heard(bob, { kind: 'ptt', press: 1, ports: ['old'] }, 'b')
  radio.engine.setPorts(radio.ports.map((port) => ({ ...port, enabled: false })))
  radio.media.leg('old', 'r1003')
  await radio.hold(bob, 'b', 1, 1_000)
  t.same(radio.answers('b'), ['old denied not_allowed'])
  t.equal(radio.media.carriers.size, 0)
})

t.test('with the control lost the key is let go at once, and is not taken up when it is back', async (t) => {
  const radio = await aRadio(t)
  radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old'] }, 'a')
  await radio.hold(ann, 'a', 1, 1_000)
  radio.media.control(false)
  await radio.hold(ann, 'a', 1, 2_500)
  t.equal(radio.media.carriers.size, 0, 'the lease ran out by itself')
  t.match(radio.overs, [{ endedBy: 'control_lost' }])
  t.match(radio.view('s'), { ports: [{ control: { state: 'lost' }, gateway: { state: 'up' } }, {}] })
  radio.media.control(true)
  radio.media.up('old')
  await radio.hold(ann, 'a', 1, 1_000)
  t.equal(radio.media.carriers.size, 0)
  t.same(radio.answers('a'), ['old granted', 'old revoked control_lost'])
})

t.test(
  'a handheld is heard, named by its burst at the end of the over, and refused agents are told its name',
  async (t) => {
    const radio = await aRadio(t, { idScheme: 'mdc1200' })
    await radio.media.hears('old', voice(600))
    t.match(radio.view('a'), { ports: [{ carrier: 'rx', talker: { kind: 'unit', how: 'unknown' } }, {}] })
    await radio.media.hears('old', frames([...mdc(mdcBits(1, 0, 0x1207)), ...silence(40)]))
    radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old'] }, 'a')
    await radio.clock.run(1_000)
    const refusal = (radio.told.get('a') ?? []).find((one) => one.kind === 'ptt')
    t.match(refusal, { answer: { result: 'denied', why: 'busy', talker: { name: 'Electrician 07' } } })
    t.match(radio.overs, [
      { kind: 'rx', endedBy: 'carrier_off', talker: { unit: '07', how: 'mdc1200', personId: 'zhang' }, raw: '1207' },
    ])
  },
)

t.test('a cry for help by burst or by digits is latched once, and two people end it', async (t) => {
  const radio = await aRadio(t, { idScheme: 'mdc1200' })
  for (let again = 0; again < 3; again += 1) {
    await radio.media.hears('old', frames([...silence(60), ...mdc(mdcBits(0, 0x80, 0x1207)), ...silence(40)]))
    await radio.clock.run(1_000)
  }
  t.same(radio.cries, ['old 07 unit_code'])
  const [one] = radio.engine.emergencies()
  t.equal(radio.engine.clear(one?.id ?? '', 'sue', 'found him'), 'not_acknowledged')
  radio.engine.acknowledge(one?.id ?? '', 'ann')
  t.equal(radio.engine.clear(one?.id ?? '', 'ann', 'found him'), 'same_person')
  t.equal(radio.engine.clear(one?.id ?? '', 'sue', 'found him'), null)
  t.same(radio.cries, ['old 07 unit_code', 'acknowledged', 'cleared'])
  t.equal(radio.engine.clear('nothing', 'sue', 'x'), 'unknown')
})

t.test('digits somebody waits for acknowledge; digits nobody waits for name the handheld', async (t) => {
  const radio = await aRadio(t, { idScheme: 'dtmf' })
  radio.waitFor('1234')
  const dial = async (digits: string) => {
    for (const digit of digits) radio.media.tell({ type: 'digit', port: 'old', at: radio.clock.now, digit })
    await radio.media.hears('old', voice(400))
    await radio.clock.run(1_500)
  }
  await dial('1234')
  t.equal(radio.overs.at(-1)?.talker?.how, 'unknown')
  await dial('1207')
  t.equal(radio.named.at(-1)?.talker?.unit, '07')
  await dial('7207')
  t.same(radio.digits, ['1234', '1207', '7207'])
  t.same(radio.cries, ['old 07 unit_code'])
})

t.test('a call for help by digits is not lost when somebody speaks over the handheld before its pause', async (t) => {
  const radio = await aRadio(t, { idScheme: 'dtmf' })
  let press = 0
  const dialled = async (digits: string) => {
    press += 1
    for (const digit of digits) radio.media.tell({ type: 'digit', port: 'old', at: radio.clock.now, digit })
    await radio.media.hears('old', voice(400))
    radio.consoles.heard(ann, { kind: 'ptt', press, ports: ['old'], override: true }, 'a')
    await radio.hold(ann, 'a', press, 2_000)
    radio.consoles.heard(ann, { kind: 'unptt', press }, 'a')
    await radio.clock.run(2_000)
  }
  await dialled('1207')
  t.same(radio.cries, [], 'a name is not taken from what may be our own')
  await dialled('7207')
  t.same(radio.cries, ['old 07 unit_code'])
})

/** Digits that come in parts, each with its own carrier, and the pause behind the last. */
async function dials(radio: Awaited<ReturnType<typeof aRadio>>, ...parts: string[]): Promise<void> {
  for (const digits of parts) {
    for (const digit of digits) radio.media.tell({ type: 'digit', port: 'old', at: radio.clock.now, digit })
    await radio.media.hears('old', voice(100))
    await radio.clock.run(300)
  }
  await radio.clock.run(2_000)
}

t.test('a call for help counts behind what another handheld left of its code', async (t) => {
  const radio = await aRadio(t, { idScheme: 'dtmf' })
  await dials(radio, '12', '1207')
  await dials(radio, '12', '7299')
  t.same(radio.cries, [], 'neither a usual call nor a number that nobody has')
  await dials(radio, '12', '7207')
  t.same([radio.digits.at(-1), radio.cries], ['127207', ['old 07 unit_code']])
})

t.test('a part of a number alarms once, and is not the handheld whose code it is', async (t) => {
  const radio = await aRadio(t, { idScheme: 'dtmf' })
  await dials(radio, '707')
  await dials(radio, '707')
  t.same(radio.cries, ['old ?07 unit_code'])
})

t.test('an announcement waits for the handheld, holds the floor, and tells when it was said', async (t) => {
  const radio = await aRadio(t)
  const announce = (path: string, waitMs = 20_000) =>
    radio.engine.announce({
      port: 'old',
      path,
      kind: 'announcement',
      prio: PRIORITY.announcement,
      talker: { kind: 'announcement', name: 'T-0143', unit: null, personId: null, how: null, confidence: 100 },
      words: 'ticket 0143',
      ticketId: null,
      waitMs,
    })
  await radio.media.hears('old', voice(300))
  const first = announce('one')
  const second = announce('two')
  await radio.media.hears('old', voice(1_000))
  t.notOk(
    radio.media.said.some((one) => one.startsWith('key')),
    'nothing over the handheld',
  )
  await radio.clock.run(1_500)
  t.match(radio.view('a'), { ports: [{ carrier: 'tx', talker: { kind: 'announcement' } }, {}] })
  radio.media.tell({ type: 'sound-ended', port: 'old', at: radio.clock.now, ok: true })
  await radio.clock.run(1_000)
  t.match(await first, { result: 'said' })
  t.match(radio.overs.at(-1), { kind: 'announcement', endedBy: 'done', words: 'ticket 0143' })
  radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old'] }, 'a')
  await radio.hold(ann, 'a', 1, 500)
  t.match(await second, { result: 'interrupted', why: 'priority' })
  const third = announce('three', 1_000)
  await radio.hold(ann, 'a', 1, 1_500)
  t.match(await third, { result: 'not_said', why: 'busy' })
})

t.test('an announcement that is cancelled is taken off the air in mid-word, or never begun', async (t) => {
  const radio = await aRadio(t)
  const announce = (path: string) => {
    const stop = new AbortController()
    const told = radio.engine.announce({
      port: 'old',
      path,
      kind: 'announcement',
      prio: PRIORITY.announcement,
      talker: { kind: 'announcement', name: 'T-0143', unit: null, personId: null, how: null, confidence: 100 },
      words: 'ticket 0143',
      ticketId: null,
      waitMs: 20_000,
      signal: stop.signal,
    })
    return { told, stop: () => stop.abort() }
  }
  const [first, second] = [announce('one'), announce('two')]
  await radio.clock.run(1_000)
  t.match(radio.view('a'), { ports: [{ carrier: 'tx', talker: { kind: 'announcement' } }, {}] })
  second.stop()
  t.match(await second.told, { result: 'not_said', why: 'cancelled' })
  first.stop()
  await radio.clock.run(1_000)
  t.match(await first.told, { result: 'interrupted', why: 'cancelled' })
  t.ok(radio.media.said.includes('unkey old one'))
  t.match(radio.overs.at(-1), { kind: 'announcement', endedBy: 'revoked' })
  t.match(radio.view('a'), { ports: [{ carrier: 'idle' }, {}] })
})

t.test('a supervisor passes over an agent; the agent’s console is told by whom', async (t) => {
  const radio = await aRadio(t)
  radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old'] }, 'a')
  await radio.hold(ann, 'a', 1, 500)
  radio.consoles.heard(sue, { kind: 'ptt', press: 1, ports: ['old'] }, 's')
  await radio.clock.run(100)
  const revoked = (radio.told.get('a') ?? []).findLast((one) => one.kind === 'ptt')
  t.match(revoked, { answer: { result: 'revoked', why: 'priority', by: 'sue' } })
  t.same(radio.answers('s'), ['old granted'])
  t.ok(radio.media.said.includes('pass old r1001-on-old r1002-on-old'))
})

t.test('patched campuses hear each other, say so on the console, and part again', async (t) => {
  const radio = await aRadio(t)
  t.equal(radio.engine.patch('p1', ['old', 'new']), null)
  t.equal(radio.engine.patch('p2', ['new', 'old']), 'already_patched')
  await radio.media.hears('old', voice(500))
  t.ok(radio.media.said.includes('key new port:old'))
  t.match(radio.view('a'), {
    ports: [
      { carrier: 'rx', patch: { patchId: 'p1', holds: 'old' } },
      { carrier: 'tx', talker: { kind: 'relay' }, patch: { ports: ['old', 'new'] } },
    ],
  })
  t.ok(await radio.engine.part('p1'))
  await radio.clock.run(3_000)
  t.equal(radio.media.carriers.size, 0)
  t.match(radio.view('a'), {
    ports: [
      { carrier: 'idle', patch: null },
      { carrier: 'idle', patch: null },
    ],
  })
})

t.test(
  'a caller on the telephone speaks to the port for ten seconds at most, and is joined to one thing only',
  async (t) => {
    const radio = await aRadio(t)
    const talker = { kind: 'phone' as const, name: 'Ward 3', unit: null, personId: null, how: null, confidence: 100 }
    const joining = radio.engine.patchPhone({ patchId: 'p1', port: 'old', callId: 'c1', callChannel: 'ward', talker })
    await radio.clock.run(50)
    t.equal(await joining, null)
    t.equal(radio.engine.patch('p2', ['old', 'new']), 'already_patched')
    const speaks = async (ms: number) => {
      for (const samples of voice(ms)) {
        radio.media.tell({ type: 'phone-heard', port: 'old', channel: 'phone-of-ward', at: radio.clock.now, samples })
        await radio.clock.run(20)
      }
    }
    await speaks(500)
    t.match(radio.view('a'), {
      ports: [{ carrier: 'tx', talker: { name: 'Ward 3' }, patch: { phoneCallId: 'c1' } }, {}],
    })
    await speaks(11_000)
    t.match(radio.overs, [{ kind: 'phone', callId: 'c1', endedBy: 'time_out' }])
    const parting = radio.engine.part('p1')
    await radio.clock.run(50)
    t.ok(await parting)
    t.ok(radio.media.said.includes('leave-phone old phone-of-ward'))
  },
)

t.test('a caller whose port goes while he is being joined is not left on it', async (t) => {
  const radio = await aRadio(t)
  const talker = { kind: 'phone' as const, name: 'Ward 3', unit: null, personId: null, how: null, confidence: 100 }
  const joining = radio.engine.patchPhone({ patchId: 'p1', port: 'old', callId: 'c1', callChannel: 'ward', talker })
  t.equal(
    await radio.engine.patchPhone({ patchId: 'p2', port: 'new', callId: 'c1', callChannel: 'ward', talker }),
    'already_patched',
    'and is joined to one port at a time',
  )
  radio.engine.setPorts(radio.ports.filter(({ port }) => port !== 'old'))
  await radio.clock.run(100)
  t.equal(await joining, 'unknown_port')
  t.ok(radio.media.said.includes('leave-phone old phone-of-ward'))
  t.equal(radio.engine.isPatched('p1'), false)
})

t.test('a port that was never commissioned is heard, and nothing at all keys it', async (t) => {
  const radio = await aRadio(t)
  radio.engine.setPorts(radio.ports.map((port) => ({ ...port, enabled: port.port !== 'new' })))
  radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['new'] }, 'a')
  t.same(radio.answers('a'), ['new denied not_allowed'])
  t.equal(radio.engine.patch('p1', ['old', 'new']), 'not_enabled')
  const said = await radio.engine.announce({
    port: 'new',
    path: '/speech/x',
    kind: 'announcement',
    prio: 30,
    talker: { kind: 'announcement', name: '', unit: null, personId: null, how: null, confidence: 100 },
    words: null,
    ticketId: null,
    waitMs: 1_000,
  })
  t.match(said, { result: 'not_said', why: 'not_enabled' })

  t.test('and one that is switched off leaves its patch', async (t) => {
    radio.engine.setPorts(radio.ports)
    t.equal(radio.engine.patch('p2', ['old', 'new']), null)
    radio.engine.setPorts(radio.ports.map((port) => ({ ...port, enabled: port.port !== 'new' })))
    t.ok(radio.engine.portsNow().every(({ patch }) => patch === null))
  })
})

t.test('a gateway keyed by digits is told to start and to stop', async (t) => {
  const radio = await aRadio(t, { pttMode: 'dtmf' })
  radio.consoles.heard(ann, { kind: 'ptt', press: 1, ports: ['old'] }, 'a')
  await radio.hold(ann, 'a', 1, 500)
  radio.consoles.heard(ann, { kind: 'unptt', press: 1 }, 'a')
  await radio.clock.run(500)
  t.same(radio.media.said.slice(2, 6), [
    'key old r1001-on-old',
    'digits old *1',
    'digits old *0',
    'unkey old r1001-on-old',
  ])
})
