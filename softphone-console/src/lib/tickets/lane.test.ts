import t from 'tap'
import { Lane } from './lane.ts'

t.test('an answered call lays its ticket on top and closes nothing', async (t) => {
  const lane = new Lane()
  lane.show('writing')
  lane.call('c1', 'new')
  t.same([lane.on, lane.open], ['new', ['writing', 'new']])
})

t.test('later frames of the same call do not pull the lane away from what is being written', async (t) => {
  const lane = new Lane()
  lane.call('c1', 't1')
  lane.show('other')
  lane.call('c1', 't1')
  t.equal(lane.on, 'other')
})

t.test('a call joined to another ticket takes the lane there, and its empty ticket is put away', async (t) => {
  const lane = new Lane()
  lane.call('c1', 'empty')
  lane.call('c1', 'same-fault')
  t.same([lane.on, lane.open], ['same-fault', ['same-fault']])
})

t.test('putting the last one away shows the list', async (t) => {
  const lane = new Lane()
  lane.show('a')
  lane.show('b')
  lane.away('b')
  t.equal(lane.on, 'a')
  lane.away('a')
  t.equal(lane.on, null)
})

t.test('what lay open is open again after a reload', async (t) => {
  let kept: { open: readonly string[]; on: string | null } | null = null
  const keep = {
    read: () => kept && { open: [...kept.open], on: kept.on },
    write: (lane: { open: readonly string[]; on: string | null }) => {
      kept = lane
    },
  }
  new Lane(keep).show('a')
  const again = new Lane(keep)
  t.same([again.on, again.open], ['a', ['a']])
})
