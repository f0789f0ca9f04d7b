import t from 'tap'
import type { Emergency } from '../engine/words.ts'
import { ShownEmergencies } from './shown.ts'

const noon = Date.parse('2026-12-01T12:00:00Z')
const emergency = (id: string): Emergency => ({
  ...{ id, port: 'old', unit: '07', raw: null, talker: null, ackedBy: null, overId: null },
  raisedAt: noon,
  ackedAt: null,
})

t.test('an emergency is shown at once, acknowledged and gone as the engine tells it', async (t) => {
  const shown = new ShownEmergencies()
  shown.raised(emergency('one'))
  shown.raised(emergency('two'))
  t.match(shown.all(), [
    { emergencyId: 'one', raisedAt: '2026-12-01T12:00:00.000Z', ticketId: null },
    { emergencyId: 'two', ackedAt: null },
  ])
  shown.acknowledged({ id: 'two' }, new Date(noon + 5_000))
  t.match(shown.all(), [{ ackedAt: null }, { ackedAt: '2026-12-01T12:00:05.000Z' }])
  shown.cleared({ id: 'two' })
  t.match(shown.all(), [{ emergencyId: 'one' }])
})

t.test('one that is told twice is shown once, and the rows have the last word', async (t) => {
  const shown = new ShownEmergencies()
  shown.raised(emergency('one'))
  shown.raised(emergency('one'))
  t.equal(shown.all().length, 1)
  shown.set([])
  t.same(shown.all(), [])
})
