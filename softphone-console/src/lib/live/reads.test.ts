import t from 'tap'
import { Reads } from './reads.ts'

/** A desk that is asked and answers when it is let. */
function aDesk(answers: string[][]) {
  let letGo = () => {}
  const desk = {
    asked: 0,
    answer: () => letGo(),
    ask: () => {
      const answer = answers[Math.min(desk.asked++, answers.length - 1)] as string[]
      return new Promise<string[]>((done) => {
        letGo = () => done(answer)
      })
    },
  }
  return desk
}
const turn = () => new Promise((done) => setImmediate(done))

t.test('an answer that news overtook is asked for again', async (t) => {
  const reads = new Reads()
  const desk = aDesk([['c1'], ['c1', 'filed']])
  const answer = reads.whole(desk.ask, (of) => of)
  reads.hear('c1')
  desk.answer()
  await turn()
  t.equal(desk.asked, 2)
  desk.answer()
  t.same(await answer, ['c1', 'filed'])
})

t.test('news of others, or from before it was asked, costs nothing', async (t) => {
  const reads = new Reads()
  const desk = aDesk([['c1']])
  reads.hear('c1')
  const answer = reads.whole(desk.ask, (of) => of)
  reads.hear('c2')
  desk.answer()
  t.same(await answer, ['c1'])
  t.equal(desk.asked, 1)
})

t.test('what is told without a pause is answered all the same', async (t) => {
  const reads = new Reads()
  let asked = 0
  const ask = async () => {
    asked++
    reads.hear('c1')
    return ['c1']
  }
  t.same(await reads.whole(ask, (of) => of), ['c1'])
  t.equal(asked, 5)
})

t.test('a refused read is refused, once', async (t) => {
  const reads = new Reads()
  let asked = 0
  const ask = async (): Promise<string[]> => {
    asked++
    reads.hear('c1')
    throw new Error('away')
  }
  await t.rejects(
    reads.whole(ask, (of) => of),
    { message: 'away' },
  )
  t.equal(asked, 1)
})
