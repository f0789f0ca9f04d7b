import t from 'tap'
import { byeEnd, ringEnd } from './ending.ts'

const quiet = { quietSince: null, silenceMs: 30_000 }

t.test('the other side hung up only when nothing says that we did', async (t) => {
  t.equal(byeEnd('Q.850;cause=16', quiet, 60_000), 'remote')
  t.equal(byeEnd(undefined, quiet, 60_000), 'remote')
  t.equal(byeEnd('Q.850;cause=44', quiet, 60_000), 'silence', 'Asterisk’s own time-out')
  t.equal(byeEnd('Q.850;cause=16', { quietSince: 30_000, silenceMs: 30_000 }, 60_000), 'silence')
  t.equal(
    byeEnd('Q.850;cause=16', { quietSince: 50_000, silenceMs: 30_000 }, 60_000),
    'remote',
    'not silent for so long',
  )
  t.equal(
    byeEnd('Q.850;cause=16', { quietSince: 1_000, silenceMs: null }, 60_000),
    'remote',
    'a trunk that may be silent',
  )
  t.equal(byeEnd('Q.850;cause=38', quiet, 60_000), 'exchange')
})

t.test('a ring that stopped is the caller’s leaving only when the server says the call is over', async (t) => {
  t.equal(ringEnd({ rangMs: 20_000, ringMs: 20_000, call: 'on' }), 'no_answer', 'the ward still waits')
  t.equal(ringEnd({ rangMs: 7_000, ringMs: 20_000, call: 'over' }), 'caller_left')
  t.equal(ringEnd({ rangMs: 20_000, ringMs: 20_000, call: 'unknown' }), 'no_answer')
  t.equal(ringEnd({ rangMs: 7_000, ringMs: 20_000, call: 'unknown' }), 'stopped', 'nobody can know')
  t.equal(ringEnd({ rangMs: 7_000, ringMs: 20_000, call: 'on' }), 'stopped')
})
