import { room } from './words.ts'

/** The night switch of a line. */
export const night = room({
  title: { zh: '夜间开关', en: 'Night switch' },
  how: {
    zh: '手动压过时间表：夜间的来电先响手持话机，再响手机，最后留言。拨回“按日历”才恢复。',
    en: 'By hand it stands above the hours: at night a call rings the handset, then the mobile, then takes a message. Turn it back to the calendar when done.',
  },
  auto: { zh: '按日历', en: 'By calendar' },
  on: { zh: '夜间', en: 'Night' },
  off: { zh: '白天', en: 'Day' },
  never: { zh: '一直按日历', en: 'by calendar all along' },
  since: {
    zh: (state: string, at: string, who: string) => `${state}，自 ${at}，${who}`,
    en: (state: string, at: string, who: string) => `${state} since ${at}, by ${who}`,
  },
  nobody: { zh: '已停用的账号', en: 'a retired account' },
  choose: { zh: (line: string) => `${line}的夜间开关`, en: (line: string) => `Night switch of ${line}` },
  askOn: { zh: (line: string) => `${line}现在转夜间？`, en: (line: string) => `Turn ${line} to night now?` },
  askOff: { zh: (line: string) => `${line}现在转白天？`, en: (line: string) => `Turn ${line} to day now?` },
  askAuto: { zh: (line: string) => `${line}恢复按日历？`, en: (line: string) => `Put ${line} back on its calendar?` },
  willOn: {
    zh: '两个院区打这条线的下一通电话起，不再进队列，客服不振铃。正在等的和正在通话的不受影响。',
    en: 'From the next call on, at both campuses, callers no longer queue and no agent rings. Calls waiting or talking now go on.',
  },
  willOff: {
    zh: '从下一通电话起进队列，时间表到了夜里也一样。',
    en: 'From the next call on callers queue, at night hours too.',
  },
  willAuto: { zh: '从下一通电话起按时间表。', en: 'From the next call on the hours hold again.' },
  turn: { zh: '转换', en: 'Turn it' },
  told: { zh: '已转换，交换机已确认', en: 'Turned; the exchange has confirmed' },
  untold: {
    zh: '已记下，交换机还没有确认；连上后会自动照办',
    en: 'Written down; the exchange has not confirmed yet and will be told when it is back',
  },
  readOnly: { zh: '只有管理员和这条线的主管能转', en: 'Administrators and the line’s supervisors turn it' },
})
