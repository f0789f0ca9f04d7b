import { room } from '../words.ts'

/** Calling an engineer out by radio, from a ticket. */
export const callout = room({
  title: { zh: '对讲呼叫', en: 'Call out by radio' },
  open: { zh: '对讲呼叫…', en: 'Call by radio…' },
  port: { zh: '在哪个端口播', en: 'On which port' },
  language: { zh: '用什么话', en: 'Language' },
  whom: { zh: '呼叫谁', en: 'Who is called' },
  everybody: { zh: '所有工程师', en: 'All engineers' },
  unit: {
    zh: (code: string, who: string) => `${code} 号机 · ${who}`,
    en: (code: string, who: string) => `Handheld ${code} · ${who}`,
  },
  fault: { zh: '故障怎么说（可改）', en: 'The fault, as spoken (may be changed)' },
  willSay: { zh: '会这样念，念两遍', en: 'What will be said, twice' },
  say: { zh: '播出', en: 'Put it on the air' },
  asked: { zh: '已排上，信道空下来就播', en: 'Queued: it is said as soon as the channel is free' },
  note: { zh: '不念患者信息。有人讲话时等他讲完。', en: 'Nothing about patients. It waits until nobody speaks.' },
  patient: {
    zh: '可能有患者信息，谁都听得到。看过了，照样播。',
    en: 'This may name a patient, and anyone can hear it. I have looked; say it.',
  },
  noTransmit: {
    zh: '这个地点不能用对讲机发射：先念出来，请到门外再回话。',
    en: 'No transmitting at this place: it is said first. Answer from outside.',
  },
  sign: { zh: '禁止发射', en: 'No transmitting' },
  saying: { zh: '正在播', en: 'being said' },
  waiting: { zh: '等应答', en: 'waiting for an answer' },
  acknowledged: { zh: '已应答', en: 'acknowledged' },
  given_up: { zh: '没有人应答', en: 'nobody answered' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  code: { zh: (code: string) => `应答码 ${code}`, en: (code: string) => `answer code ${code}` },
  answeredClick: { zh: '已应答', en: 'They answered' },
  whoAnswers: { zh: '应答的是谁', en: 'Who answered' },
  unknownWho: {
    zh: '有人应答，还不知道是谁：问清楚，工单就归他',
    en: 'Somebody answered, nobody knows who: ask, and the ticket is theirs',
  },
  theyGo: { zh: '记下是谁', en: 'Note who' },
  takeOver: { zh: '我来处理', en: 'I see to it' },
  tookOver: { zh: '已接手，警报解除', en: 'Taken over; the alarm is off' },
  supervisors: { zh: '由主管接手，或记下后来应答的人', en: 'A supervisor takes over, or note who answered after all' },
  cancelIt: { zh: '不再呼叫', en: 'Stop calling' },
  acknowledgedNow: { zh: '已记下应答', en: 'Answer noted' },
  cancelledNow: { zh: '已停止呼叫', en: 'Calling stopped' },
})

/** The languages an announcement is spoken in. */
export const spoken = room({
  'zh-CN': { zh: '普通话', en: 'Mandarin' },
  en: { zh: '英语', en: 'English' },
})

/** Steps of a call-out on the ticket's timeline. */
export const calloutSteps = room({
  asked: { zh: '要用对讲呼叫', en: 'asked for a call by radio' },
  said: { zh: '对讲已播出', en: 'said on the radio' },
  waiting: { zh: '等应答', en: 'waiting for an answer' },
  acknowledged: { zh: '已应答', en: 'acknowledged' },
  no_answer: { zh: '没有应答', en: 'no answer' },
  again: { zh: '再播一次', en: 'said again' },
  escalated: { zh: '改呼下一个人', en: 'the next in line is called' },
  given_up: { zh: '没有人应答，停止呼叫', en: 'nobody answered; given up' },
  taken_over: { zh: '接手处理', en: 'took over' },
  refused: { zh: '没有播出去', en: 'not put on the air' },
  cancelled: { zh: '已取消呼叫', en: 'cancelled' },
})
