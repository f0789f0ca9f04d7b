import t from 'tap'
import type { CalloutStep, CalloutView } from '../../wire.ts'
import { calledUnit, isUnsettled, lacksName } from './callouts.ts'

const step = (but: Partial<CalloutStep>): CalloutStep => ({
  at: '2026-11-30T00:00:00Z',
  step: 'said',
  to: 'A',
  unit: null,
  personId: null,
  how: null,
  ...but,
})
const callout = (state: CalloutView['state'], steps: CalloutStep[] = []): CalloutView => ({
  calloutId: 'c',
  ticketId: 't',
  port: 'old',
  state,
  text: '',
  ackCode: '243',
  steps,
  waitUntil: null,
})

t.test('a call-out stays on its ticket until somebody is named, or a supervisor has taken it over', async (t) => {
  const unknown = step({ step: 'acknowledged', how: 'dtmf' })
  for (const one of [callout('saying'), callout('waiting'), callout('given_up'), callout('acknowledged', [unknown])])
    t.ok(isUnsettled(one), one.state)
  t.ok(lacksName(callout('acknowledged', [unknown])))
  for (const one of [callout('cancelled'), callout('acknowledged', [{ ...unknown, unit: '07' }])])
    t.notOk(isUnsettled(one), one.state)
})

t.test('a click on “they answered” means the one called last by number', async (t) => {
  t.equal(calledUnit(callout('waiting', [step({ unit: '07' }), step({ step: 'waiting' })])), '07')
  t.equal(calledUnit(callout('saying', [step({ unit: '07' }), step({ step: 'escalated', to: 'crew' })])), undefined)
  t.equal(calledUnit(callout('saying')), undefined)
})
