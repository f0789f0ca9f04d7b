/** An administrator says when a line is manned; the exchange does by it, on its own. */
import t from 'tap'
import { arrived, said } from '../../../asterisk-config/test-lab.ts'
import { settled, type Tx } from '../../db/index.ts'
import { makeCommit } from '../../desk.ts'
import { nightWanted, organisationId, turnNight } from '../../directory/index.ts'
import { type Changed, change, create } from '../../directory/rows/index.ts'
import { desk, isCurrent, phones, until } from './exchange.ts'

t.setTimeout(180_000)

/** `HH:MM` of the hospital's zone, some hours from now. */
const inHours = (hours: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' }).format(
    Date.now() + hours * 3_600_000,
  )

t.test('what the directory says of a line’s hours is what its next caller meets', async (t) => {
  const seconds = { queue: 4, desk: 4, ring: 3, handset: 3, mobile: 4, voicemail: 8 }
  const lab = await phones(t, (settings) => ({ ...settings, seconds }))
  const { db, server } = await desk(t, lab)
  const commit = makeCommit(db, () => {})
  const admin = (await db('people').first('id')).id as string
  const by = { personId: admin, organisationId: await organisationId(db) }
  const done = async (work: (tx: Tx) => Promise<Changed>) => {
    let row: { id: string; version: number } | undefined
    await commit(async (tx) => {
      const made = await work(tx)
      if (made.outcome !== 'done') throw new Error(JSON.stringify(made))
      row = made.row
      return made.events
    })
    return row ?? { id: '', version: 0 }
  }
  const kept = (key: string) => lab.pbx.rx(`database get ${key}`)
  await until('the wires are well', () => isCurrent(server))

  const office = { line: 'it', weekdays: [1, 2, 3, 4, 5, 6, 7], nightHandset: 'd8190', nightMobile: '13900008191' }
  const row = await done((tx) => create(tx, 'calendars', by, { ...office, dayFrom: inHours(2), dayTo: inHours(3) }))
  await until('the exchange has the hours', async () => /Value: .*,\*,\*,\*/.test(await kept('calendar it/new')))
  t.match(await kept('allowed 13900008191'), /Value: 1/, 'and may dial the mobile it names')

  await t.test('outside its hours a caller is at night', async (t) => {
    await lab.wards.placeCall({ campus: 'new', dialled: '8102', from: '62061', forSeconds: 20 })
    const { Call } = await arrived(lab, '62061')
    t.match(await said(lab, Call, 'DeskNight'), { Route: 'mobile' }, 'no handset is there: the mobile rings')
  })

  await t.test('one campus may have hours of its own', async (t) => {
    const own = { ...office, campus: 'new', dayFrom: inHours(-1), dayTo: inHours(1) }
    await done((tx) => create(tx, 'calendars', by, own))
    const hours = async () => (await kept('calendar it/new')) !== (await kept('calendar it/old'))
    await until('the campuses differ', hours)
    const phone = await lab.phone('d8121')
    await lab.wards.placeCall({ campus: 'new', dialled: '8102', from: '62062', forSeconds: 3 })
    await (await phone.nextCall()).until('talking')
    await lab.wards.placeCall({ campus: 'old', dialled: '8002', from: '62063', forSeconds: 20 })
    const { Call } = await arrived(lab, '62063')
    t.ok(await said(lab, Call, 'DeskNight'), 'the other is still at night')
    phone.close()
  })

  await t.test('what somebody changed in the exchange is put right', async (t) => {
    const { id, version } = row
    await done((tx) => change(tx, 'calendars', by, { id, version }, { dayFrom: '00:00', dayTo: '24:00' }))
    await until('round the clock', async () => /Value: *\n?$/.test((await kept('calendar it/old')).trimEnd()))
    await lab.pbx.rx('database put calendar it/old 00:00-23:59,*,*,*')
    await lab.pbx.rx('database put calendar gone/old 00:00-23:59,*,*,*')
    await lab.pbx.rx('database put allowed 13800138000 1')
    server.wanted.night = await nightWanted(db)
    await server.asterisk.reset()
    t.notMatch(await kept('calendar it/old'), /23:59/)
    t.match(await kept('calendar gone/old'), /not found/)
    t.match(await kept('allowed 13800138000'), /not found/)
  })

  await t.test('the switch wins over the hours, and lets go again', async (t) => {
    const turn = async (night: 'on' | 'off' | 'auto') => {
      let wishId = 0
      await commit(async (tx) => {
        const turned = await turnNight(tx, by, 'it', night)
        wishId = turned?.wishId ?? 0
        return turned?.events ?? []
      })
      server.wanted.night = await nightWanted(db)
      t.match(await settled(db, wishId, 20_000), { outcome: 'done' })
    }
    await turn('on')
    t.match(await lab.pbx.rx('devstate list'), /Custom:night-it.*\n?.*INUSE/)
    await lab.wards.placeCall({ campus: 'old', dialled: '8002', from: '62064', forSeconds: 8 })
    const { Call } = await arrived(lab, '62064')
    t.ok(await said(lab, Call, 'DeskNight'))
    await lab.pbx.rx('devstate change Custom:night-it NOT_INUSE')
    await server.asterisk.reset()
    t.match(
      await lab.pbx.rx('devstate list'),
      /'Custom:night-it' +State: 'INUSE'/,
      'and holds against a hand in the exchange',
    )
    await turn('auto')
    t.match(await lab.pbx.rx('devstate list'), /Custom:night-it.*\n?.*INVALID/)
  })

  await t.test('a jump to nowhere in the dialplan that runs is seen before a caller comes there', async (t) => {
    const sip = () => server.asterisk.health().find(({ wire }) => wire === 'sip')
    t.same(server.asterisk.deadEnds().all, [], 'ours has none')
    await lab.pbx.rx('dialplan add extension 9,1,Goto,nowhere,s,1 into busy-tone')
    await server.asterisk.reset()
    t.same(server.asterisk.deadEnds().all, [{ at: 'busy-tone,9,1', to: 'nowhere,s,1' }])
    t.match(sip(), { state: 'broken', why: /busy-tone,9,1/ })
  })
})
