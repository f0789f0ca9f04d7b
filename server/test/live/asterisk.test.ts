import t from 'tap'
import { desk, isCurrent, phones, until } from './exchange.ts'

t.test('a ward rings, a desk phone answers, and the call is there with its legs and its talk', async (t) => {
  const lab = await phones(t)
  const { db, server } = await desk(t, lab)
  await lab.phone('d8121', { afterMs: 600 })
  await until('the wires are well', () => isCurrent(server))

  const ward = await lab.wards.placeCall({
    campus: 'new',
    dialled: '8102',
    from: '62041',
    name: '心内科',
    forSeconds: 6,
  })
  await ward.answered
  await ward.ended
  await until('the call ended', () => server.events.some((event) => event.type === 'call.ended'))

  t.same(
    server.events.map((event) => event.type),
    [
      'call.arrived',
      'call.identified',
      'call.queued',
      'call.offered',
      'call.offer-ended',
      'call.answered',
      'call.leg-ended',
      'call.ended',
    ],
  )
  const call = await db('calls').first()
  t.match(call, { state: 'ended', outcome: 'answered', ended_by: 'caller', ani: '62041', dialled: '8102' })
  t.equal(call.recovered, false, 'heard live')
  const talks = await db('leg_talks')
  t.equal(talks.length, 2, 'both sides stood in a bridge once')
  t.ok(talks.every((talk) => talk.to_at > talk.from_at))
  t.match(server.asterisk.figures(), { ami_connected: 1 })
  t.comment(`event to commit: ${JSON.stringify(server.asterisk.figures().event_to_commit_ms)}`)
})
