import t from 'tap'
import { makeSilence } from './silence.ts'

const MINUTE = 60_000
const NOON = Date.parse('2026-01-05T12:00:00Z')

/** An exchange with one call on two channels, at a time of the test's choice. */
function oneCall() {
  const is = {
    now: NOON,
    heard: new Map<string, number>([
      ['1.1', 0],
      ['1.2', 0],
    ]),
    gone: [] as string[],
  }
  const silence = makeSilence({
    open: async () => [{ id: 'c', arrivedAt: new Date(NOON), channels: ['1.1', '1.2'] }],
    heard: async (channel) => is.heard.get(channel),
    gone: (callId) => is.gone.push(callId),
    now: () => is.now,
  })
  return {
    is,
    async at(minutes: number): Promise<string[]> {
      is.now = NOON + minutes * MINUTE
      await silence.look()
      return silence.silent().map(({ callId, since }) => `${callId} ${(since.getTime() - NOON) / MINUTE}`)
    },
  }
}

t.test('a call of which nothing was ever heard is told once it has stood for an hour', async (t) => {
  const { at } = oneCall()
  t.same(await at(30), [])
  t.same(await at(59), [])
  t.same(await at(60), ['c 0'])
  t.same(await at(180), ['c 0'], 'and for as long as it stands')
})

t.test('sound of either side begins the hour anew', async (t) => {
  const { at, is } = oneCall()
  await at(30)
  is.heard.set('1.1', 50)
  t.same(await at(58), [])
  t.same(await at(61), [])
  is.heard.set('1.2', 1)
  t.same(await at(100), [])
  t.same(await at(159), [])
  t.same(await at(160), ['c 100'])
  is.heard.set('1.2', 2)
  t.same(await at(161), [], 'and takes the alarm back')
})

t.test('a call whose channels are all gone is told as that; one that has a channel left is not', async (t) => {
  const { at, is } = oneCall()
  is.heard.delete('1.1')
  await at(30)
  t.same(is.gone, [])
  is.heard.delete('1.2')
  t.same(await at(90), [])
  t.same(is.gone, ['c'])
})
