import { room } from './words.ts'

/** An agent's state, its reasons, the phone and its sound. */
export const agent = room({
  myState: { zh: '我的状态', en: 'My state' },
  ready: { zh: '就绪', en: 'Ready' },
  not_ready: { zh: '未就绪', en: 'Not ready' },
  wrap_up: { zh: '话后处理', en: 'Wrap-up' },
  signed_out: { zh: '未上线', en: 'Off' },
  ringing: { zh: '振铃', en: 'Ringing' },
  talking: { zh: '通话中', en: 'On call' },
  unconfirmed: { zh: (state: string) => `${state}（服务器未确认）`, en: (state: string) => `${state} (unconfirmed)` },
  since: { zh: (at: string) => `${at} 起`, en: (at: string) => `since ${at}` },
  afterCall: { zh: (next: string) => `通话后 → ${next}`, en: (next: string) => `After the call → ${next}` },
  afterWrapUp: { zh: (next: string) => `话后处理后 → ${next}`, en: (next: string) => `After wrap-up → ${next}` },
  chooseState: { zh: '换状态', en: 'Change state' },
  chooseNext: { zh: '先选好通话后的状态', en: 'Choose the state after the call' },
  readyNote: { zh: '接所有已登录的线', en: 'Takes calls of all my lines' },
  wrapNote: { zh: '到点不自动打断没填完的工单', en: 'Does not cut off an unfinished ticket' },
  wrapUpOnly: { zh: '只有通话之后才有话后处理', en: 'Wrap-up only follows a call' },
  goOff: { zh: '下线', en: 'Stop taking calls' },
  goOffNote: { zh: '话机注销，来电转给别人', en: 'The phone signs off; calls go to others' },
  goOn: { zh: '上线', en: 'Take calls' },
  nowReady: { zh: '已就绪', en: 'You are ready' },
  nowNotReady: { zh: (reason: string) => `已未就绪：${reason}`, en: (reason: string) => `Not ready: ${reason}` },
  nextIs: { zh: (next: string) => `通话后：${next}`, en: (next: string) => `After the call: ${next}` },
  elsewhereTitle: { zh: '话机在另一台电脑上', en: 'Your phone is on another computer' },
  elsewhereWhat: {
    zh: '一个人只有一部话机。接过来以后，电话只在这里响，那一台会停下；那边正在讲的通话可以讲完。',
    en: 'One person has one phone. Once taken over it rings only here and the other one stops; a call being talked there is finished there.',
  },
  takeOver: { zh: '接过来', en: 'Take it over' },
  movedAway: {
    zh: '话机已被另一台电脑接过去，这里不再响铃。',
    en: 'Another computer took the phone over; it no longer rings here.',
  },
  putOff: {
    zh: '您已下线：权限、密码或登录变了。正在讲的通话可以讲完。',
    en: 'You no longer take calls: your rights, password or sign-in changed. A call you are on is yours to finish.',
  },
  extended: { zh: '话后处理已延长', en: 'Wrap-up extended' },
})

export const notReady: Record<string, { zh: string; en: string }> = {
  break: { zh: '小休', en: 'Break' },
  meal: { zh: '用餐', en: 'Meal' },
  meeting: { zh: '会议', en: 'Meeting' },
  training: { zh: '培训', en: 'Training' },
  paperwork: { zh: '案头', en: 'Paperwork' },
  phone_lost: { zh: '话机断开', en: 'Phone lost' },
  ring_untested: { zh: '铃声没有试过', en: 'Ring untested' },
  no_answer: { zh: '刚才一通没有接到', en: 'Missed the last call' },
}

/** The phone: whether it can ring, and why not. */
export const phone = room({
  off: { zh: '话机没有上线', en: 'Phone is off' },
  connecting: { zh: '话机正在连接', en: 'Phone is connecting' },
  registered: { zh: '话机已连上', en: 'Phone connected' },
  lost: { zh: '话机断开', en: 'Phone lost' },
  following: { zh: '电话在另一个标签页', en: 'Phone is in another tab' },
  lostSince: { zh: (at: string) => `话机断开，自 ${at}`, en: (at: string) => `Phone lost since ${at}` },
})

export const phoneWhy = room({
  wire: { zh: '连不到交换机，正在重连', en: 'the exchange cannot be reached; trying again' },
  refused: { zh: '交换机不认这个密码，正在换新的', en: 'the exchange refused the password; getting a new one' },
  expired: { zh: '密码到期，正在换新的', en: 'the password ran out; getting a new one' },
  no_microphone: { zh: '用不了麦克风，请允许并接好', en: 'no microphone; allow it and plug it in' },
  other_tab: { zh: '关掉那一页，这里就接手', en: 'close that tab and this one takes over' },
  taken: {
    zh: '它在另一台电脑上；要在这里接听，请按“上线”',
    en: 'it is on another computer; press "Take calls" to have it here',
  },
  not_asked: { zh: '按“上线”开始接听', en: 'press "Take calls" to begin' },
})

/** The ring test at sign-in. */
export const ringTest = room({
  title: { zh: '试响铃', en: 'Test the ring' },
  why: {
    zh: '铃声要真的听到才算数。试过才能就绪。',
    en: 'A ring counts only when it is heard. Ready comes after the test.',
  },
  play: { zh: '放一声', en: 'Play it' },
  playing: { zh: '正在放…', en: 'Playing…' },
  heard: { zh: '听到了，就绪', en: 'I heard it: ready' },
  notHeard: { zh: '没听到', en: 'I did not' },
  tested: { zh: (at: string) => `铃声 ${at} 已试`, en: (at: string) => `Ring tested ${at}` },
  untested: { zh: '铃声未试', en: 'Ring untested' },
  second: { zh: '第二响铃输出', en: 'Second output for the ring' },
  secondNone: { zh: '只用耳机', en: 'Headset only' },
  microphone: { zh: '麦克风', en: 'Microphone' },
  speak: { zh: '说句话，看横条动不动', en: 'Say something and watch the bar' },
  unlock: { zh: '点一下恢复声音', en: 'Click to bring sound back' },
})

export const soundFault = room({
  locked: { zh: '浏览器锁住了声音，点一下页面再试', en: 'The browser holds sound back; click the page and try again' },
  no_output: { zh: '这台电脑没有可用的声音输出', en: 'This computer has no sound output' },
  silent: { zh: '铃声没有放出来', en: 'The ring did not come out' },
  no_second_output: { zh: '第二输出打不开，请另选', en: 'The second output cannot be used; choose another' },
  not_heard: { zh: '您没有听到，请查音量和输出', en: 'You did not hear it; check volume and output' },
  no_microphone: { zh: '用不了麦克风', en: 'The microphone cannot be used' },
})
