/** A call that stands without sound is seen on a real exchange, and a supervisor's word ends it there. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { makeAri } from '../../asterisk/ari/ari.ts'
import { makeMeters } from '../../asterisk/meters.ts'
import { makeSilence, packetsBy } from '../../asterisk/sip/silence.ts'
import { endCall, legsOf, openCalls } from '../../calls/index.ts'
import { append } from '../../db/index.ts'
import { aboutCall } from '../../tickets/index.ts'
import { desk, isCurrent, log, phones, until } from './exchange.ts'

t.setTimeout(120_000)

const HOUR = 60 * 60_000

t.test('a call is silent when no packet of either side came for an hour, and is ended by a supervisor', async (t) => {
  const lab = await phones(t)
  const { db, server } = await desk(t, lab)
  const phone = await lab.phone('d8121', { afterMs: 100 })
  await until('the wires are well', () => isCurrent(server))
  const ward = await lab.stranger({ address: '127.0.0.12' })
  const call = await ward.call('8102')
  await call.until('talking')
  const row = await until('it is answered', () => db('calls').whereNotNull('answered_at').first())
  const channels = [row.root_uniqueid, ...(await legsOf(db, row.id)).map(({ uniqueid }) => uniqueid)]

  const { host, httpPort } = lab.settings.pbx
  const up = Promise.withResolvers<void>()
  const ari = makeAri({
    ...{ host, port: httpPort, user: 'desk', secret: lab.settings.secrets.ari },
    meters: makeMeters(),
    log,
    onUp: up.resolve,
  })
  ari.start()
  t.teardown(() => ari.stop())
  await up.promise
  let now = Date.now() + HOUR
  const gone: string[] = []
  const silence = makeSilence({
    open: async () => [{ id: row.id, arrivedAt: row.arrived_at, channels }],
    heard: packetsBy(ari),
    gone: (callId) => gone.push(callId),
    now: () => now,
  })
  const silent = async () => {
    await silence.look()
    return silence.silent().map(({ callId }) => callId)
  }
  t.same(await silent(), [], 'the ward speaks')
  now += HOUR
  await wait(200)
  t.same(await silent(), [], 'and goes on speaking')
  // Asterisk itself gives a desk phone up after four seconds; the look is done by then.
  for (const one of [call, ...phone.calls]) one.sound.mute = true
  await wait(300)
  t.same(await silent(), [])
  now += HOUR
  t.same(await silent(), [row.id], 'no packet for an hour')
  t.equal(await packetsBy(ari)('1.1'), undefined, 'a channel that is not there')

  const people = await db('people').first()
  const lead = {
    ...{ personId: people.id, organisationId: people.organisation_id, sessionId: 's', name: 'lead', station: null },
    grants: [{ role: 'supervisor' as const, campus: 'new', line: 'it' }],
  }
  await db.transaction(async (tx) => append(tx, await endCall(tx, lead, row.id, aboutCall)))
  await until(
    'the exchange has hung up',
    () => call.state === 'ended' && phone.calls.every((one) => one.state === 'ended'),
  )
  await until('the call is over', async () => (await openCalls(db, 1)).length === 0)
  await silence.look()
  t.same(gone, [row.id], 'its channels are gone')
})
