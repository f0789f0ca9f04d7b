import t from 'tap'
import { codesWithZeros, damagedCode, dayOf, withItsZeros } from './damage.ts'

t.test('a code that a spreadsheet took for a number or a day is known for what it is', async (t) => {
  for (const text of ['1.23457E+11', '4E+15', '1e5']) t.equal(damagedCode(text), 'scientific-notation', text)
  for (const text of ['3-Apr', 'Apr-03', '4月3日']) t.equal(damagedCode(text), 'day-in-code', text)
  for (const text of ['DY-00001', '2024-03', '12345', 'E12', 'MAR-0003']) t.equal(damagedCode(text), undefined, text)
})

t.test('zeros that are gone are found again where the register has the code with them', async (t) => {
  const zeros = codesWithZeros(['00123', '0', 'DY-001', '7'])
  t.equal(withItsZeros('123', zeros), '00123')
  for (const code of ['00123', '7', '001', '0']) t.equal(withItsZeros(code, zeros), undefined, code)
})

t.test('a day is read year first, however it is written, and never guessed', async (t) => {
  for (const text of ['2027-03-04', '2027-3-4', '2027/3/4', '2027.3.4', '2027年3月4日', '20270304'])
    t.equal(dayOf(text), '2027-03-04', text)
  for (const text of ['03/04/2027', '3-4-27', '2027-02-30', '2027-13-01', '46450', '明年三月', '1827-03-04', ''])
    t.equal(dayOf(text), undefined, text)
})
