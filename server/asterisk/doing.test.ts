import t from 'tap'
import { fits } from './doing.ts'

t.test('a ward’s number fits the patterns that the dialplan lists, and no other number does', async (t) => {
  const wards = ['_01[67]XXXX', '_02[67]XXXX', '_[67]XXXX', '_3NZX', '8001']
  const known = (number: string) => wards.some((pattern) => fits(pattern, number))
  for (const number of ['62041', '0162041', '0272041', '3215', '8001']) t.ok(known(number), number)
  for (const number of ['01066668888', '52041', '620411', '6204', '0362041', '3105', '8002'])
    t.notOk(known(number), number)
})
