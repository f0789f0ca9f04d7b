import { room } from './words.ts'

/** The lane of who waits and who is on duty, and the alarms above it. */
export const duty = room({
  title: { zh: '值班', en: 'On duty' },
  waiting: { zh: '正在等的', en: 'Waiting now' },
  nobodyWaits: { zh: '没有人在等', en: 'Nobody waits' },
  ringsAt: { zh: (who: string) => `正在振 ${who}`, en: (who: string) => `rings at ${who}` },
  withheld: { zh: '未显示号码', en: 'Number withheld' },
  agents: { zh: '上线的人', en: 'Taking calls' },
  nobodyOn: { zh: '没有人上线，来电走桌面话机', en: 'Nobody; calls ring the desk phones' },
  phoneLost: { zh: '话机断开', en: 'phone lost' },
  recording_missing: {
    zh: (n: number) => `${n} 通少了录音`,
    en: (n: number) => `${n} ${n === 1 ? 'call lacks its' : 'calls lack their'} recording`,
  },
  recording_short: {
    zh: (n: number) => `${n} 通录音短了`,
    en: (n: number) => `${n} ${n === 1 ? 'recording is' : 'recordings are'} short`,
  },
  unrecorded: {
    zh: (n: number) => `${n} 通没有录上`,
    en: (n: number) => `${n} ${n === 1 ? 'call' : 'calls'} went unrecorded`,
  },
  spool_full: { zh: (_n: number) => '录音盘满了', en: (_n: number) => 'The recording disk is full' },
  radio_unrecorded: {
    zh: (n: number) => `${n} 个电台端口没有录音`,
    en: (n: number) => `${n} radio ${n === 1 ? 'port is' : 'ports are'} not recorded`,
  },
  dialplan_dead_end: {
    zh: (n: number) => `拨号方案有 ${n} 处会挂断来电，请管理员看 /status`,
    en: (n: number) => `The dialplan cuts callers off at ${n} ${n === 1 ? 'place' : 'places'}: see /status`,
  },
  call_without_ticket: {
    zh: (n: number) => `${n} 通没有工单`,
    en: (n: number) => `${n} ${n === 1 ? 'call has' : 'calls have'} no ticket`,
  },
})
