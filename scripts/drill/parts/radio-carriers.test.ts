import t from 'tap'
import type { LogEntry } from '../../lab/gateways/keyed-log.ts'
import { carriersOf } from './radio-carriers.ts'

const at = (mono: number) => ({ mono, wall: mono })
const keyed = (mono: number): LogEntry => ({
  ...{ port: 'old', ...at(mono), type: 'keyed', n: 1, why: 'packets' },
  firstPacket: at(mono),
})
const unkeyed = (mono: number): LogEntry => ({
  ...{ port: 'old', ...at(mono + 200), type: 'unkeyed', n: 1, why: 'quiet', keyedMs: 0, packets: 1, lost: 0, gaps: [] },
  firstPacket: null,
  lastPacket: at(mono),
})
const never = { stoodStill: () => 0 }
const always = { stoodStill: (from: number, to = from) => to - from }

t.test('a transmitter keyed anew is a second carrier, however soon', async (t) => {
  const log = [keyed(0), unkeyed(1_000), keyed(1_300), unkeyed(2_000)]
  t.match(carriersOf(log, never), [{ to: at(1_000) }, { from: at(1_300), to: at(2_000) }])
})

t.test('packets that were late because the machine stood still are one carrier', async (t) => {
  const log = [keyed(0), unkeyed(1_000), keyed(1_500), unkeyed(2_000)]
  t.match(carriersOf(log, always), [{ from: at(0), to: at(2_000) }])
  t.equal(carriersOf(log, { stoodStill: () => 200 }).length, 2, 'it did not stand still for so long')
  t.equal(carriersOf([keyed(0)], never)[0]?.to, undefined, 'on the air still')
})
