/** What becomes of a caller whom nobody answers: a callback, a message, the night's handset or mobile. */
import t from 'tap'
import { readWav, secondsOf } from '../scripts/lab/sound/measuring.ts'
import { arrived, cel, lab, said, until, voices } from './test-lab.ts'

t.setTimeout(150_000)
// each has its own phone system and mostly waits
t.jobs = 3

const WARD = 1000

t.test(
  'nobody is signed in: the ward is offered a callback and takes it with one key',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const ward = await desk.wards.placeCall({
      campus: 'new',
      dialled: '8101',
      from: '62051',
      play: WARD,
      forSeconds: 60,
    })
    const { Call } = await arrived(desk, '62051')
    await until('the offer is being spoken', async () =>
      (await cel(desk, Call)).some((row) => row.eventtype === 'STREAM_BEGIN' && /offer/.test(row.eventextra ?? '')),
    )
    await ward.press('1')
    await said(desk, Call, 'DeskCallbackAsked')
    const end = await ward.ended
    t.ok(end.answered && end.seconds < 40, 'thanked and let go')
    t.ok(
      (await cel(desk, Call)).some((row) => row.eventtype === 'DeskCallbackAsked'),
      'the record holds it as well',
    )
  },
)

t.test('a ward that presses nothing leaves a message, which is a file of its own', { buffered: true }, async (t) => {
  const desk = await lab(t)
  // Notice, offer and prompt take 16 s; just after a start of Asterisk a round of music more, while phones are looked for.
  const ward = await desk.wards.placeCall({ campus: 'old', dialled: '8004', from: '62052', play: WARD, forSeconds: 32 })
  const { Call } = await arrived(desk, '62052')
  t.ok((await ward.ended).answered)
  const left = await said(desk, Call, 'DeskVoicemail')
  const [file = ''] = await voices(desk, Call, 'voicemail')
  t.ok(file.endsWith(left.File ?? 'none'), 'the announcement names the file')
  const seconds = (await readWav(file)).length / 8_000
  t.ok(Math.abs(seconds - Number(left.Seconds)) < 1, `${left.Seconds} s told, ${seconds} s kept`)
  t.ok((await secondsOf(file, WARD)) > seconds - 1, 'it is the ward’s voice')
})

t.test(
  'at night a line rings the duty handset, then a mobile that must press 1, then takes a message',
  { buffered: true },
  async (t) => {
    const desk = await lab(t, (settings) => ({
      ...settings,
      allowedMobiles: ['13900008191', '13900008190'],
      // a mobile that ends in 0 is a mailbox: it answers and presses nothing
      lines: settings.lines.map((line) => ({
        ...line,
        night: line.code === 'property' ? ['00:00-23:59,*,*,*'] : [],
        mobile: line.code === 'it' ? '13900008190' : '13900008191',
      })),
    }))
    const set = async (line: string, value: string) =>
      t.match(await desk.ari('POST', '/asterisk/variable', { variable: `DEVICE_STATE(Custom:night-${line})`, value }), {
        status: 204,
      })
    const switchOn = (line: string) => set(line, 'INUSE')
    const routes = (call: string) =>
      desk.reader.events
        .filter((event) => event.UserEvent === 'DeskNight' && event.Call === call)
        .map((event) => event.Route)

    await t.test('the handset answers', async (t) => {
      const handset = await desk.phone('d8190', { tone: 440 })
      const ward = await desk.wards.placeCall({
        campus: 'old',
        dialled: '8004',
        from: '62053',
        play: WARD,
        forSeconds: 5,
      })
      const { Call } = await arrived(desk, '62053')
      const talk = await (await handset.nextCall()).until('talking')
      await until('the duty engineer hears the ward', () => talk.sound.hears().includes(WARD))
      await ward.ended
      t.same(routes(Call), ['handset'])
      t.ok((await secondsOf((await voices(desk, Call, 'agent'))[0] ?? '', 440)) > 1, 'and is recorded')
      await handset.register(0)
      handset.close()
    })

    // the two that must wait for a mobile do it side by side
    t.jobs = 2
    const byMobile = t.test('no handset: the mobile takes the call by pressing 1', { buffered: true }, async (t) => {
      await switchOn('logistics')
      const ward = await desk.wards.placeCall({
        campus: 'new',
        dialled: '8101',
        from: '62054',
        play: WARD,
        forSeconds: 14,
      })
      const { Call } = await arrived(desk, '62054')
      const enter = await desk.reader.until(
        (event) => event.Event === 'BridgeEnter' && event['ChanVariable.DESK_CALL'] === Call,
        25_000,
      )
      t.ok(enter.BridgeUniqueid)
      await ward.ended
      t.same(routes(Call), ['mobile'])
      t.equal((await voices(desk, Call, 'agent')).length, 1)
    })

    const byMailbox = t.test('a mailbox presses nothing: the ward leaves a message', { buffered: true }, async (t) => {
      await switchOn('it')
      const ward = await desk.wards.placeCall({
        campus: 'new',
        dialled: '8102',
        from: '62055',
        play: WARD,
        forSeconds: 24,
      })
      const { Call } = await arrived(desk, '62055')
      await said(desk, Call, 'DeskVoicemail', 40_000)
      await ward.ended
      t.same(routes(Call), ['mobile', 'voicemail'])
    })
    await Promise.all([byMobile, byMailbox])

    await t.test('switched off by hand, the line is at day again whatever its hours say', async (t) => {
      await set('property', 'NOT_INUSE')
      const phone = await desk.phone('d8123', { tone: 440 })
      const ward = await desk.wards.placeCall({
        campus: 'old',
        dialled: '8004',
        from: '62056',
        play: WARD,
        forSeconds: 5,
      })
      const { Call } = await arrived(desk, '62056')
      await (await phone.nextCall()).until('talking')
      await ward.ended
      t.same(routes(Call), [])
    })
  },
)
