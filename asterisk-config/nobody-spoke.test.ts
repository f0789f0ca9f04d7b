/** A caller whom nobody answered and who says nothing: no message is left, and the record says that they were looked after. */
import t from 'tap'
import { arrived, cel, lab, said } from './test-lab.ts'

t.setTimeout(150_000)
t.jobs = 2

const SILENCE = 0

t.test('a ward that says nothing at the tone has left no message', { buffered: true }, async (t) => {
  const desk = await lab(t, (settings) => ({ ...settings, seconds: { ...settings.seconds, voicemail: 30 } }))
  const ward = await desk.wards.placeCall({
    campus: 'new',
    dialled: '8102',
    from: '62071',
    play: SILENCE,
    forSeconds: 60,
  })
  const { Call } = await arrived(desk, '62071')
  const end = await ward.ended
  t.ok(end.answered && end.seconds < 50, 'thanked and let go once they had been silent for six seconds')
  const told = (await cel(desk, Call)).map((row) => row.eventtype)
  t.notOk(told.includes('DeskVoicemail'), 'an empty file is no message')
  t.ok(told.includes('DeskNoticeOver'), 'and they are owed a callback: they had been looked after')
})

t.test(
  'who hangs up at the offer had been looked after, though no queue let them in',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const ward = await desk.wards.placeCall({
      campus: 'old',
      dialled: '8004',
      from: '62072',
      play: 1000,
      forSeconds: 9,
    })
    const { Call } = await arrived(desk, '62072')
    t.ok(await said(desk, Call, 'DeskNoticeOver'))
    await ward.ended
    const told = (await cel(desk, Call)).map((row) => row.eventtype)
    t.ok(told.includes('DeskNoticeOver'))
    t.notOk(told.includes('DeskVoicemail'))
  },
)
