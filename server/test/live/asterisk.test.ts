import { createHash, randomUUID } from 'node:crypto'
import t from 'tap'
import { startAsterisk } from '../../../scripts/asterisk/index.ts'
import { watchMachine } from '../../../scripts/lab/stood-still.ts'
import { legsOf } from '../../calls/index.ts'
import { type Db, settled, type Wish, wish } from '../../db/index.ts'
import { cable, desk, isCurrent, phones, startServer, until } from './exchange.ts'

t.setTimeout(300_000)

/** What is promised within seconds is promised of a machine that runs. */
const machine = await watchMachine()
t.teardown(() => machine.close())

const ward = { campus: 'new', dialled: '8102', from: '62041', name: '心内科' } as const
const wishes = async (db: Db, one: Wish) => {
  const id = await db.transaction((tx) => wish(tx, 1, one))
  return settled(db, id, 20_000)
}
const outcomes = async (db: Db) => (await db('calls').orderBy('arrived_at')).map((call) => call.outcome)

t.test('a day at the exchange', async (t) => {
  const lab = await phones(t)
  const { db, server } = await desk(t, lab)
  await lab.phone('d8121', { afterMs: 600 })
  await until('the wires are well', () => isCurrent(server))
  const ended = (count: number) =>
    until(
      `${count} calls have ended`,
      async () => (await db('calls').where({ state: 'ended' })).length >= count,
      40_000,
    )

  await t.test('a ward rings, a desk phone answers, and the call is there with its legs and its talk', async (t) => {
    const placed = await lab.wards.placeCall({ ...ward, forSeconds: 5 })
    await placed.ended
    await ended(1)
    const types = server.events.map((event) => event.type)
    t.same(types.slice(0, 6), [
      'call.arrived',
      'call.identified',
      'call.queued',
      'call.offered',
      'call.offer-ended',
      'call.answered',
    ])
    const call = await db('calls').first()
    t.match(call, { outcome: 'answered', ended_by: 'caller', ani: '62041', dialled: '8102', recovered: false })
    t.ok(call.place_id, 'and the ward is known')
    const talks = await db('leg_talks')
    t.equal(talks.length, 2, 'both sides stood in a bridge once')
    t.comment(`event to commit: ${JSON.stringify(server.asterisk.figures().event_to_commit_ms)}`)
  })

  await t.test('an agent is given a phone account and a place in a queue, and both are taken away again', async (t) => {
    const password = 'a-password-for-one-shift'
    const ha1 = createHash('md5').update(`b1001:dutydesk:${password}`).digest('hex')
    // What is put right every thirty seconds must know of it, as agents/ does.
    server.wanted.stations.push('b1001')
    t.match(await wishes(db, { verb: 'push-credential', station: 'b1001', ha1, realm: 'dutydesk' }), {
      outcome: 'done',
    })
    const phone = await lab.stranger({ station: 'b1001', password })
    t.equal(await phone.register(), 200)
    await until('the registration is heard', () =>
      server.stations.some((fact) => fact.station === 'b1001' && fact.type === 'station-registered'),
    )

    const place = { queue: 'it', station: 'b1001', paused: true, reason: 'ring_untested' }
    server.wanted.members.push(place)
    t.match(await wishes(db, { verb: 'queue-add', ...place }), { outcome: 'done' })
    t.match(await lab.pbx.rx('queue show it'), /b1001.*paused:ring_untested/)
    t.match(await wishes(db, { verb: 'queue-add', ...place }), { outcome: 'done' }, 'asked twice is done twice')
    await wishes(db, { verb: 'queue-pause', station: 'b1001', paused: false, reason: '' })
    t.notMatch(await lab.pbx.rx('queue show it'), /paused/)

    Object.assign(server.wanted, { stations: [], members: [] })
    await server.asterisk.reset()
    await until('the queue is put right', async () => !/b1001/.test(await lab.pbx.rx('queue show it')))
    await until('the account is gone', async () => (await phone.register()) !== 200)
  })

  await t.test('what makes no sense is refused and says why; what came too late is never sent', async (t) => {
    t.match(await wishes(db, { verb: 'queue-pause', station: 'b4444', paused: true, reason: 'meal' }), {
      outcome: 'refused',
    })
    const evil = await wishes(db, { verb: 'queue-pause', station: 'b1001', paused: true, reason: 'x\r\nAction: y' })
    t.equal(evil.outcome, 'refused')
    const late = await db.transaction((tx) =>
      wish(tx, 1, { verb: 'set-night', line: 'it', night: 'on' }, { notAfterMs: -1 }),
    )
    t.match(await settled(db, late, 20_000), { outcome: 'expired' })
    t.notMatch(await lab.pbx.rx('devstate list'), /night-it/)
  })

  await t.test('an INVITE that the SIP parser refuses never becomes a call, and is counted', async (t) => {
    const calls = (await db('calls')).length
    const gateway = await lab.stranger({ address: '127.0.0.12' })
    gateway.send('INVITE sip:8102@127.0.0.1 SIP/2.0\r\nFrom: "no end <sip:62041@127.0.0.12>\r\n\r\n')
    await until('it is counted', () => server.asterisk.figures().counters.sip_parse_refusals_total === 1)
    t.equal((await db('calls')).length, calls)
  })

  await t.test('calling a ward back rings the agent first, and is one call of ours', async (t) => {
    const callId = randomUUID()
    const call = { callId, station: 'd8121', number: '62041', campus: 'new', line: 'it' }
    t.match(await wishes(db, { verb: 'originate', ...call, direction: 'callback' }), { outcome: 'done' })
    await until('the ward answered', async () => (await db('calls').where({ id: callId }).first())?.answered_at, 30_000)
    const leg = (await legsOf(db, callId)).find((one) => one.station === 'd8121')
    t.match(await wishes(db, { verb: 'hang-up', uniqueid: leg?.uniqueid ?? '', cause: 16 }), { outcome: 'done' })
    await ended(2)
    t.match(await db('calls').where({ id: callId }).first(), {
      direction: 'callback',
      outcome: 'answered',
      campus_id: String,
    })
  })

  await t.test('a mobile that nobody allowed is refused before the agent’s phone rings', async (t) => {
    const before = (await lab.pbx.rx('core show channels count')).match(/(\d+) calls? processed/)?.[1]
    const to = (number: string) => {
      const call = { callId: randomUUID(), station: 'd8121', number, campus: 'new', line: 'it' }
      return wishes(db, { verb: 'originate', ...call, direction: 'callback' })
    }
    t.match(await to('13811112222'), { outcome: 'refused', answer: 'mobile-not-allowed' })
    t.match(await to('01066668888'), { outcome: 'refused' })
    const after = (await lab.pbx.rx('core show channels count')).match(/(\d+) calls? processed/)?.[1]
    t.equal(after, before, 'nothing rang')
  })

  await t.test('two servers hear everything; one acts, and nothing is there twice', async (t) => {
    const second = await startServer(t, lab, db)
    await until('the second one hears', () => second.asterisk.figures().ami_connected === 1)
    t.ok(server.asterisk.acting())
    t.notOk(second.asterisk.acting())
    const placed = await lab.wards.placeCall({ ...ward, forSeconds: 5 })
    await placed.ended
    await ended(3)
    t.equal((await db('calls')).length, 3)
    const rows = await db('journal').select('body')
    const told = [...server.events, ...second.events].length
    t.equal(rows.length, told, 'each turn was told by one of them only')
    await server.asterisk.stop()
    await until('the other one acts', () => second.asterisk.acting())
    await second.asterisk.stop()
    await server.asterisk.start()
    await until('the first one acts again', () => isCurrent(server))
  })

  await t.test(
    'a call that passes while the server is away is there when it is back, marked as recovered',
    async (t) => {
      await server.asterisk.stop()
      const placed = await lab.wards.placeCall({ ...ward, forSeconds: 5 })
      await placed.ended
      await server.asterisk.start()
      await ended(4)
      t.match(await db('calls').orderBy('arrived_at', 'desc').first(), {
        recovered: true,
        outcome: 'answered',
        ended_by: 'caller',
        ani: '62041',
      })
      t.same(await outcomes(db), ['answered', 'answered', 'answered', 'answered'])
    },
  )

  await t.test('an exchange that is killed ends its calls with that reason, and the next call is heard', async (t) => {
    await until('the wires are well', () => isCurrent(server))
    const placed = await lab.wards.placeCall({ ...ward, forSeconds: 60 })
    await until('they talk', async () => (await db('calls').where({ state: 'talking' })).length === 1, 20_000)
    lab.pbx.kill()
    await lab.pbx.ended
    const killedAt = Date.now()
    lab.pbx = await startAsterisk(lab.pbx.instance)
    const backAt = Date.now()
    await until('the wires are well again', () => isCurrent(server))
    t.comment(`well ${Date.now() - backAt} ms after the exchange was`)
    await ended(5)
    const call = await db('calls').orderBy('arrived_at', 'desc').first()
    t.match(call, { outcome: 'answered', ended_by: 'pbx_restart' })
    t.ok(
      call.ended_at.getTime() <= killedAt + 2_000 + machine.stoodStill(killedAt - 2_000),
      'talk ends when the exchange died, not when it was back',
    )
    t.ok((await legsOf(db, call.id)).every((leg) => leg.endedAt))
    await placed.hangup().catch(() => undefined)
    await lab.reconnect()
    await (await lab.phone('d8122', { afterMs: 300 })).register()
    const next = await lab.wards.placeCall({ ...ward, forSeconds: 6 })
    await next.ended
    await ended(6)
    t.match(await db('calls').orderBy('arrived_at', 'desc').first(), { outcome: 'answered', recovered: false })
  })

  await t.test('a mobile that the site file or the directory allows is dialled', async (t) => {
    await lab.pbx.rx('database put allowed 13811112222 1')
    for (const [n, number] of ['13900008191', '13811112222'].entries()) {
      const callId = randomUUID()
      const call = { callId, station: 'd8122', number, campus: 'new', line: 'it' }
      t.match(await wishes(db, { verb: 'originate', ...call, direction: 'callback' }), { outcome: 'done' }, number)
      await until('it answered', async () => (await db('calls').where({ id: callId }).first())?.answered_at, 30_000)
      t.match(await db('calls').where({ id: callId }).first(), { dialled: number })
      const leg = (await legsOf(db, callId)).find((one) => one.station === 'd8122')
      await wishes(db, { verb: 'hang-up', uniqueid: leg?.uniqueid ?? '', cause: 16 })
      await ended(7 + n)
    }
  })
})

t.test('when a wire is cut', async (t) => {
  const lab = await phones(t)
  const { host, amiPort, httpPort } = lab.settings.pbx
  const ami = await cable(t, { host, port: amiPort })
  const http = await cable(t, { host, port: httpPort })
  let postgres: Awaited<ReturnType<typeof cable>> | undefined
  const { db, server } = await desk(t, lab, {
    ami,
    http,
    db: async (url) => {
      const far = new URL(url)
      postgres = await cable(t, { host: far.hostname, port: Number(far.port) })
      far.hostname = '127.0.0.1'
      far.port = String(postgres.port)
      return far.href
    },
  })
  await lab.phone('d8121', { afterMs: 300 })
  await until('the wires are well', () => isCurrent(server))
  const ended = (count: number) =>
    until(
      `${count} calls have ended`,
      async () => (await db('calls').where({ state: 'ended' })).length >= count,
      40_000,
    )
  const stateOf = (name: string) => server.asterisk.health().find(({ wire }) => wire === name)?.state
  const amiState = () => stateOf('ami')

  await t.test("an event that ARI's library does not know is counted, and nothing falls over", async (t) => {
    const text = Buffer.from(JSON.stringify({ type: 'NeverHeardOf', application: 'desk' }))
    http.slip(Buffer.concat([Buffer.from([0x81, text.length]), text]))
    await until('it is counted', () => server.asterisk.figures().counters.ari_parse_errors_total === 1)
    t.equal(stateOf('ari'), 'well')
  })

  await t.test('ARI that falls silent is known to be, its wishes wait, and are sent when it is back', async (t) => {
    http.pulled = true
    const ha1 = createHash('md5').update('b1002:dutydesk:x').digest('hex')
    server.wanted.stations.push('b1002')
    const id = await db.transaction((tx) =>
      wish(tx, 1, { verb: 'push-credential', station: 'b1002', ha1, realm: 'dutydesk' }, { notAfterMs: 60_000 }),
    )
    const pulledAt = Date.now()
    await until('it is known', () => stateOf('ari') === 'broken', 20_000)
    const ms = Date.now() - pulledAt
    const soon = machine.within(ms, 5_000)
    t.ok(soon.holds, `known after ${ms} ms${soon.meanwhile}`)
    http.pulled = false
    await until('it is well', () => isCurrent(server), 30_000)
    t.match(await settled(db, id, 20_000), { outcome: 'done' })
  })

  await t.test('a manager port that falls silent is known to be silent within five seconds', async (t) => {
    const pulledAt = Date.now()
    ami.pulled = true
    await until('it is known', () => amiState() === 'broken', 20_000)
    const ms = Date.now() - pulledAt
    const soon = machine.within(ms, 5_000)
    t.ok(soon.holds, `known after ${ms} ms${soon.meanwhile}`)
  })

  await t.test('a call that passes meanwhile shows from the record, before the wire is back', async (t) => {
    const placed = await lab.wards.placeCall({ ...ward, forSeconds: 5 })
    await placed.ended
    await ended(1)
    t.equal(amiState(), 'broken')
    t.match(await db('calls').first(), { recovered: true, outcome: 'answered', ended_by: 'caller' })
    const talks = await db('leg_talks')
    t.equal(talks.length, 2)
  })

  await t.test('plugged in again, it is well within seconds and hears the next call live', async (t) => {
    ami.pulled = false
    await until('it is well', () => isCurrent(server), 30_000)
    const placed = await lab.wards.placeCall({ ...ward, forSeconds: 5 })
    await placed.ended
    await ended(2)
    t.match(await db('calls').orderBy('arrived_at', 'desc').first(), { recovered: false, outcome: 'answered' })
  })

  await t.test('a call that passes with PostgreSQL gone is there, whole, when it is back', async (t) => {
    if (!postgres) throw new Error('no cable to PostgreSQL')
    postgres.dead = true
    await until('it no longer acts', () => !server.asterisk.acting())
    const placed = await lab.wards.placeCall({ ...ward, forSeconds: 5 })
    await placed.ended
    t.equal(amiState() === 'broken', false, 'the wire to the exchange is kept')
    postgres.dead = false
    await ended(3)
    await until('the wires are well', () => isCurrent(server))
    t.match(await db('calls').orderBy('arrived_at', 'desc').first(), { recovered: true, outcome: 'answered' })
    t.ok(
      server.asterisk.figures().counters.facts_dropped_total > 0,
      'what could not be written was dropped and counted',
    )
  })
})
