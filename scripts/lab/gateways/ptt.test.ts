import t from 'tap'
import { Ptt, type PttChange, type PttProfile } from './ptt.ts'

/** Packets each 20 ms from `from` until `to`, then time goes on to `end`. */
function run(profile: Partial<PttProfile>, spans: { from: number; to: number; db?: number }[], end: number): string[] {
  const ptt = new Ptt(profile)
  const changes: PttChange[] = []
  for (const { from, to, db = -20 } of spans) for (let at = from; at < to; at += 20) changes.push(...ptt.packet(at, db))
  changes.push(...ptt.pass(end))
  return changes.map(({ at, keyed, why }) => `${at} ${keyed ? 'keyed' : 'unkeyed'} ${why}`)
}

t.test(
  'a gateway keyed by packets is keyed from the first until 60 ms after the last, however silent they are',
  async (t) => {
    t.same(run({}, [{ from: 1_000, to: 2_000, db: -100 }], 9_000), ['1000 keyed packets', '2040 unkeyed quiet'])
    t.same(
      run(
        {},
        [
          { from: 0, to: 100 },
          { from: 130, to: 200 },
        ],
        900,
      ),
      ['0 keyed packets', '250 unkeyed quiet'],
      'a gap of 50 ms is no end',
    )
    t.same(
      run(
        {},
        [
          { from: 0, to: 20 },
          { from: 80, to: 100 },
        ],
        900,
      ),
      ['0 keyed packets', '60 unkeyed quiet', '80 keyed packets', '140 unkeyed quiet'],
    )
  },
)

t.test('a gateway keyed by voice wants 50 ms of it, and lets go 500 ms after', async (t) => {
  const vox = { mode: 'vox' as const }
  t.same(run(vox, [{ from: 0, to: 1_000 }], 5_000), ['40 keyed voice', '1480 unkeyed quiet'])
  t.same(run(vox, [{ from: 0, to: 40 }], 5_000), [], 'a click keys nobody')
  t.same(run(vox, [{ from: 0, to: 5_000, db: -60 }], 9_000), [], 'nor does silence, for ever')
  t.same(
    run(
      vox,
      [
        { from: 0, to: 200 },
        { from: 200, to: 600, db: -70 },
        { from: 600, to: 800 },
      ],
      5_000,
    ),
    ['40 keyed voice', '1280 unkeyed quiet'],
    'a breath between words does not drop it',
  )
})

t.test('a gateway keyed by digits holds until its other digits come, or no packet does', async (t) => {
  const ptt = new Ptt({ mode: 'dtmf', on: '*1', off: '*0' })
  const all: PttChange[] = []
  for (let at = 0; at < 3_000; at += 20) {
    all.push(...ptt.packet(at, -30))
    if (at === 100) all.push(...ptt.digit(at, '*'))
    if (at === 200) all.push(...ptt.digit(at, '1'))
    if (at === 2_000) all.push(...ptt.digit(at, '*'))
    if (at === 2_100) all.push(...ptt.digit(at, '0'))
  }
  t.match(all, [
    { at: 200, keyed: true },
    { at: 2_100, keyed: false, why: 'digits' },
  ])

  const slow = new Ptt({ mode: 'dtmf' })
  t.same([...slow.digit(0, '*'), ...slow.digit(1_500, '1')], [], 'digits too far apart are no order')

  const lost = new Ptt({ mode: 'dtmf', rtpLossMs: 1_000 })
  lost.packet(0, -30)
  lost.digit(0, '*')
  t.match(
    [...lost.digit(10, '1'), ...lost.pass(5_000)],
    [{ keyed: true }, { at: 1_010, keyed: false, why: 'rtp_lost' }],
  )

  const blind = new Ptt({ mode: 'dtmf', rtpLossMs: 0, timeOutMs: 30_000 })
  blind.digit(0, '*')
  blind.digit(10, '1')
  t.match(blind.pass(60_000), [{ at: 30_010, keyed: false, why: 'time_out' }], 'such a gateway only has its time-out')
})

t.test('the time-out cuts, and the key must be let go before it works again', async (t) => {
  t.same(
    run(
      { timeOutMs: 1_000 },
      [
        { from: 0, to: 3_000 },
        { from: 4_000, to: 4_100 },
      ],
      9_000,
    ),
    ['0 keyed packets', '1000 unkeyed time_out', '4000 keyed packets', '4140 unkeyed quiet'],
  )
})

t.test('when the call ends or the power goes the carrier falls at once', async (t) => {
  const ptt = new Ptt()
  ptt.packet(0, -20)
  t.match(ptt.drop(10, 'call_ended'), [{ at: 10, keyed: false, why: 'call_ended' }])
  t.same(ptt.drop(20, 'power_lost'), [], 'and only once')
})
