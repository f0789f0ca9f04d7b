/** A line at night whose settings were left empty, or name what is not there: the ward always reaches the message. */
import t from 'tap'
import { arrived, lab, said } from './test-lab.ts'

t.setTimeout(120_000)

const WARD = 1000

t.test('at night, whatever was left empty, the ward comes to the message', async (t) => {
  const desk = await lab(t, (settings) => ({
    ...settings,
    allowedMobiles: ['13900008191'],
    // the trunk for mobiles was never chosen, and so it has no gateway either
    mobileTrunk: '',
    lines: settings.lines.map((line) => ({ ...line, night: ['00:00-23:59,*,*,*'], mobile: '' })),
  }))
  const handset = await desk.phone('d8190', { onRing: 'ring' })
  // as a calendar of the directory says it: the server's `set-calendar`
  const calendar = async (line: string, campus: string, who: { handset: string; mobile: string }) => {
    for (const [family, value] of Object.entries(who))
      t.match(
        await desk.pbx.rx(`database put ${family} ${line}/${campus} "${value}"`),
        /Updated database successfully/,
        `${family} of ${line}`,
      )
  }
  const night = (what: string, dialled: string, from: string, campus: 'old' | 'new', routes: string[]) =>
    t.test(what, { buffered: true }, async (t) => {
      const ward = await desk.wards.placeCall({ campus, dialled, from, play: WARD, forSeconds: 24 })
      const { Call } = await arrived(desk, from)
      t.ok(await said(desk, Call, 'DeskVoicemail', 40_000), 'a message was taken')
      await ward.ended
      const told = desk.reader.events.filter((event) => event.UserEvent === 'DeskNight' && event.Call === Call)
      t.same(
        told.map((event) => event.Route),
        routes,
      )
    })

  await calendar('logistics', 'new', { handset: '', mobile: '' })
  await calendar('it', 'new', { handset: 'd8190', mobile: '' })
  await calendar('equipment', 'old', { handset: 'd9999', mobile: '13900000000' })
  await calendar('property', 'old', { handset: '', mobile: '13900008191' })
  t.jobs = 4
  await Promise.all([
    night('neither handset nor mobile', '8101', '62061', 'new', ['voicemail']),
    night('a handset that nobody picks up, and no mobile', '8102', '62062', 'new', ['handset', 'voicemail']),
    night('a handset that is not there, and a mobile nobody allowed', '8003', '62063', 'old', ['voicemail']),
    night('a mobile, and no trunk for it', '8004', '62064', 'old', ['voicemail']),
  ])
  handset.close()
})
