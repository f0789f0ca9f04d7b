import { room } from './words.ts'

/** The timeline of a ticket in words: what happened, by whom. `who` is '' when the desk did it by itself. */
const by = (zh: (who: string) => string, en: (who: string) => string) => ({
  zh: (who: string) => zh(who || '值班台'),
  en: (who: string) => en(who || 'The desk'),
})

export const happened = room({
  opened: by(
    (w) => `${w} 建单`,
    (w) => `${w} opened the ticket`,
  ),
  changed: by(
    (w) => `${w} 改了内容`,
    (w) => `${w} changed it`,
  ),
  note: by(
    (w) => `${w} 备注`,
    (w) => `${w} noted`,
  ),
  urged: by(
    (w) => `${w} 催单`,
    (w) => `${w} urged it`,
  ),
  'call-joined': by(
    (w) => `${w} 把一通来电归到本单`,
    (w) => `${w} joined a call to it`,
  ),
  'call-left': by(
    (w) => `${w} 把一通来电移走`,
    (w) => `${w} took a call off it`,
  ),
  take: by(
    (w) => `${w} 认领`,
    (w) => `${w} took it on`,
  ),
  assign: by(
    (w) => `${w} 派单`,
    (w) => `${w} assigned it`,
  ),
  done: by(
    (w) => `${w} 完成`,
    (w) => `${w} finished it`,
  ),
  withdraw: by(
    (w) => `${w} 撤单`,
    (w) => `${w} withdrew it`,
  ),
  'give-up': by(
    (w) => `${w} 标为未解决`,
    (w) => `${w} marked it unresolved`,
  ),
  reopen: by(
    (w) => `${w} 转返修`,
    (w) => `${w} reopened it`,
  ),
  arrive: by(
    (w) => `${w} 登记到场`,
    (w) => `${w} noted the arrival`,
  ),
  wait: by(
    (w) => `${w} 挂起`,
    (w) => `${w} put it to wait`,
  ),
  resume: by(
    (w) => `${w} 继续处理`,
    (w) => `${w} went on with it`,
  ),
  return: by(
    (w) => `${w} 退单`,
    (w) => `${w} gave it back`,
  ),
  transfer: by(
    (w) => `${w} 转单`,
    (w) => `${w} passed it on`,
  ),
  review: by(
    (w) => `${w} 审核通过`,
    (w) => `${w} reviewed it`,
  ),
  'send-back': by(
    (w) => `${w} 退回补做`,
    (w) => `${w} sent it back`,
  ),
  verify: by(
    (w) => `${w} 验收`,
    (w) => `${w} verified it`,
  ),
  'not-fixed': by(
    (w) => `${w} 说没修好，转返修`,
    (w) => `${w} said it does not work: reopened`,
  ),
  rate: by(
    (w) => `${w} 评价`,
    (w) => `${w} gave stars`,
  ),
  merge: by(
    (w) => `${w} 合并`,
    (w) => `${w} merged it`,
  ),
  split: by(
    (w) => `${w} 拆开`,
    (w) => `${w} split it again`,
  ),
  linked: by(
    (w) => `${w} 关联工单`,
    (w) => `${w} linked it`,
  ),
  unlinked: by(
    (w) => `${w} 取消关联`,
    (w) => `${w} unlinked it`,
  ),
  complain: by(
    (w) => `${w} 投诉`,
    (w) => `${w} complained`,
  ),
  'answer-complaint': by(
    (w) => `${w} 答复投诉`,
    (w) => `${w} answered the complaint`,
  ),
  instruct: by(
    (w) => `${w} 督办`,
    (w) => `${w} instructed`,
  ),
  'join-in': by(
    (w) => `${w} 请人协办`,
    (w) => `${w} asked another crew in`,
  ),
  'woke-up': { zh: () => '挂起到时，自己醒来', en: () => 'Its wait was over: it woke by itself' },
  'ticket.opened': by(
    (w) => `${w} 建单`,
    (w) => `${w} opened the ticket`,
  ),
  'ticket.changed': by(
    (w) => `${w} 改了内容`,
    (w) => `${w} changed it`,
  ),
  'ticket.call-joined': by(
    (w) => `${w} 把一通来电归到本单`,
    (w) => `${w} joined a call to it`,
  ),
  'ticket.call-left': by(
    (w) => `${w} 把一通来电移走`,
    (w) => `${w} took a call off it`,
  ),
  'ticket.noted': by(
    (w) => `${w} 写了备注`,
    (w) => `${w} wrote a note`,
  ),
  'ticket.urged': by(
    (w) => `${w} 催单`,
    (w) => `${w} urged it`,
  ),
  'ticket.assigned': by(
    (w) => `${w} 认领`,
    (w) => `${w} took it on`,
  ),
  'ticket.state': by(
    (w) => `${w} 改了状态`,
    (w) => `${w} changed its state`,
  ),
  'call.arrived': { zh: () => '来电到达', en: () => 'The call came in' },
  'call.queued': { zh: () => '来电排队', en: () => 'The call was queued' },
  'call.offered': by(
    (w) => `在 ${w} 处振铃`,
    (w) => `It rang ${w}`,
  ),
  'call.offer-ended': by(
    (w) => `${w} 处振铃结束`,
    (w) => `${w} was no longer rung`,
  ),
  'call.answered': by(
    (w) => `${w} 接听来电`,
    (w) => `${w} answered the call`,
  ),
  'call.held': by(
    (w) => `${w} 保持`,
    (w) => `${w} put the call on hold`,
  ),
  'call.resumed': by(
    (w) => `${w} 恢复通话`,
    (w) => `${w} took the call off hold`,
  ),
  'call.leg-ended': { zh: () => '一方离开通话', en: () => 'One side left the call' },
  'call.ended': { zh: () => '通话结束', en: () => 'The call ended' },
  'call.identified': by(
    (w) => `${w} 认出来电人`,
    (w) => `${w} identified the caller`,
  ),
  'call.voicemail-left': { zh: () => '来电人留言', en: () => 'The caller left a voicemail' },
  'call.callback-asked': { zh: () => '来电人要求回电', en: () => 'The caller asked for a call back' },
  'call.unrecorded': { zh: () => '这通电话没有录上', en: () => 'The call was not recorded' },
  'call.explained': by(
    (w) => `${w} 写了不需要工单的原因`,
    (w) => `${w} wrote why no ticket is needed`,
  ),
  'call.end-asked': by(
    (w) => `${w} 让交换机挂断了这通电话`,
    (w) => `${w} had the call hung up`,
  ),
  'callback.owed': { zh: () => '欠一次回电', en: () => 'A callback is owed' },
  'callback.taken': by(
    (w) => `${w} 认领回电`,
    (w) => `${w} took the callback`,
  ),
  'callback.released': by(
    (w) => `${w} 取消认领回电`,
    (w) => `${w} released the callback`,
  ),
  'callback.cleared': by(
    (w) => `${w} 关闭回电`,
    (w) => `${w} closed the callback`,
  ),
  'recording.filing': { zh: () => '录音正在归档', en: () => 'The recording is being filed' },
  'recording.filed': { zh: () => '录音已归档', en: () => 'The recording is filed' },
  'recording.missing': { zh: () => '录音缺失', en: () => 'The recording is missing' },
  'recording.short': { zh: () => '录音不全', en: () => 'The recording is short' },
  'recording.listened': by(
    (w) => `${w} 听了录音`,
    (w) => `${w} listened to the recording`,
  ),
})

/** What stands in a ticket's field, by its name on the wire. */
export const fieldName = room({
  what: { zh: '报修内容', en: 'what is wrong' },
  notes: { zh: '备注', en: 'notes' },
  kind: { zh: '性质', en: 'kind' },
  line: { zh: '服务线', en: 'line' },
  placeId: { zh: '地点', en: 'place' },
  placeText: { zh: '地点文字', en: 'place in words' },
  unitId: { zh: '科室', en: 'department' },
  reporterId: { zh: '报修人', en: 'reporter' },
  reporterName: { zh: '报修人姓名', en: 'reporter’s name' },
  contactNumber: { zh: '联系电话', en: 'contact number' },
  categoryId: { zh: '类别', en: 'category' },
  confirmedCategoryId: { zh: '现场确认类别', en: 'confirmed category' },
  confirmedPlaceId: { zh: '现场确认地点', en: 'confirmed place' },
  impact: { zh: '影响', en: 'impact' },
  urgency: { zh: '紧急程度', en: 'urgency' },
  confirmedImpact: { zh: '现场确认影响', en: 'confirmed impact' },
  confirmedUrgency: { zh: '现场确认紧急程度', en: 'confirmed urgency' },
  ipAddress: { zh: 'IP 地址', en: 'IP address' },
  priority: { zh: '优先级', en: 'priority' },
  state: { zh: '状态', en: 'state' },
  assigneeId: { zh: '处理人', en: 'assignee' },
  crewId: { zh: '班组', en: 'crew' },
  resolution: { zh: '怎样解决', en: 'resolution' },
  faultCause: { zh: '故障原因', en: 'cause' },
})

export const timeline = room({
  became: { zh: (state: string) => `变为${state}`, en: (state: string) => `now ${state}` },
  set: {
    zh: (field: string, value: string) => `${field}：${value}`,
    en: (field: string, value: string) => `${field}: ${value}`,
  },
  changed: {
    zh: (field: string, from: string, to: string) => `${field}：${from} → ${to}`,
    en: (field: string, from: string, to: string) => `${field}: ${from} → ${to}`,
  },
  cleared: { zh: (field: string) => `清空${field}`, en: (field: string) => `${field} cleared` },
  other: { zh: (kind: string) => `有变动（${kind}）`, en: (kind: string) => `Something happened (${kind})` },
})
