/** `site.example.json`: what to fill in for a real hospital, written beside the place where site.json belongs. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A whole, valid file with remarks in both languages; its addresses are examples (RFC 1918). */
export const EXAMPLE = {
  '//': '改好后另存为 site.json,再启动一次。以 // 开头的名字是说明。 Change it, save it as site.json, start again. Names that begin with // are remarks.',
  hospital: { code: 'hospital', zh: '某某医院', en: 'Example Hospital' },
  timeZone: 'Asia/Shanghai',
  '// campuses': '院区代号用小写字母,一经使用不要再改。 Codes in small letters; do not change one that was used.',
  campuses: [
    { code: 'old', zh: '老院区', en: 'Old campus', seal: 'outlined' },
    { code: 'new', zh: '新院区', en: 'New campus', seal: 'solid' },
  ],
  '// trunks':
    '每个院区一条 SIP 中继。from:网关的源地址或网段,只凭它识别;gateway:呼叫网关的地址;busyTone:模拟中继挂机只送忙音;lateName:接通后才送来电姓名(开启后通话中报什么号码就信什么);outside:拨手机前要加的出局码,没有则写 "";silence:无人说话时网关发什么:sound 照常发包,comfort-noise 发舒适噪声,nothing 不发包(静音抑制);wards:可呼叫的分机号样式。 One SIP trunk for each campus. from: the gateway’s source addresses, which alone identify it; gateway: where we call it; busyTone: it gives busy tone instead of a hang-up; lateName: it tells the name after the answer, and is then believed; outside: what it wants dialled before a mobile, such as "9"; silence: what it sends while nobody speaks: sound, comfort-noise, or nothing (silence suppression); wards: extensions that may be called.',
  trunks: [
    {
      campus: 'old',
      from: ['10.1.0.5'],
      gateway: '10.1.0.5:5060',
      busyTone: true,
      lateName: false,
      outside: '',
      silence: 'sound',
      wards: ['[67]XXXX'],
    },
    {
      campus: 'new',
      from: ['10.2.0.5'],
      gateway: '10.2.0.5:5060',
      busyTone: false,
      lateName: false,
      outside: '',
      silence: 'sound',
      wards: ['[67]XXXX'],
    },
  ],
  '// lines':
    '服务线路:各院区拨打的号码、两个院区都保留的旧号码。 Service lines: the number dialled on each campus; old numbers that still lead here.',
  lines: [
    { code: 'logistics', zh: '总务后勤', en: 'Logistics', numbers: { old: '8001', new: '8101' }, legacy: ['6601'] },
    { code: 'it', zh: '信息系统终端', en: 'IT and terminals', numbers: { old: '8002', new: '8102' }, legacy: ['6600'] },
    { code: 'equipment', zh: '设备维修', en: 'Medical equipment', numbers: { old: '8003', new: '8103' }, legacy: [] },
    {
      code: 'property',
      zh: '基建物业',
      en: 'Building and property',
      numbers: { old: '8004', new: '8104' },
      legacy: [],
    },
  ],
  '// deskPhones':
    '客服桌上的 SIP 话机,服务器停机时也能接电话;密码在 phones.json。 SIP phones on the seats, which ring even without the server; their passwords are in phones.json.',
  deskPhones: [
    { station: 'd8121', label: '1 号客服席', lines: ['logistics', 'it', 'equipment', 'property'] },
    { station: 'd8122', label: '2 号客服席', lines: ['logistics', 'it', 'equipment', 'property'] },
  ],
  '// radio':
    '每个对讲信道一台 SIP 网关:gateway 为呼叫它的地址,或写 register: true 由它注册为 g-<port>(密码在 phones.json);声音走别的地址的,写 media: ["10.1.0.10"]。没有则写 []。 One SIP gateway for each radio channel: gateway is where we call it, or register: true when it registers as g-<port> (password in phones.json); media: ["10.1.0.10"] when its sound has another address. Without a radio: [].',
  radio: [
    { port: 'old', campus: 'old', zh: '老院区对讲', en: 'Old campus radio', gateway: '10.1.0.9:5060' },
    { port: 'new', campus: 'new', zh: '新院区对讲', en: 'New campus radio', register: true },
  ],
  '// handset': '夜班手持话机的代号,没有则写 null。 The night handset’s station, or null.',
  handset: 'd8190',
  '// mobiles': '通讯录以外允许外呼的手机号。 Mobiles that may be called besides those in the directory.',
  mobiles: [],
  mobileTrunk: 'new',
  '// sip':
    'host:本机面向网关和话机的地址;external:地址转换后的对外地址;permit:话机所在网段。 host: this machine’s address towards gateways and phones; external: its address behind translation; permit: the phones’ networks.',
  sip: { host: '10.2.0.20', port: 5060, external: null, local: [], permit: ['10.2.8.0/24'] },
  rtp: { start: 10_000, end: 11_999 },
  '// seconds':
    '依次:排队、桌面话机、单台振铃、手持话机、手机、留言上限。 In the queue, at the desk phones, one phone, the handset, a mobile, a message at most.',
  seconds: { queue: 60, desk: 40, ring: 20, handset: 20, mobile: 30, voicemail: 120 },
}

/** Writes the example beside `siteFile`, unless it is there; answers its path. */
export function writeSiteExample(siteFile: string): string {
  const file = join(dirname(siteFile), 'site.example.json')
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(EXAMPLE, null, 2)}\n`)
  }
  return file
}
