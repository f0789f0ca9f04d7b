import { room } from './words.ts'

export const callbackWhy = room({
  abandoned: { zh: '没等到就挂了', en: 'Hung up waiting' },
  asked: { zh: '按 1 要求回电', en: 'Pressed 1 for a call back' },
  voicemail: { zh: '留了言', en: 'Left a voicemail' },
})

export const clearedHow = room({
  called_back: { zh: '已回电', en: 'Called back' },
  caller_got_through: { zh: '本人又打通了', en: 'The caller got through' },
  place_got_through: { zh: '同一地点已打通', en: 'The place got through' },
  ticket_exists: { zh: '已有工单', en: 'A ticket exists' },
  unreachable: { zh: '联系不上', en: 'Could not be reached' },
  by_hand: { zh: '人工关闭', en: 'Closed by hand' },
})

export const callbacks = room({
  callbacks: { zh: '待回电', en: 'Callbacks owed' },
  none: { zh: '没有欠着的回电', en: 'No callback owed' },
  noneNext: {
    zh: '有人没等到就挂断，会自己出现在这里；打通了会自己消失。',
    en: 'Whoever hangs up waiting appears here by itself, and leaves by itself once through.',
  },
  count: { zh: (n: number) => `${n} 条，最早的在前`, en: (n: number) => `${n}, oldest first` },
  owedSince: { zh: (at: string) => `${at} 起`, en: (at: string) => `since ${at}` },
  waiting: { zh: (span: string) => `已 ${span}`, en: (span: string) => span },
  tries: { zh: (n: number) => `试过 ${n} 次`, en: (n: number) => `tried ${n} times` },
  again: { zh: '又打来过', en: 'called again' },
  number: { zh: '号码', en: 'Number' },
  withheld: { zh: '号码未显示', en: 'Number withheld' },
  place: { zh: '地点', en: 'Place' },
  why: { zh: '为什么', en: 'Why' },
  who: { zh: '认领人', en: 'Taken by' },
  take: { zh: '认领', en: 'Take' },
  call: { zh: '回电', en: 'Call back' },
  release: { zh: '取消认领', en: 'Release' },
  clear: { zh: '关闭回电…', en: 'Close…' },
  mine: { zh: '我已认领', en: 'Mine' },
  theirs: { zh: (name: string) => `${name} 已认领`, en: (name: string) => `${name} has it` },
  until: { zh: (at: string) => `到 ${at}`, en: (at: string) => `until ${at}` },
  clearTitle: { zh: '怎样处理的', en: 'How was it dealt with' },
  note: { zh: '为什么、试过什么', en: 'Why, and what was tried' },
  noteNeeded: { zh: '请写一句为什么', en: 'Please write why' },
  clearIt: { zh: '关闭回电', en: 'Close callback' },
  cleared: { zh: '已关闭', en: 'Closed' },
  noNumber: { zh: '没有号码，拨不了；请关闭并写明', en: 'No number to dial; close it and say why' },
  openCall: { zh: '看那通来电', en: 'See the call' },
})
