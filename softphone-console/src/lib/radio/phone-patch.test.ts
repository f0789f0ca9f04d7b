import t from 'tap'
import { onAir } from './phone-patch.ts'

const talker = (kind: 'unit' | 'agent' | 'phone', personId: string | null = null) =>
  ({ kind, name: '', unit: null, personId, how: null, confidence: 100 }) as const

t.test('the agent sees whose voice is on the air while a caller is joined', async (t) => {
  t.equal(onAir({ carrier: 'idle', talker: null }, 'me'), 'nobody')
  t.equal(onAir({ carrier: 'rx', talker: talker('unit') }, 'me'), 'handheld')
  t.equal(onAir({ carrier: 'tx', talker: talker('phone') }, 'me'), 'caller')
  t.equal(onAir({ carrier: 'tx', talker: talker('agent', 'me') }, 'me'), 'me')
  t.equal(onAir({ carrier: 'tx', talker: talker('agent', 'you') }, 'me'), 'other')
  t.equal(onAir({ carrier: 'tail', talker: talker('phone') }, 'me'), 'nobody')
})
