import { readdirSync } from 'node:fs'
import t from 'tap'
import { tape } from '../test/tape.ts'
import { makeTranslator } from './ami/translate.ts'
import { bornAt, makeWitness } from './witness.ts'
import { type AmiEvent, timeOf, word } from './words.ts'

const tapes = readdirSync(new URL('../test/tapes', import.meta.url))
  .filter((name) => name.endsWith('.ami'))
  .map((name) => name.slice(0, -4))

/** A witness that knows of no channel but those that announced themselves, and hears each event when it was said. */
function sure() {
  let clock = Date.parse('2026-11-21T00:00:00Z')
  const witness = makeWitness(() => clock)
  witness.adopt([])
  clock += 10_000
  return {
    hear: (ami: AmiEvent) => {
      const at = word(ami, 'timestamp') === '' ? 0 : timeOf(ami).getTime()
      // Time goes on with what is heard, but a forged day is no day.
      if (at - clock < 20 * 86_400_000) clock = Math.max(clock, at)
      return witness.hear(ami)
    },
  }
}

/** The tape up to the first event that `fits`, and that event. */
function upTo(name: string, fits: (ami: AmiEvent) => boolean): { before: AmiEvent[]; event: AmiEvent } {
  const events = tape(name)
  const at = events.findIndex(fits)
  return { before: events.slice(0, at), event: events[at] as AmiEvent }
}

t.test('whatever a real exchange said is believed', async (t) => {
  t.ok(tapes.length > 5)
  for (const name of tapes) {
    const witness = sure()
    t.same(
      tape(name).filter((ami) => !witness.hear(ami)),
      [],
      name,
    )
  }
})

t.test('a witness that came in the middle of a call believes what is said of it', async (t) => {
  const events = tape('answered')
  const middle = events.findIndex((ami) => word(ami, 'event') === 'BridgeEnter')
  const early = makeWitness(() => Date.parse('2026-11-22T00:00:00Z'))
  t.same(
    events.slice(middle).filter((ami) => !early.hear(ami)),
    [],
    'before the channels are listed',
  )
  let clock = Date.parse('2026-11-22T00:00:00Z')
  const listed = makeWitness(() => clock)
  const standing = events
    .filter((ami) => word(ami, 'event') === 'Newchannel')
    .map((ami): AmiEvent => ({ ...ami, event: 'CoreShowChannel' }))
  listed.adopt(standing)
  clock += 60_000
  t.same(
    events.slice(middle).filter((ami) => !listed.hear(ami)),
    [],
    'and after',
  )
})

t.test('a ring of a channel that nobody dialled is refused', async (t) => {
  const { before, event } = upTo('answered', (ami) => word(ami, 'event') === 'AgentCalled')
  const witness = sure()
  for (const ami of before) witness.hear(ami)
  const forged = { ...event, destchannel: 'PJSIP/b1001-0000ffff', destuniqueid: 'x.1' }
  t.equal(witness.hear(forged), false, 'no such channel')
  const born = word(event, 'uniqueid').replace(/\.\d+$/, '.77')
  t.equal(witness.hear({ ...forged, destuniqueid: born }), false, 'though it looks like one')
  t.equal(witness.hear({ ...event, destchannel: 'PJSIP/b1001-0000ffff' }), false, 'one that is called otherwise')
  t.equal(witness.hear({ ...event, destuniqueid: word(event, 'uniqueid') }), false, 'the caller’s own')
  t.equal(witness.hear(event), true)
})

t.test('lines that a caller added to an event make a key stand twice: nothing follows from it', async (t) => {
  const { before, event } = upTo('answered', (ami) => word(ami, 'event') === 'DialBegin')
  const witness = sure()
  for (const ami of before) witness.hear(ami)
  const forged: AmiEvent = {
    ...event,
    destchannel: ['PJSIP/b1001-0000ffff', word(event, 'destchannel')],
    destuniqueid: ['x', word(event, 'destuniqueid')],
  }
  t.match(
    makeTranslator(() => ({ pbx: 1, bootId: 'b' })).call(forged),
    { station: 'b1001' },
    'the translator alone would give an agent the call',
  )
  t.equal(witness.hear(forged), false)
  t.equal(witness.hear(event), true)
})

t.test('an event that was cut short, and the one that took its rest, are refused', async (t) => {
  const { before, event } = upTo('answered', (ami) => word(ami, 'event') === 'BridgeEnter')
  const witness = sure()
  for (const ami of before) witness.hear(ami)
  const { channel, channelstate, chanvariable, uniqueid, linkedid, ...rest } = event
  t.equal(witness.hear({ event: 'NewCallerid', channel, channelstate, calleridnum: '6' }), false)
  t.equal(witness.hear({ ...rest, channel, chanvariable, uniqueid, linkedid, event: 'Hangup' }), false)
  t.equal(witness.hear(event), true, 'what comes after is believed again')
})

t.test('an end before the beginning, and one far ahead, are refused', async (t) => {
  const { before, event } = upTo('answered', (ami) => word(ami, 'event') === 'Hangup')
  const witness = sure()
  for (const ami of before) witness.hear(ami)
  t.equal(witness.hear({ ...event, timestamp: '1.1' }), false, 'in 1970')
  const born = (bornAt(word(event, 'uniqueid')) as number) / 1_000
  t.equal(witness.hear({ ...event, timestamp: `${born - 301}.000000` }), false)
  t.equal(witness.hear({ ...event, timestamp: `${born + 40 * 86_400}.000000` }), false)
  t.equal(
    witness.hear({ ...event, chanvariable: { DESK_CALL: 'd3b07384-d9a0-4c9b-8f6e-0c9d3f1f2a11' } }),
    false,
    'for another call',
  )
  t.equal(witness.hear(event), true)
})

t.test('a channel that announces itself twice is refused; what answers no channel is let by', async (t) => {
  const { before, event } = upTo('answered', (ami) => word(ami, 'event') === 'Newchannel')
  const witness = sure()
  for (const ami of before) witness.hear(ami)
  t.equal(witness.hear(event), true)
  t.equal(witness.hear(event), false)
  t.equal(witness.hear({ event: 'OriginateResponse', uniqueid: '<null>', channel: 'PJSIP/b1001' }), true)
  t.equal(witness.hear({ event: 'ContactStatus', aor: 'd8121' }), true)
})
