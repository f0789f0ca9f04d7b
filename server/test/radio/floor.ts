/** A port and a patch on a pretended exchange, for the floor's tests. */

import { makeFloor } from '../../radio/floor/floor.ts'
import { join } from '../../radio/floor/patch.ts'
import { type Asker, type LineTimers, PRIORITY } from '../../radio/floor/words.ts'
import type { Talker } from '../../wire/radio.ts'
import { PretendExchange } from './pretend-exchange.ts'

export const timers: LineTimers = {
  rxHangMs: 120,
  deafMs: 250,
  txLeadMs: 150,
  txTailMs: 120,
  totS: 60,
  totEmergencyS: 120,
  totPenaltyS: 2,
  rxTotS: 120,
  loopMs: 600,
}

export const talker = (name: string): Talker => ({
  kind: 'agent',
  name,
  unit: null,
  personId: name,
  how: null,
  confidence: 100,
})
export const press = (who: string, but: Partial<Asker> = {}): { type: 'request'; asker: Asker } => ({
  type: 'request',
  asker: { id: `${who}/1`, source: who, kind: 'console', prio: PRIORITY.dispatcher, talker: talker(who), ...but },
})

export function aPort(): PretendExchange {
  const radio = new PretendExchange(makeFloor('old', timers, 0))
  radio.rebuild('old')
  return radio
}

export function aPatch(): PretendExchange {
  const radio = new PretendExchange(join([makeFloor('old', timers, 0), makeFloor('new', timers, 0)], 0).floor)
  radio.rebuild('old')
  radio.rebuild('new')
  return radio
}

/** Somebody holds the key down for so long; the heartbeat goes with it. */
export function hold(radio: PretendExchange, id: string, ms: number): void {
  for (let passed = 0; passed < ms; passed += 250) {
    radio.tell({ type: 'held', id })
    radio.run(Math.min(250, ms - passed))
  }
}
export const carrier = (radio: PretendExchange, port: string, on: boolean) =>
  radio.tell({ type: 'carrier', port, on, since: radio.now })
export const answers = (radio: PretendExchange) =>
  radio.of('answer').map(({ id, answer }) => `${id} ${answer.result}${'why' in answer ? ` ${answer.why}` : ''}`)
export const ends = (radio: PretendExchange) => radio.of('end-over').map(({ port, endedBy }) => `${port} ${endedBy}`)
