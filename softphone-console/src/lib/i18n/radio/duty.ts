import { room } from '../words.ts'

/** The lane of who waits and who is on duty, and the alarms above it. */
export const duty = room({
  title: { zh: '值班', en: 'On duty' },
  waiting: { zh: '正在等的', en: 'Waiting now' },
  nobodyWaits: { zh: '没有人在等', en: 'Nobody waits' },
  ringsAt: { zh: (who: string) => `正在呼叫 ${who}`, en: (who: string) => `rings at ${who}` },
  withheld: { zh: '未显示号码', en: 'Number withheld' },
  agents: { zh: '上线的人', en: 'Taking calls' },
  nobodyOn: { zh: '没有人上线，来电走桌面话机', en: 'Nobody; calls ring the desk phones' },
  phoneLost: { zh: '话机断开', en: 'phone lost' },
  recording_missing: {
    zh: (n: number) => `${n} 通录音缺失`,
    en: (n: number) => `${n} ${n === 1 ? 'call lacks its' : 'calls lack their'} recording`,
  },
  recording_short: {
    zh: (n: number) => `${n} 通录音不全`,
    en: (n: number) => `${n} ${n === 1 ? 'recording is' : 'recordings are'} short`,
  },
  unrecorded: {
    zh: (n: number) => `${n} 通没有录上`,
    en: (n: number) => `${n} ${n === 1 ? 'call' : 'calls'} went unrecorded`,
  },
  spool_full: { zh: (_n: number) => '录音盘满了', en: (_n: number) => 'The recording disk is full' },
  radio_unrecorded: {
    zh: (n: number) => `${n} 个对讲端口没有录音`,
    en: (n: number) => `${n} radio ${n === 1 ? 'port is' : 'ports are'} not recorded`,
  },
  dialplan_dead_end: {
    zh: (n: number) => `拨号方案有 ${n} 处会挂断来电，请管理员看 /status`,
    en: (n: number) => `The dialplan cuts callers off at ${n} ${n === 1 ? 'place' : 'places'}: see /status`,
  },
  call_silent: {
    zh: (_n: number) => '一通电话一个多小时没有声音，还占着线：请主管看一下，可以挂断',
    en: (_n: number) => 'A call has stood for over an hour without any sound: a supervisor may end it',
  },
  openCall: { zh: '看这通电话', en: 'See the call' },
  seeAll: { zh: '全部列出', en: 'List them all' },
  radio_sends_in_idle: {
    zh: (n: number) => `没有人讲话，${n} 个对讲端口却在发射：请关掉网关，并告诉对讲管理员`,
    en: (n: number) =>
      `Nobody speaks, and yet ${n} radio ${n === 1 ? 'port is' : 'ports are'} sent packets: switch the gateway off and tell the radio’s administrator`,
  },
  radio_sends_elsewhere: {
    zh: (n: number) => `${n} 个对讲端口的声音发往别处：先不要用它讲话，请管理员核对网关的媒体地址`,
    en: (n: number) =>
      `What is said on ${n} radio ${n === 1 ? 'port' : 'ports'} goes elsewhere: do not speak there, have the gateway’s media address checked`,
  },
  radio_gateway_moved: {
    zh: (n: number) => `${n} 台对讲网关换了地址注册：请核对是不是自己的设备`,
    en: (n: number) =>
      `${n} radio ${n === 1 ? 'gateway has' : 'gateways have'} registered from another address: have it checked that it is ours`,
  },
  radio_not_believed: {
    zh: (n: number) => `${n} 个对讲端口的接收机卡住或时断时续，现在不收听`,
    en: (n: number) => `${n} radio ${n === 1 ? 'receiver is' : 'receivers are'} stuck or flapping, and not heard`,
  },
  at: { zh: (names: string) => `（${names}）`, en: (names: string) => ` (${names})` },
  callout_given_up: {
    zh: (_n: number) => '对讲呼叫没有人应答',
    en: (_n: number) => 'Nobody answered a call by radio',
  },
  openTicket: { zh: '看工单', en: 'Open the ticket' },
  sip_guessing: {
    zh: (n: number) => `有设备在反复试话机密码（${n} 次），请管理员查是哪一台`,
    en: (n: number) => `A device tries phone passwords again and again (${n} times): have it found`,
  },
  calls_refused: {
    zh: (n: number) => `网关送来的 ${n} 通来电没有接入，请管理员核对网关`,
    en: (n: number) => `${n} ${n === 1 ? 'call was' : 'calls were'} refused: have the gateway’s settings checked`,
  },
  call_without_ticket: {
    zh: (n: number) => `${n} 通没有工单`,
    en: (n: number) => `${n} ${n === 1 ? 'call has' : 'calls have'} no ticket`,
  },
})
