import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { pretendAmi } from '../../test/pretend-ami.ts'
import { makeMeters } from '../meters.ts'
import { type AmiEvent, word } from '../words.ts'
import { type Ami, type AmiOptions, makeAmi } from './ami.ts'

const quiet = { info() {}, warn() {} }

async function until(what: () => unknown, ms = 12_000): Promise<void> {
  const end = Date.now() + ms
  while (!what()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await wait(10)
  }
}

async function wire(t: Test, but: Partial<AmiOptions> = {}) {
  const port = await pretendAmi()
  const events: AmiEvent[] = []
  const ups: number[] = []
  const downs: string[] = []
  const meters = makeMeters()
  const ami = makeAmi({
    host: '127.0.0.1',
    port: port.port,
    user: 'reader',
    secret: 'secret-of-sixteen',
    meters,
    onEvent: (event) => events.push(event),
    onUp: () => {
      ups.push(Date.now())
    },
    onDown: (why) => downs.push(why),
    log: quiet,
    pingEveryMs: 200,
    deadAfterMs: 700,
    ...but,
  })
  t.teardown(async () => {
    ami.stop()
    await port.close()
  })
  return { port, ami, events, ups, downs, meters }
}

async function up(t: Test, but: Partial<AmiOptions> = {}) {
  const all = await wire(t, but)
  all.ami.start()
  await until(() => all.ami.state().up)
  return all
}

t.test('events come as they are told, names and values of callers untouched', async (t) => {
  const { port, events } = await up(t)
  port.tell(
    'Event: Newchannel\r\nPrivilege: call,all\r\nTimestamp: 1795298618.386801\r\nCallerIDName: <script>$(id) 患者 "; drop\r\nChanVariable: DESK_CALL=x\r\n\r\n',
  )
  await until(() => events.length > 0)
  t.equal(word(events[0] as AmiEvent, 'calleridname'), '<script>$(id) 患者 "; drop')
})

t.test('a connection that is cut is made again within a second, and each time we get up to date', async (t) => {
  const { port, ups, downs } = await up(t)
  for (let i = 2; i <= 4; i++) {
    port.cut()
    await until(() => ups.length === i, 2_000)
  }
  t.equal(downs.length, 3)
})

t.test('a silent cut, with the connection still open, is found by the Ping', async (t) => {
  const { port, ups, downs } = await up(t)
  port.stalled = true
  await until(() => downs.length === 1, 3_000)
  t.match(downs[0], /silent/)
  port.stalled = false
  await until(() => ups.length === 2)
})

t.test('half a message and a cut leave nothing behind in the next connection', async (t) => {
  const { port, events, ups } = await up(t)
  port.tell('Event: Hangup\r\nUniqueid: half')
  await wait(50)
  port.cut()
  await until(() => ups.length === 2)
  port.tell('Event: Hangup\r\nPrivilege: call,all\r\nTimestamp: 1795298618.386801\r\nUniqueid: whole\r\n\r\n')
  await until(() => events.length > 0)
  t.same(
    events.map((event) => word(event, 'uniqueid')),
    ['whole'],
  )
})

t.test('garbage is counted and does no harm; a line without an end is cut off', async (t) => {
  const { port, events, ups, meters } = await up(t)
  port.tell('\r\n\r\n\u0000\u0001 nonsense\r\n: : :\r\n\r\n__proto__: x\r\nconstructor: y\r\n\r\n{"json":true}\r\n\r\n')
  port.tell('Event: Hangup\r\nPrivilege: call,all\r\nTimestamp: 1795298618.386801\r\nUniqueid: after\r\n\r\n')
  await until(() => events.some((event) => word(event, 'uniqueid') === 'after'))
  t.ok(meters.read().counters.ami_parse_errors_total > 0)
  t.equal(({} as Record<string, unknown>).x, undefined)
  port.tell('x'.repeat(1_300_000))
  await until(() => ups.length === 2)
})

t.test('an event that no Asterisk said is dropped and counted', async (t) => {
  const { port, events, meters } = await up(t)
  const said = 'Privilege: call,all\r\nTimestamp: 1795298618.386801\r\n'
  // A number that held line breaks: what follows them stands on the wire like an event.
  port.tell(`Event: Newchannel\r\n${said}CallerIDNum: 6\r\n\r\nEvent: Hangup\r\nUniqueid: forged\r\n\r\n`)
  port.tell('Event: UserEvent\r\nPrivilege: user,all\r\nUniqueid: forged\r\n\r\n')
  port.tell(`Event: Hangup\r\n${said}Uniqueid: true\r\n\r\n`)
  await until(() => events.length === 2)
  t.same(
    events.map((event) => word(event, 'uniqueid')),
    ['', 'true'],
  )
  t.equal(meters.read().counters.ami_forged_total, 2)
})

t.test('a wrong password is said to be one, and tried again in case it is put right', async (t) => {
  const { port, ami } = await wire(t)
  port.refuseLogin = true
  ami.start()
  await until(() => /login refused: Authentication failed/.test(ami.state().why ?? ''))
  t.notOk(ami.state().up)
  port.refuseLogin = false
  await until(() => ami.state().up)
})

t.test('an exchange that is not there yet is waited for, as long as it takes', async (t) => {
  const { port, ami } = await wire(t)
  await port.close()
  ami.start()
  await until(() => /ECONNREFUSED/.test(ami.state().why ?? ''))
  const later = await pretendAmi(port.port)
  t.teardown(() => later.close())
  await until(() => ami.state().up)
})

t.test('an action that nobody answers ends in an outage, never in silence', async (t) => {
  const { port, ami } = await up(t, { deadAfterMs: 60_000 })
  port.answer = () => undefined
  await t.rejects(ami.act('CoreStatus', {}, 200), { message: 'ami is down' })
})

t.test('Asterisk is believed on how long it is up, and never to have begun later than it did', async (t) => {
  const dialled = Date.now()
  const { ami, port } = await up(t)
  const bootedAt = ami.state().bootedAt?.getTime() ?? 0
  // up for 90 whole seconds at least, and for less than 91, by the time it said so
  t.ok(bootedAt >= dialled - 91_000 && bootedAt <= Date.now() - 91_000, `${dialled - bootedAt} ms before`)
  await port.close()
  await until(() => !ami.state().up)
  t.equal(ami.state().bootedAt, null)
})

t.test('an action under way when the line is cut ends at once', async (t) => {
  const { port, ami } = await up(t)
  port.answer = () => undefined
  const asked = ami.act('CoreStatus', {}, 60_000)
  asked.catch(() => undefined)
  await until(() => port.actions.some((said) => said.action === 'CoreStatus'))
  port.cut()
  await t.rejects(asked, { message: 'ami is down' })
  await t.rejects(
    ami.act('CoreStatus'),
    { message: 'ami is down' },
    'and while it is down nothing is put aside for later',
  )
})

t.test('what Asterisk refuses is a refusal with its words', async (t) => {
  const { port, ami } = await up(t, { user: 'actor' })
  port.answer = (said) => `Response: Error\r\nActionID: ${said.actionid}\r\nMessage: No such queue\r\n\r\n`
  await t.rejects(ami.act('QueueAdd', { Queue: 'it' }), { code: 'asterisk-refused', details: { why: 'No such queue' } })
})

t.test('a list is gathered to its end, and its items reach nobody else', async (t) => {
  const { port, ami, events } = await up(t)
  port.answer = ({ actionid, action }) => {
    const ok = `Response: Success\r\nActionID: ${actionid}\r\n`
    if (action !== 'QueueStatus') return `${ok}\r\n`
    const member = (n: number) => `Event: QueueMember\r\nActionID: ${actionid}\r\nName: b100${n}\r\n\r\n`
    const end = `Event: QueueStatusComplete\r\nActionID: ${actionid}\r\nEventList: Complete\r\n\r\n`
    return `${ok}EventList: start\r\n\r\n${member(1)}${member(2)}${end}`
  }
  const items = await ami.list('QueueStatus')
  t.same(
    items.map((item) => word(item, 'name')),
    ['b1001', 'b1002'],
  )
  t.same(events, [])
})

t.test('a value can never become a second action', async (t) => {
  const { port, ami } = await up(t, { user: 'actor' })
  const before = port.actions.length
  const poison = fc.constantFrom('\r\n\r\nAction: Originate', '\n', '\r', '\0', '\u2028')
  const ask = async (key: string, value: string | Record<string, string>) =>
    ami.act('QueuePause', { Interface: 'PJSIP/b1001', [key]: value }).then(
      () => 'sent',
      (error) => error.code,
    )
  await fc.assert(
    fc.asyncProperty(fc.string(), poison, fc.string(), async (a, bad, b) => {
      t.equal(await ask('Reason', a + bad + b), 'asterisk-value-refused', { bail: true })
      t.equal(await ask(`Re${bad}ason`, 'x'), 'asterisk-value-refused', { bail: true })
      t.equal(await ask('Variable', { X: a + bad + b }), 'asterisk-value-refused', { bail: true })
    }),
    { numRuns: 50 },
  )
  t.equal(port.actions.filter((said) => said.action !== 'Ping').length, before, 'nothing went out')
})

t.test('each user says only what is on its own list', async (t) => {
  const never = ['Command', 'ModuleLoad', 'Originate', 'Setvar', 'DBPut', 'MixMonitor', 'UpdateConfig', 'toString']
  for (const [user, mine, others] of [
    ['reader', 'CoreStatus', 'QueueAdd'],
    ['actor', 'QueueAdd', 'CoreShowChannels'],
  ] as const) {
    const { port, ami } = await up(t, { user, deaf: user === 'actor' })
    for (const action of [others, ...never])
      await t.rejects(ami.act(action, {}), { code: 'asterisk-value-refused', details: { field: 'action' } }, action)
    await ami.act(mine, {})
    t.same(
      port.actions.map(({ action = '' }) => action).filter((action) => !/^(login|ping)$/i.test(action)),
      [mine],
      `${user} sent nothing else`,
    )
  }
})

t.test('stopped is stopped: it dials no more', async (t) => {
  const { port, ami } = await up(t)
  ami.stop()
  const logins = port.logins
  await wait(600)
  t.equal(port.logins, logins)
  t.notOk((ami as Ami).state().up)
})
