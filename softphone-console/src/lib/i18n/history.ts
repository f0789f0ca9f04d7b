import { room } from './words.ts'

export const callState = room({
  arrived: { zh: '刚到', en: 'Arrived' },
  queued: { zh: '排队', en: 'Waiting' },
  offered: { zh: '振铃', en: 'Ringing' },
  talking: { zh: '通话中', en: 'Talking' },
  ended: { zh: '已结束', en: 'Ended' },
})

export const callOutcome = room({
  answered: { zh: '接听', en: 'Answered' },
  abandoned: { zh: '未接来电', en: 'Abandoned' },
  voicemail: { zh: '留言', en: 'Voicemail' },
  callback_asked: { zh: '要求回电', en: 'Asked for a call back' },
  refused: { zh: '拒接', en: 'Refused' },
  failed: { zh: '没接通', en: 'Failed' },
})

export const callDirection = room({
  inbound: { zh: '来电', en: 'In' },
  outbound: { zh: '外呼', en: 'Out' },
  callback: { zh: '回电', en: 'Call back' },
})

export const identifiedHow = room({
  ward_number: { zh: '按分机认出', en: 'by the extension' },
  mobile_of_person: { zh: '按手机认出', en: 'by the mobile' },
  number_twice: { zh: '号码有两处', en: 'the number is at two places' },
  shared_trunk: { zh: '共用中继，认不出地点', en: 'shared trunk: no place' },
  keyed_by_agent: { zh: '客服问到分机', en: 'keyed by the agent' },
  attached_by_agent: { zh: '客服指定', en: 'attached by the agent' },
  unknown: { zh: '不认识', en: 'unknown' },
  withheld: { zh: '号码未显示', en: 'withheld' },
})

export const offerOutcome = room({
  answered: { zh: '接听', en: 'answered' },
  no_answer: { zh: '没接', en: 'no answer' },
  declined: { zh: '拒接', en: 'declined' },
  cancelled: { zh: '取消', en: 'cancelled' },
  unreachable: { zh: '话机不在', en: 'unreachable' },
})

export const history = room({
  calls: { zh: '通话', en: 'Calls' },
  none: { zh: '还没有通话', en: 'No calls yet' },
  noneFit: { zh: '没有符合的通话', en: 'No call fits' },
  mine: { zh: '我的', en: 'Mine' },
  open: { zh: '还没结束', en: 'Going on' },
  alarm: { zh: '录音有问题', en: 'Recording alarm' },
  alarmOf: {
    zh: (what: string) => `${what}。查看后请确认；确认之前它一直是告警。`,
    en: (what: string) => `${what}. Look into it, then acknowledge; until then it stands as an alarm.`,
  },
  alarmKnown: {
    zh: (what: string, who: string, at: string) => `${what} · ${who} ${at} 已确认`,
    en: (what: string, who: string, at: string) => `${what} · acknowledged by ${who}, ${at}`,
  },
  alarmGone: { zh: '系统', en: 'the desk' },
  acknowledge: { zh: '已知悉', en: 'Acknowledge' },
  acknowledged: { zh: '已确认，告警随即消失', en: 'Acknowledged; the alarm goes away' },
  lackingSound: { zh: '录音缺失', en: 'The recording is missing' },
  shortSound: { zh: '录音不全', en: 'The recording is short' },
  neverRecorded: { zh: '没有录上', en: 'The call went unrecorded' },
  ani: { zh: '主叫号码', en: 'Calling number' },
  anyPlace: { zh: '所有地点', en: 'Any place' },
  when: { zh: '时间', en: 'When' },
  who: { zh: '谁、哪里', en: 'Who and where' },
  line: { zh: '服务线', en: 'Line' },
  outcome: { zh: '结果', en: 'Outcome' },
  agent: { zh: '客服', en: 'Agent' },
  length: { zh: '等 / 讲', en: 'Wait / talk' },
  ledTo: { zh: '去向', en: 'Led to' },
  ticket: { zh: '工单', en: 'Ticket' },
  callback: { zh: '待回电', en: 'Callback owed' },
  unexplained: { zh: '没有工单也没有原因', en: 'No ticket, no reason' },
  openTicket: { zh: '补建工单', en: 'Open a ticket' },
  recovered: { zh: '补录', en: 'Recovered' },
  unrecorded: { zh: (why: string) => `没有录上：${why}`, en: (why: string) => `Not recorded: ${why}` },
  dialled: { zh: '拨的号码', en: 'Dialled' },
  diverted: { zh: '从哪转来', en: 'Diverted from' },
  otherNumber: { zh: '交换机另报的号码', en: 'Other number the exchange named' },
  nameShown: { zh: '来电名称', en: 'Name shown' },
  identified: { zh: '怎么认出', en: 'Identified' },
  arrived: { zh: '到达', en: 'Arrived' },
  queued: { zh: '排队', en: 'Queued' },
  answered: { zh: '接听', en: 'Answered' },
  ended: { zh: '结束', en: 'Ended' },
  legs: { zh: '各方', en: 'Legs' },
  offers: { zh: '先后响过谁', en: 'Who it rang' },
  station: { zh: '话机', en: 'Station' },
  lost: { zh: '中途断掉', en: 'lost on the way' },
  callerSide: { zh: '来电', en: 'Caller' },
  agentSide: { zh: '客服', en: 'Agent' },
  callBack: { zh: '回拨', en: 'Call back' },
  explain: { zh: '写原因…', en: 'Write a reason…' },
  end: { zh: '挂断这通电话…', en: 'End this call…' },
  endTitle: { zh: '挂断这通电话', en: 'End this call' },
  endAsk: {
    zh: '交换机会挂断这通电话的所有各方。只用于没有人在讲、却一直占着线的电话；会记下是您挂断的。',
    en: 'The exchange hangs up everyone in this call. For a call that holds its line though nobody speaks; it is written down that you ended it.',
  },
  endDone: { zh: '已让交换机挂断', en: 'The exchange was told to hang up' },
})
