import { room } from './words.ts'

export const dispatch = room({
  title: { zh: '派单建议', en: 'Who could go' },
  why: { zh: '为什么是他', en: 'Why this one' },
  others: { zh: (n: number) => `换人（${n}）`, en: (n: number) => `Others (${n})` },
  other: { zh: '换人', en: 'Another engineer' },
  notThese: { zh: (n: number) => `没派给的（${n}）`, en: (n: number) => `Passed over (${n})` },
  nobody: { zh: '现在没有人合适', en: 'Nobody fits now' },
  nobodyNext: {
    zh: '最接近的三位和各自的原因在下面；也可以先放着，到时间会告诉主管。',
    en: 'The nearest three, and why not, are below. Left alone, the supervisor is told in time.',
  },
  loading: { zh: '正在找合适的人', en: 'Looking for somebody' },
  send: { zh: '派单', en: 'Dispatch' },
  sendTo: { zh: (name: string) => `派给${name}`, en: (name: string) => `Send ${name}` },
  sent: {
    zh: (name: string) => `已派给${name}，等他接单`,
    en: (name: string) => `Sent to ${name}, waiting for an answer`,
  },
  byEngine: { zh: '让系统派', en: 'Let the desk find one' },
  byEngineDone: { zh: '系统正在派单', en: 'The desk is looking for somebody' },
  nextAt: { zh: '没人派的话，系统会在', en: 'By itself in' },
  toldBy: { zh: '怎么告诉他', en: 'Told by' },
  offers: { zh: '派给过谁', en: 'Asked' },
  crewOffer: { zh: (crew: string) => `${crew}全组`, en: (crew: string) => `all of ${crew}` },
  mine: { zh: '派给我的', en: 'Offered to me' },
  accept: { zh: '接单', en: 'Accept' },
  acceptFor: { zh: '替他接单', en: 'Accepts, by word' },
  accepted: { zh: '已接单', en: 'Accepted' },
  decline: { zh: '退掉', en: 'Decline' },
  declined: { zh: '已退掉，派给下一位', en: 'Declined, the next one is asked' },
  declineTitle: { zh: '为什么不去', en: 'Why not' },
  left: { zh: '还剩', en: 'left' },
  shiftUntil: { zh: (at: string) => `在班，到 ${at}`, en: (at: string) => `On shift until ${at}` },
  shift: { zh: '在班', en: 'On shift' },
  unconfirmed: { zh: '（还没报到）', en: ' (not confirmed yet)' },
  onCall: { zh: '在家备班', en: 'On call at home' },
  calledOff: { zh: '下班，同意被叫', en: 'Off shift, agreed to be called' },
  roleA: { zh: '这套系统的 A 角', en: 'A for this system' },
  roleB: { zh: '这套系统的 B 角', en: 'B for this system' },
  zone: { zh: (place: string) => `责任区：${place}`, en: (place: string) => `Looks after ${place}` },
  campusZone: { zh: '责任区：整个院区', en: 'Looks after the campus' },
  beforeAsset: { zh: '修过这台设备', en: 'Worked on this asset' },
  beforeFault: { zh: '在这里修过同样的故障', en: 'Had this fault here before' },
  load: {
    zh: (n: number, most: number) => `手上 ${n} 张，上限 ${most}`,
    en: (n: number, most: number) => `${n} of ${most} jobs`,
  },
  near: { zh: (place: string) => `上一处在${place}`, en: (place: string) => `Last seen at ${place}` },
  nearCampus: { zh: '上一处在同一院区', en: 'Last seen on this campus' },
  idleSince: { zh: (at: string) => `上一张单在 ${at}`, en: (at: string) => `Last job at ${at}` },
  noJobYet: { zh: '今天还没有单', en: 'No job yet' },
})

export const exclusion = room({
  'not-in-crew': { zh: '不在这类故障的班组', en: 'Not of a crew for this' },
  'off-shift': { zh: '不在班', en: 'Off shift' },
  'on-leave': { zh: '休假', en: 'On leave' },
  'other-campus': { zh: '在另一院区当班', en: 'On shift at the other campus' },
  'vendor-away': { zh: '厂商今天没来', en: 'Vendor not here today' },
  'at-limit': {
    zh: (n: number, most: number) => `手上 ${n} 张，到上限 ${most}`,
    en: (n: number, most: number) => `At the limit, ${n} of ${most}`,
  },
  declined: { zh: '这张单退过', en: 'Declined this job' },
  'place-forbidden': { zh: '不能进这个地方', en: 'Not let in there' },
  'shift-ends': { zh: (at: string) => `${at} 就下班`, en: (at: string) => `Shift ends at ${at}` },
})

/** What decided between the first and the next. */
export const ahead = room({
  duty: { zh: '在班在前', en: 'on shift' },
  role: { zh: '系统角色在前', en: 'system role' },
  zone: { zh: '责任区更近', en: 'smaller zone' },
  before: { zh: '修过', en: 'knows it' },
  load: { zh: '手上更少', en: 'fewer jobs' },
  near: { zh: '离得更近', en: 'nearer' },
  idle: { zh: '闲得更久', en: 'idle longer' },
})

export const offerState = room({
  open: { zh: '等回答', en: 'Waiting' },
  accepted: { zh: '接了', en: 'Accepted' },
  declined: { zh: '退了', en: 'Declined' },
  lapsed: { zh: '没回应', en: 'No answer' },
  withdrawn: { zh: '撤回', en: 'Withdrawn' },
})

export const way = room({
  console: { zh: '屏幕', en: 'screen' },
  radio: { zh: '对讲', en: 'radio' },
  phone: { zh: '电话', en: 'phone' },
  page: { zh: '手机', en: 'page' },
  mail: { zh: '邮件', en: 'mail' },
  by_hand: { zh: '客服代', en: 'the desk' },
})

export const declineReason = room({
  busy: { zh: '手上走不开', en: 'Busy' },
  too_far: { zh: '太远', en: 'Too far' },
  not_my_field: { zh: '不是我这块', en: 'Not my field' },
  off_duty: { zh: '不在班', en: 'Off duty' },
  needs_other: { zh: '要别的班组', en: 'Needs another crew' },
  other: { zh: '其他', en: 'Other' },
})
