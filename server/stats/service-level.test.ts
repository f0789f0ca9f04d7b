import t from 'tap'
import { serviceLevel } from './index.ts'

t.test('callers answered in time and those who left in time are both served in time', async (t) => {
  t.equal(serviceLevel({ answered: 8, abandoned: 2, answeredInTime: 6, abandonedInTime: 1 }), 0.7)
})

t.test('a queue nobody called has no service level', async (t) => {
  t.equal(serviceLevel({ answered: 0, abandoned: 0, answeredInTime: 0, abandonedInTime: 0 }), null)
})
