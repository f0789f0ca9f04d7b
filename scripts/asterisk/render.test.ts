import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { asWav8k } from '../lab/sound/sound-file.ts'
import { usableVersion } from './install.ts'
import { extensionsMade, globalsMade, pjsipMade, queuesMade, zoneFor } from './made.ts'
import { modulesWanted } from './modules.ts'
import { deadEndsIn, filled, renderPbx } from './render.ts'
import { demoSettings, phonePassword } from './settings.ts'

const secrets = { amiReader: 'r', amiActor: 'a', ari: 'i', campus: 'c', deskPhones: 'd' }
const binary = {
  version: '22.10.1',
  modulesDir: '/m',
  dataDir: '/d',
  sbinDir: '/s',
  from: 'extracted',
  spawnArgs: () => ({ command: '', args: [], env: {} }),
}
const settings = demoSettings({ varDir: '/desk', binary, secrets })

t.test('every number of a line leads to it from its own campus, and an old number from both', async (t) => {
  const made = extensionsMade(settings)
  const [old = '', young = ''] = made.split('[from-new]')
  t.match(old, /exten => 8002,1,Set\(__DESK_CAMPUS=old\)\n same => n,Set\(__DESK_LINE=it\)/)
  t.notMatch(old, /exten => 8102/)
  t.match(young, /exten => 8102,1,Set\(__DESK_CAMPUS=new\)\n same => n,Set\(__DESK_LINE=it\)/)
  for (const campus of [old, young]) t.match(campus, /exten => 6600,1,/)
})

t.test('what a browser, a gateway or a stranger dials is an extension of ours to the last sign', async (t) => {
  const made = extensionsMade(settings)
  t.match(made, /exten => radio-new,1,Stasis\(desk,leg,new\)\n same => n,Hangup\(38\)/)
  const conf = readFileSync(join(import.meta.dirname, '../../asterisk-config/pbx/extensions.conf'), 'utf8')
  const open = [...`${conf}\n${made}`.matchAll(/^\[([a-z-]+)\]([^[]*(?:\[(?![a-z-]+\]\n)[^[]*)*)/gm)].flatMap(
    ([, name, body]) => (/^exten => _[^,]*[.!]/m.test(body ?? '') ? [name] : []),
  )
  // Reached by Goto alone, with what a narrower extension let through: no endpoint has one of them for its context.
  t.same(open, ['arrived', 'outward'])
})

t.test('a trunk is known by its address alone', async (t) => {
  const made = pjsipMade(settings)
  t.match(made, /type=identify\nendpoint=old\nmatch=127\.0\.0\.11\/32/)
  t.notMatch(made, 'trust_id_inbound', 'no exchange is believed')
  const late = settings.trunks.map((trunk) => ({ ...trunk, lateName: trunk.campus === 'new' }))
  const [old = '', young = ''] = pjsipMade({ ...settings, trunks: late }).split('[new](trunk)')
  t.match(young, /^\n[^[]*trust_id_inbound=yes\n\[new\]\(trunk-aor\)/, 'but one that names its callers late')
  t.notMatch(old, 'trust_id_inbound')
})

t.test('a trunk is thought dead by what its gateway sends while nobody speaks', async (t) => {
  const [old, young] = settings.trunks
  if (!old || !young) return t.fail('no trunks')
  const made = (silence: (typeof old)['silence']) => {
    const one = { ...settings, trunks: [{ ...old, silence }, young] }
    const [, own = ''] = /\[old\]\(trunk\)\n([^[]*)/.exec(pjsipMade(one)) ?? []
    return { own, told: /^SILENCE_old=(\d+)$/m.exec(globalsMade(one))?.[1] }
  }
  t.match(made('sound'), { own: /^rtp_timeout=30$/m, told: '30' })
  t.match(made('comfort-noise'), { own: /^rtp_timeout=60$/m, told: '60' })
  t.match(made(null), { own: /^rtp_timeout=120$/m, told: '120' }, 'nobody said: not soon')
  const never = made('nothing')
  t.match(never, { own: /^rtp_timeout=0\nrtp_timeout_hold=0\ntimers=always$/m, told: '0' })
})

t.test('a radio gateway is known by its address, or by its password when it registers', async (t) => {
  const made = pjsipMade(settings)
  t.match(made, /\[g-old\]\(gateway\)\nidentify_by=ip\n/)
  t.match(made, /contact=sip:old@127\.0\.0\.13:5170\n\[g-old\]\ntype=identify\nendpoint=g-old\nmatch=127\.0\.0\.13\n/)
  const registers = pjsipMade({ ...settings, radio: [{ port: 'main', gateway: undefined }] })
  t.match(registers, `password=${phonePassword(secrets, 'g-main')}`)
  t.notMatch(registers, 'endpoint=g-main')
})

t.test('a gateway’s sound may have addresses of its own, and the server can read which', async (t) => {
  const [radio] = settings.radio
  if (!radio) return t.fail('no radio')
  const media = ['10.1.0.10', '10.1.0.11']
  for (const gateway of [radio.gateway, undefined]) {
    const made = pjsipMade({ ...settings, radio: [{ ...radio, gateway, media }] })
    const own = gateway ? '127.0.0.13' : 'registers'
    t.match(made, `\nset_var=DESK_MEDIA=${own}&10.1.0.10&10.1.0.11\n[g-old](gateway-a`)
  }
  t.match(pjsipMade(settings), '\nset_var=DESK_MEDIA=127.0.0.13\n')
})

t.test('sound comes from the negotiated address and goes there, on every leg', async (t) => {
  const varDir = mkdtempSync(join(tmpdir(), 'desk-render-'))
  t.teardown(() => rmSync(varDir, { recursive: true }))
  const { base } = await renderPbx({ ...settings, varDir })
  const conf = (name: string) => readFileSync(join(base, 'etc', name), 'utf8').replace(/^;.*/gm, '')
  t.match(conf('rtp.conf'), /^strictrtp=yes\nprobation=1\d{8}$/m, 'nobody is learnt from what he sends')
  t.notMatch(conf('pjsip.conf'), 'rtp_symmetric=yes')
  t.equal(conf('pjsip.conf').match(/^rtp_symmetric=no$/gm)?.length, 3, 'trunks, desk phones, radio gateways')
  t.match(
    conf('acl.conf'),
    /^\[browsers\]\ndeny=0\.0\.0\.0\/0\.0\.0\.0\npermit=127\.0\.0\.1\/32\npermit=127\.0\.0\.1\/32\s*$/m,
    'a browser’s credential is of use from this machine',
  )
})

t.test('each seat’s phone stands in the second queue of its lines, with a password of its own', async (t) => {
  const queues = queuesMade(settings)
  t.match(queues, /\[it\]\(browsers\)\ntimeout=20\n\[it-desk\]\(line\)\ntimeout=20\nmember => PJSIP\/d8121,0,d8121\n/)
  t.not(phonePassword(secrets, 'd8121'), phonePassword(secrets, 'd8122'))
  t.match(pjsipMade(settings), `password=${phonePassword(secrets, 'd8190')}`)
})

t.test('a line’s night and the number it shows are rendered with it', async (t) => {
  const [line, ...lines] = settings.lines
  if (!line) return t.fail('no line')
  const night = { ...line, night: ['18:00-08:00,mon-fri,*,*', '00:00-23:59,sat-sun,*,*'] }
  const made = globalsMade({ ...settings, lines: [night, ...lines] })
  t.match(made, 'HOURS_logistics=18:00-08:00,mon-fri,*,*|00:00-23:59,sat-sun,*,*\n')
  t.match(made, 'PILOT_new_it=8102\n')
  t.match(made, 'PILOT_old_=8001\n')
})

t.test('whatever optional setting is left empty, no caller is led nowhere', async (t) => {
  const varDir = mkdtempSync(join(tmpdir(), 'desk-dialplan-'))
  t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
  const lines = settings.lines.map((line) => ({ ...line, numbers: {}, legacy: [], night: [], handset: '', mobile: '' }))
  const empties: Record<string, Partial<typeof settings>> = {
    nothing: {},
    'the lines’ nights, handsets, mobiles and numbers': { lines },
    'desk phones and the handset': { deskPhones: [], handset: undefined },
    'allowed mobiles and their trunk': { allowedMobiles: [], mobileTrunk: '' },
    'wards that may be called': { trunks: settings.trunks.map((trunk) => ({ ...trunk, wards: [] })) },
    'trunks and radio': { trunks: [], radio: [], lines: [] },
  }
  for (const [what, empty] of Object.entries(empties))
    t.same(await deadEndsIn(await renderPbx({ ...settings, varDir, ...empty })), [], `empty: ${what}`)
})

t.test('a setting without a value is refused before Asterisk reads the file', async (t) => {
  t.equal(filled('port=@SIP_PORT@', { SIP_PORT: 5060 }, 'x.conf'), 'port=5060')
  t.throws(() => filled('port=@SIP_PORT@', {}, 'x.conf'), /x\.conf asks for @SIP_PORT@/)
})

t.test('a machine without zone files still knows when Shanghai’s night begins', async (t) => {
  t.match(zoneFor('Asia/Shanghai'), /^(Asia\/Shanghai|LOC-8:00)$/)
  t.match(zoneFor('Etc/GMT+3'), /^(Etc\/GMT\+3|LOC\+3:00)$/)
})

t.test('an Asterisk older than what was proven is not used', async (t) => {
  t.equal(usableVersion('Asterisk 22.10.1~dfsg+~cs6.17'), '22.10.1')
  t.equal(usableVersion('Asterisk 23.0.0'), '23.0.0')
  t.equal(usableVersion('Asterisk 22.5.0'), undefined)
  t.equal(usableVersion('Asterisk certified/20.7'), undefined)
  t.equal(usableVersion('nothing'), undefined)
  t.ok((await modulesWanted()).includes('app_mixmonitor'))
})

t.test('a ward can play any plain WAV', async (t) => {
  const tone = asWav8k({ hertz: 1000, seconds: 1 })
  t.equal(tone.length, 44 + 16_000)
  t.same(asWav8k(tone).length, tone.length, 'one that is right already keeps its length')
  t.throws(() => asWav8k(Buffer.from('RIFF, but no sound at all, only words and words')), /not a 16-bit PCM WAV/)
})
