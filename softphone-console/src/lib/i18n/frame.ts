import { room } from './words.ts'

/** Words of the frame around every screen: top bar, rail, queues, the strip that says we are blind, sign-in. */
export const frame = room({
  mainNav: { zh: '主导航', en: 'Main navigation' },
  desk: { zh: '工作台', en: 'Desk' },
  tickets: { zh: '工单', en: 'Tickets' },
  callbacks: { zh: '回电', en: 'Callbacks' },
  directory: { zh: '通讯录', en: 'Directory' },
  dialPad: { zh: '拨号', en: 'Dial' },
  shortcuts: { zh: '快捷键', en: 'Keys' },
  todo: { zh: (n: number) => `${n} 张待办`, en: (n: number) => `${n} to do` },
  findHint: { zh: '工单、号码、科室', en: 'Ticket or number' },
  signOut: { zh: '退出登录', en: 'Sign out' },
  language: { zh: 'English', en: '中文' },
  theme: { zh: '明暗', en: 'Theme' },
  themeAuto: { zh: '跟随系统', en: 'As the system' },
  themeLight: { zh: '浅色', en: 'Light' },
  themeDark: { zh: '深色', en: 'Dark' },
  account: { zh: '我的账号', en: 'My account' },
  narrow: {
    zh: '窗口不到 1024 宽：工作台要三栏，请放宽窗口。',
    en: 'The window is under 1024 wide; the desk needs three lanes. Please widen it.',
  },

  queues: { zh: '排队：服务线 × 院区', en: 'Queues: lines × campuses' },
  waiting: { zh: '等待', en: 'Waiting' },
  longest: { zh: '最久', en: 'Longest' },
  level: { zh: '20 秒接通率', en: 'Service level' },
  ready: { zh: (n: number) => `${n} 人就绪`, en: (n: number) => `${n} ready` },
  nobody: { zh: '没有人就绪', en: 'none ready' },
  busy: { zh: '偏忙', en: 'Busy' },
  urgent: { zh: '告急', en: 'Urgent' },
  asOf: { zh: (at: string) => `${at} 的数`, en: (at: string) => `as of ${at}` },
  formula: {
    zh: '20 秒接通率 =（20 秒内接听 + 20 秒内未接来电）÷（接听 + 未接来电）',
    en: 'Service level = (answered in 20 s + abandoned in 20 s) ÷ (answered + abandoned)',
  },
  formulaToday: {
    zh: (answered: number, abandoned: number) => `今日接听 ${answered}，未接来电 ${abandoned}`,
    en: (answered: number, abandoned: number) => `Today: ${answered} answered, ${abandoned} abandoned`,
  },
  formulaShort: {
    zh: (n: number) => `短时挂断（5 秒内）${n} 通，不计`,
    en: (n: number) => `${n} who hung up within 5 s left out`,
  },

  health: { zh: '线路健康', en: 'Connections' },
  allWell: { zh: '线路正常', en: 'All connections up' },
  wireBroken: {
    zh: (wire: string, at: string) => `${wire}断开 · 自 ${at}`,
    en: (wire: string, at: string) => `${wire} down since ${at}`,
  },
  wireSlow: { zh: (wire: string) => `${wire}慢`, en: (wire: string) => `${wire} slow` },
  serverGone: { zh: (at: string) => `服务断开 · 自 ${at}`, en: (at: string) => `Server out of sight since ${at}` },

  blindTitle: {
    zh: (at: string, span: string) => `看不到服务器，自 ${at}（${span}）`,
    en: (at: string, span: string) => `The server cannot be seen since ${at} (${span})`,
  },
  blindPhone: {
    zh: '下面是断开前的样子。电话照常排队和录音；浏览器话机仍可接，没有弹屏；您写的存在本机，连上后补交。',
    en: 'Below is how things stood. Calls go on queueing and being recorded; this phone still answers, without a pop. What you write is kept here and sent later.',
  },
  blindNoPhone: {
    zh: '下面是断开前的样子。电话照常排队和录音；浏览器话机也断了，来电改在桌面话机响。',
    en: 'Below is how things stood. Calls go on queueing and being recorded; this phone is down too, calls ring on the desk phone.',
  },
  blindOther: {
    zh: '下面是断开前的样子。电话照常排队和录音；您写的存在本机，连上后补交。',
    en: 'Below is how things stood. Calls go on queueing and being recorded. What you write is kept here and sent later.',
  },
  nextTry: {
    zh: (n: number, s: number) => `第 ${n} 次重连，${s} 秒后再试`,
    en: (n: number, s: number) => `Try ${n}; again in ${s} s`,
  },
  tryNow: { zh: '现在重连', en: 'Connect now' },
  dataAt: { zh: (at: string) => `数据 ${at}`, en: (at: string) => `Data of ${at}` },

  signInTitle: { zh: '登录值班台', en: 'Sign in to Dutydesk' },
  account_name: { zh: '账号', en: 'Account' },
  password: { zh: '密码', en: 'Password' },
  signIn: { zh: '登录', en: 'Sign in' },
  byeExpired: { zh: '登录已到期，请重新登录。', en: 'The session ran out. Sign in again.' },
  byeRevoked: { zh: '登录已被收回，请找管理员。', en: 'The session was taken back. Ask an administrator.' },
  newPasswordTitle: { zh: '请先换密码', en: 'Choose a new password first' },
  newPasswordWhy: {
    zh: '这是一次性密码，换过才能用工作台。',
    en: 'This password works once; the desk opens when it is changed.',
  },
  newPassword: { zh: '新密码（至少 12 位）', en: 'New password (12 or more)' },
  newPasswordAgain: { zh: '再写一遍', en: 'Once more' },
  passwordsDiffer: { zh: '两遍不一样', en: 'The two differ' },
  passwordChanged: { zh: '密码已换', en: 'Password changed' },
})

export const wires: Record<string, { zh: string; en: string }> = {
  ami: { zh: '交换机事件', en: 'Exchange events' },
  ari: { zh: '交换机控制', en: 'Exchange control' },
  sip: { zh: '话机线路', en: 'Phone lines' },
  phones: { zh: '浏览器话机接入', en: 'Way in for browser phones' },
  postgres: { zh: '数据库', en: 'Database' },
  vault: { zh: '录音库', en: 'Recording vault' },
  spool: { zh: '录音盘', en: 'Recording disk' },
  cel: { zh: '话单', en: 'Call detail records' },
}
