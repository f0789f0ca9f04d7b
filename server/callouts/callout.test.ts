import t from 'tap'
import { ackCodeFor, type CalloutAsk, decide, evolve, readAck, type Standing } from './callout.ts'
import { afterSilence } from './ladder.ts'

const FIRSTS = { aniPtt: '1', aniEmergency: '7' }

t.test('nobody answers: again, then the B role, else the crew, then the supervisor', async (t) => {
  t.same(afterSilence({ tier: 'A', tries: 1 }, { b: true, crew: true }), { do: 'again' })
  t.same(afterSilence({ tier: 'A', tries: 2 }, { b: true, crew: true }), { do: 'escalate', to: 'B' })
  t.same(afterSilence({ tier: 'A', tries: 2 }, { b: false, crew: true }), { do: 'escalate', to: 'crew' })
  t.same(afterSilence({ tier: 'A', tries: 2 }, { b: false, crew: false }), { do: 'give_up' })
  t.same(afterSilence({ tier: 'B', tries: 1 }, { b: true, crew: true }), { do: 'give_up' })
  t.same(afterSilence({ tier: 'crew', tries: 1 }, { b: true, crew: true }), { do: 'give_up' })
})

t.test('a code is an acknowledgement alone or with the handheld’s own call before or after it', async (t) => {
  t.same(readAck('243', ['343', '243'], FIRSTS), { code: '243', ani: null })
  t.same(readAck('2431007', ['243'], FIRSTS), { code: '243', ani: { id: '007', emergency: false } })
  t.same(readAck('1007243', ['243'], FIRSTS), { code: '243', ani: { id: '007', emergency: false } })
  t.same(readAck('2437007', ['243'], FIRSTS), { code: '243', ani: { id: '007', emergency: true } })
  t.equal(readAck('1007', ['243'], FIRSTS), null)
  t.equal(readAck('24', ['243'], FIRSTS), null)
  t.equal(readAck('2433', ['243'], FIRSTS), null)
})

t.test(
  'a code that lost a digit on the way counts beside a handheld’s own call, where no other is waited for',
  async (t) => {
    const torn = { code: '201', ani: { id: '007', emergency: false }, isTorn: true as const }
    for (const digits of ['011007', '211007', '201007', '100720', '100721', '100701'])
      t.same(readAck(digits, ['201'], FIRSTS), torn, digits)
    t.same(readAck('017007', ['201'], FIRSTS), { ...torn, ani: { id: '007', emergency: true } })
    t.equal(readAck('011007', ['201', '302'], FIRSTS), null, 'which one is not sure')
    t.equal(readAck('01', ['201'], FIRSTS), null, 'who it is is not known')
    t.equal(readAck('101007', ['201'], FIRSTS), null, 'the digits of another')
    t.equal(readAck('1007', ['201'], FIRSTS), null)
    t.equal(readAck('1201', ['201'], FIRSTS), null, 'only who speaks')
  },
)

t.test('a code is the ticket’s last digits when free, and never begins like a handheld’s own call', async (t) => {
  t.equal(ackCodeFor(143, new Set(), FIRSTS), '243')
  t.equal(ackCodeFor(143, new Set(['243']), FIRSTS), '343')
  const all = new Set<string>()
  for (let i = 0; i < 300; i++) all.add(ackCodeFor(i, all, { aniPtt: '2', aniEmergency: '9' }))
  t.equal(all.size, 300)
  t.notOk([...all].some((code) => /^[01279]/.test(code)))
})

t.test('a call-out is decided by what is asked of it, and ends once', async (t) => {
  const begun: Standing = { state: 'saying', tier: 'A', tries: 0, unit: '07', toPersonId: 'a' }
  const after = (row: Standing, ask: CalloutAsk): Standing | undefined => {
    const decided = decide(row, ask)
    return decided && evolve(row, decided.becomes)
  }
  const waiting = after(begun, { ask: 'said', isSaid: true, waitS: 45 })
  if (!waiting) throw new Error('it was said')
  t.match(waiting, { state: 'waiting', tries: 1 })
  t.equal(after(waiting, { ask: 'said', isSaid: true, waitS: 45 }), undefined, 'it is said once')
  const b = { unit: '09', personId: 'b' }
  t.match(after(waiting, { ask: 'silence', next: { do: 'escalate', to: 'B' }, to: b }), {
    ...{ state: 'saying', tier: 'B', tries: 0, unit: '09', toPersonId: 'b' },
  })
  const up = after(waiting, { ask: 'silence', next: { do: 'give_up' }, to: { unit: null, personId: null } })
  t.match(up, { state: 'given_up', tier: 'supervisor' })
  const click = { ask: 'acknowledge', how: 'click', unit: null, personId: null } as const
  t.match(decide(waiting, click)?.steps, [{ step: 'acknowledged', unit: '07', personId: 'a' }], 'whoever was called')
  const acknowledged = up && after(up, click)
  t.match(acknowledged, { state: 'acknowledged' }, 'a late answer counts')
  t.equal(acknowledged && after(acknowledged, { ask: 'cancel', byId: 'x' }), undefined, 'it is over')
  t.match(up && decide(up, { ask: 'cancel', byId: 'x' })?.steps, [{ step: 'taken_over', personId: 'x' }])
})
