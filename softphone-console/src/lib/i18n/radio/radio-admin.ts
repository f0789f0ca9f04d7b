import type { ProfileFaultCode } from '../../wire.ts'
import { room } from '../words.ts'

/** Ports and handhelds as administrators keep them. */
export const ports = room({
  title: { zh: '对讲端口', en: 'Radio ports' },
  site: {
    zh: '网关的地址在 site.json 的 radio 里，改后重新启动。名称、参数、检查和启用在这里。',
    en: 'Gateways and their addresses come from “radio” in site.json; change it and start again. Names, profiles, commissioning and enabling are here.',
  },
  none: { zh: '还没有对讲端口', en: 'No radio port yet' },
  noneNext: {
    zh: '在 site.json 的 radio 里写上网关，重新启动，它就出现在这里。',
    en: 'Name the gateway in “radio” of site.json and start again: its port appears here.',
  },
  create: { zh: '新建端口', en: 'New port' },
  port: { zh: '端口', en: 'Port' },
  gateway: { zh: '网关', en: 'Gateway' },
  state: { zh: '状态', en: 'State' },
  proof: { zh: '投用检查', en: 'Commissioned' },
  sent: { zh: '正在发给网关', en: 'Sent to the gateway' },
  perSecond: { zh: (n: number) => `${n} 包/秒`, en: (n: number) => `${n} pkt/s` },
  notHere: { zh: '由另一台服务器掌管', en: 'held by another server' },
  up: { zh: '在线', en: 'Up' },
  lost: { zh: '断开', en: 'Lost' },
  unknown: { zh: '不知道', en: 'Not known' },
  since: { zh: (at: string) => `自 ${at}`, en: (at: string) => `since ${at}` },
  enabled: { zh: '已启用', en: 'Enabled' },
  disabled: { zh: '未启用', en: 'Not enabled' },
  neverProven: { zh: '没有通过', en: 'Not passed' },
  provenAt: { zh: (at: string) => `${at} 通过`, en: (at: string) => `passed ${at}` },
  code: { zh: '代码', en: 'Code' },
  codeHint: {
    zh: '和 site.json 里写的一样，建好后不能改',
    en: 'As written in site.json; cannot change once made',
  },
  nameZh: { zh: '中文名', en: 'Name (Chinese)' },
  nameEn: { zh: '英文名', en: 'Name (English)' },
  campus: { zh: '院区', en: 'Campus' },
  profile: { zh: '网关参数', en: 'Gateway profile' },
  defaults: { zh: '全部用默认值', en: 'All as default' },
  hintRange: {
    zh: (hint: string, otherwise: string, min: number, max: number) => `${hint}。默认 ${otherwise}，${min} 到 ${max}`,
    en: (hint: string, otherwise: string, min: number, max: number) =>
      `${hint}. Default ${otherwise}, ${min} to ${max}`,
  },
  hint: {
    zh: (hint: string, otherwise: string) => `${hint}。默认 ${otherwise}`,
    en: (hint: string, otherwise: string) => `${hint}. Default ${otherwise}`,
  },
  unproves: {
    zh: '这样保存会停用端口：发射方式变了，要重新做投用检查。',
    en: 'Saving this switches the port off: it is keyed in another way and has to be commissioned again.',
  },
  faulty: { zh: (n: number) => `${n} 处不能用，见下面标出的`, en: (n: number) => `${n} not possible; marked below` },
  enable: { zh: '启用…', en: 'Enable…' },
  disable: { zh: '停用…', en: 'Switch off…' },
  enableTitle: { zh: (name: string) => `启用 ${name}？`, en: (name: string) => `Enable ${name}?` },
  enableWhat: {
    zh: '启用后，这个院区的客服按住讲话键就会发射。',
    en: 'Agents of this campus can then key it: holding the talk key puts them on the air.',
  },
  disableTitle: { zh: (name: string) => `停用 ${name}？`, en: (name: string) => `Switch ${name} off?` },
  disableWhat: {
    zh: '正在讲的人会被切断，谁也不能再发射；仍然接听和录音。',
    en: 'Whoever is talking is cut off and nobody can key it; it is still heard and recorded.',
  },
  enableIt: { zh: '启用', en: 'Enable' },
  disableIt: { zh: '停用', en: 'Switch off' },
  nowEnabled: { zh: '已启用', en: 'Enabled' },
  nowDisabled: { zh: '已停用', en: 'Switched off' },
  proveFirst: { zh: '通过投用检查后才能启用', en: 'It can be enabled once it has passed its commissioning' },
})

export const commissioning = room({
  title: { zh: '投用检查', en: 'Commissioning' },
  what: {
    zh: '证明两件事：没人讲话时 60 秒一个包也不发；正在发射时没有人续约，3 秒内停。会发射一段测试音，先告诉信道上的人。',
    en: 'Proves two things: nothing is sent for 60 s while nobody speaks; and a transmission nobody renews is off the air within 3 s. A test tone goes on the air: tell those on the channel first.',
  },
  begin: { zh: '开始检查', en: 'Begin' },
  beginTitle: { zh: (name: string) => `检查 ${name}？`, en: (name: string) => `Commission ${name}?` },
  again: { zh: '再检查一次', en: 'Run it again' },
  offFirst: { zh: '端口已启用，先停用再检查', en: 'The port is enabled; switch it off first' },
  needsGateway: { zh: '网关不在线，不能检查', en: 'The gateway is not there; it cannot be commissioned' },
  began: { zh: '检查已开始', en: 'Commissioning has begun' },
  running: { zh: '正在检查', en: 'Commissioning' },
  ofSeconds: { zh: (s: number, of: number) => `${s} / ${of} 秒`, en: (s: number, of: number) => `${s} of ${of} s` },
  witness: { zh: '网关旁看到的', en: 'Seen at the gateway' },
  witnessWhat: {
    zh: '包数只说明我们发了什么。请看网关的发射灯或旁边的收音机，勾出看到的。',
    en: 'Packets only say what we sent. Look at the gateway’s lamp, or listen beside it, and tick what was seen.',
  },
  keyedInIdle: { zh: '没人讲话时也亮过', en: 'It was on though nobody spoke' },
  stayedKeyed: { zh: '测试音断后 3 秒还亮', en: 'It was on 3 s after the tone broke off' },
  keepWitness: { zh: '记下', en: 'Keep it' },
  witnessKept: { zh: '已记下', en: 'Kept with the report' },
  witnessGood: { zh: '看过：静默不亮，断音就灭', en: 'Seen: dark at rest, dark after the tone' },
  none: { zh: '还没有检查过', en: 'Never run' },
  passed: { zh: '通过', en: 'Passed' },
  failed: { zh: '没有通过', en: 'Not passed' },
  notReached: { zh: '没有做到这一步', en: 'Not reached' },
  ranAt: { zh: (at: string, who: string) => `${at} ${who}`, en: (at: string, who: string) => `${at} ${who}` },
  idle: { zh: '静默不发射', en: 'Idle is unkeyed' },
  idleSaw: {
    zh: (s: number, packets: number) => `${s} 秒内发出 ${packets} 个包`,
    en: (s: number, packets: number) => `${packets} packets sent in ${s} s`,
  },
  keyed: { zh: '测试音发得出', en: 'The test tone goes out' },
  keyedSaw: { zh: (pps: number) => `${pps} 包/秒`, en: (pps: number) => `${pps} pkt/s` },
  lapse: { zh: '无人续约就停', en: 'Off when nobody renews' },
  lapseSaw: {
    zh: (s: string, packets: number) => `${s} 秒后停，其后 ${packets} 个包`,
    en: (s: string, packets: number) => `off after ${s} s, ${packets} packets since`,
  },
})

export const commissioningPhase = room({
  idle: { zh: '静默，看有没有包', en: 'Idle: watching for packets' },
  keyed: { zh: '发测试音', en: 'Sending the test tone' },
  lapse: { zh: '停止续约，等它停', en: 'No more renewals: waiting for it to stop' },
})

export const commissioningWhy = room({
  gateway_lost: { zh: '网关断开了', en: 'The gateway was lost' },
  sends_in_idle: { zh: '没人讲话时也有包发给网关', en: 'Packets went to the gateway though nobody spoke' },
  not_counted: { zh: '数不到包，网关的通话不完整', en: 'Packets could not be counted' },
  not_keyed: { zh: '测试音没有发出去', en: 'The test tone did not go out' },
  not_unkeyed: { zh: '无人续约，它还在发', en: 'Nobody renewed, and it went on sending' },
  too_late: { zh: '停得太晚，超过 3 秒', en: 'It stopped later than 3 s' },
  keyed_in_idle: { zh: '没人讲话时网关自己在发射', en: 'The gateway transmits though nobody speaks' },
  stayed_keyed: { zh: '声音停了 3 秒，网关还在发射', en: 'The gateway still transmits 3 s after its sound broke off' },
  interrupted: { zh: '检查中断', en: 'The run was interrupted' },
})

export const handhelds = room({
  title: { zh: '对讲机', en: 'Handhelds' },
  one: { zh: '对讲机', en: 'Handheld' },
  search: { zh: '找机号、名称、识别码、持有人', en: 'Number, name, identity or holder' },
  none: { zh: '还没有登记对讲机', en: 'No handheld registered yet' },
})

export const profileGroup = room({
  transmit: { zh: '发射', en: 'Transmitting' },
  receive: { zh: '接收', en: 'Receiving' },
  identity: { zh: '谁在讲', en: 'Who speaks' },
  network: { zh: '网络', en: 'Network' },
})

export const profileField = room({
  pttMode: { zh: '怎样让网关发射', en: 'How the gateway is keyed' },
  dtmfKey: { zh: '发射拨号码', en: 'Digits that key' },
  dtmfUnkey: { zh: '停止拨号码', en: 'Digits that unkey' },
  txLeadMs: { zh: '开讲前等待，毫秒', en: 'Lead time, ms' },
  txTailMs: { zh: '松开后再发，毫秒', en: 'Tail, ms' },
  totS: { zh: '最长发射，秒', en: 'Longest transmission, s' },
  totEmergencyS: { zh: '紧急时最长发射，秒', en: 'Longest in an emergency, s' },
  totPenaltyS: { zh: '超时后锁定，秒', en: 'Locked after a time-out, s' },
  corMode: { zh: '怎样知道有人在讲', en: 'How it tells that somebody speaks' },
  silenceSuppression: { zh: '静噪时网关停止发包', en: 'It stops its packets at squelch' },
  vadDb: { zh: '多响算有人讲，dB', en: 'How loud counts as a voice, dB' },
  rxDebounceMs: { zh: '短于此不算讲话，毫秒', en: 'Shorter is no voice, ms' },
  rxHangMs: { zh: '讲完后等待，毫秒', en: 'Hang after a voice, ms' },
  deafMs: { zh: '自己发完后不听，毫秒', en: 'Deaf after our own, ms' },
  rxTotS: { zh: '最长接收，秒', en: 'Longest reception, s' },
  loopMs: { zh: '互联时回声最长，毫秒', en: 'Longest echo of a patch, ms' },
  idScheme: { zh: '对讲机怎样报身份', en: 'How handhelds say who they are' },
  fiveTone: { zh: '五音制式', en: 'Five-tone table' },
  fiveToneEmergency: { zh: '五音紧急首码', en: 'First tones: emergency' },
  aniPtt: { zh: '讲话首码', en: 'First digit: speaks' },
  aniEmergency: { zh: '紧急首码', en: 'First digit: emergency' },
  jitterBuffer: { zh: '抖动缓冲', en: 'Jitter buffer' },
})

/** Why a value would be changed. */
export const profileHint = room({
  pttMode: { zh: '看网关说明书：有包就发、有声就发，还是拨号才发', en: 'The gateway’s manual says which' },
  dtmfKey: { zh: '拨这串号，网关开始发射', en: 'The gateway transmits after these digits' },
  dtmfUnkey: { zh: '拨这串号，网关停止', en: 'The gateway stops after these digits' },
  txLeadMs: {
    zh: '提示音后头一个字丢了就加大；有亚音约 250',
    en: 'Raise it if the first syllable is lost; about 250 with CTCSS',
  },
  txTailMs: { zh: '最后一个字丢了就加大', en: 'Raise it if the last syllable is lost' },
  totS: { zh: '到时自动断开，不能关掉', en: 'Cut then; it is never off' },
  totEmergencyS: { zh: '紧急锁存期间用这个', en: 'While an emergency is latched' },
  totPenaltyS: { zh: '被断开的人要松开这么久', en: 'How long who was cut must let go' },
  corMode: { zh: '一直发包的网关要按声音判断', en: 'By loudness for a gateway that sends all the time' },
  silenceSuppression: { zh: '没有人讲时不发包；一直发包的网关不要勾', en: 'Not for a gateway that sends all the time' },
  vadDb: {
    zh: '杂音也算讲话就调高，小声听不到就调低',
    en: 'Raise it if noise counts, lower it if quiet voices do not',
  },
  rxDebounceMs: { zh: '咔嗒声被当成讲话就加大', en: 'Raise it if clicks count as voices' },
  rxHangMs: { zh: '一句话被切成几段就加大', en: 'Raise it if one sentence becomes several overs' },
  deafMs: { zh: '听到自己的尾音就加大', en: 'Raise it if the port hears the end of its own' },
  rxTotS: { zh: '一直有载波到此就静音并报警', en: 'A carrier this long is muted and reported' },
  loopMs: { zh: '两院互联后来回应答就加大', en: 'Raise it if joined ports answer each other’s echo' },
  idScheme: { zh: '写频软件里看；不发身份就选“不报”', en: 'As programmed into the radios' },
  fiveTone: { zh: '写频软件里的制式', en: 'As programmed into the radios' },
  fiveToneEmergency: {
    zh: '五音以此开头就是紧急，后面几位是谁',
    en: 'A call that begins so is one of danger; the rest says who',
  },
  aniPtt: { zh: '尾码的第一位，表示讲话', en: 'What a call’s first digit says' },
  aniEmergency: { zh: '尾码的第一位，表示紧急', en: 'What a call’s first digit says in danger' },
  jitterBuffer: { zh: '网关和服务器在同一台交换机上可以不用', en: 'None where the gateway stands on the same switch' },
})

export const profileChoice = room({
  packet: { zh: '有语音包就发射', en: 'While packets come' },
  vox: { zh: '有声音就发射（VOX）', en: 'While it is loud (VOX)' },
  dtmf: { zh: '拨号（DTMF）', en: 'By DTMF' },
  constant: { zh: '接通就一直发射（不允许）', en: 'As long as it is connected (refused)' },
  rtpPresence: { zh: '有包就是有人讲', en: 'By its packets' },
  vad: { zh: '按声音大小', en: 'By loudness' },
  none: { zh: '不用', en: 'None' },
  mdc1200: { zh: 'MDC-1200', en: 'MDC-1200' },
  '5tone': { zh: '五音', en: 'Five tones' },
  digital: { zh: '网关报号', en: 'Told by the gateway' },
  zvei1: { zh: 'ZVEI-1', en: 'ZVEI-1' },
  ccir: { zh: 'CCIR', en: 'CCIR' },
  adaptive: { zh: '自适应', en: 'Adaptive' },
  fixed60: { zh: '固定 60 毫秒', en: 'Fixed, 60 ms' },
  true: { zh: '是', en: 'Yes' },
  false: { zh: '否', en: 'No' },
})

export const profileFault = room({
  'profile-field-unknown': { zh: '没有这一项', en: 'There is no such field' },
  'profile-constant-refused': {
    zh: '不允许：网关会在接通期间一直占用信道。请把网关改成有包或有声才发射。',
    en: 'Refused: the gateway would be on the air for as long as it is connected. Set it to transmit by packets or by voice.',
  },
  'profile-not-one-of': { zh: '不在可选之中', en: 'Not one of the choices' },
  'profile-out-of-range': {
    zh: (min: number, max: number) => `要在 ${min} 到 ${max} 之间`,
    en: (min: number, max: number) => `Must be ${min} to ${max}`,
  },
  'profile-digits-needed': { zh: '只能用 0-9 A-D * #', en: 'Only 0-9 A-D * #' },
  'profile-presence-needs-suppression': {
    zh: '网关一直发包时不能按包判断，会以为一直有人讲',
    en: 'Not by packets when it sends all the time: somebody would seem to speak for ever',
  },
  'profile-ani-must-differ': { zh: '要和讲话首码不同', en: 'Must differ from the digit for speaking' },
}) satisfies Record<ProfileFaultCode, unknown>
