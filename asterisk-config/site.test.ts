/** A hospital of its own: campuses, lines and phones from its site file, on the real exchange. */
import t from 'tap'
import { siteSettings } from '../scripts/asterisk/index.ts'
import { readSite } from '../server/site.ts'
import { arrived, lab, until } from './test-lab.ts'

t.setTimeout(90_000)

const trunk = (campus: string, from: string, gateway: string) => ({ campus, from: [from], gateway })
const site = readSite(
  JSON.stringify({
    hospital: { code: 'three', zh: '三院', en: 'Three' },
    campuses: [
      { code: 'old', zh: '老院区', en: 'Old' },
      { code: 'new', zh: '新院区', en: 'New' },
      { code: 'east', zh: '东院区', en: 'East' },
    ],
    trunks: [
      trunk('old', '127.0.0.11', '127.0.0.11:5160'),
      trunk('new', '127.0.0.12', '127.0.0.12:5160'),
      { ...trunk('east', '127.0.0.14', '127.0.0.14:5160'), wards: ['3XXX'] },
    ],
    lines: [
      { code: 'it', zh: '信息', en: 'IT', numbers: { old: '8002', new: '8102', east: '8202' }, legacy: ['6600'] },
      { code: 'lab', zh: '检验', en: 'Laboratory', numbers: { east: '8209' } },
    ],
    deskPhones: [{ station: 'd7001', lines: ['lab'] }],
    sip: { host: '0.0.0.0', external: '127.0.0.1', local: ['10.77.0.0/16'] },
  }),
)

t.test('a third campus’s wards ring its own lines, and are called back by its own trunk', async (t) => {
  const desk = await lab(t, (usual) => {
    const { pbx, campus, varDir, binary, secrets, seconds } = usual
    const ports = {
      ...pbx,
      campusSipPort: campus.sipPort,
      campusAmiPort: campus.amiPort,
      campusRtpStart: campus.rtpStart,
      campusRtpEnd: campus.rtpEnd,
    }
    return { ...siteSettings(site, { varDir, binary, secrets }, ports), seconds }
  })
  const phone = await desk.phone('d7001', { afterMs: 50 })
  const ward = await desk.stranger({ address: '127.0.0.14' })

  const call = await ward.call('8209', { from: '<sip:3001@127.0.0.14>' })
  const came = await arrived(desk, '3001')
  t.match(came, { Campus: 'east', Line: 'lab', Dialled: '8209' })
  await (await phone.nextCall()).until('talking')
  t.equal(call.status, 200)
  await call.hangup()

  const other = await ward.call('8002', { from: '<sip:3001@127.0.0.14>' })
  await other.until('ended')
  t.equal(other.status, 404, 'another campus’s number leads nowhere from here')

  const out = await phone.call('033001')
  const dialled = await until('the call out is announced', () =>
    desk.reader.events.find((event) => event.UserEvent === 'DeskArrived' && event.Direction === 'outbound'),
  )
  t.match(dialled, { Campus: 'east', Dialled: '3001' })
  await out.hangup()
  phone.close()
})
