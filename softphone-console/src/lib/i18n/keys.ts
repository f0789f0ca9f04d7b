import { room } from './words.ts'

/** The cheat sheet. */
export const keys = room({
  title: { zh: '快捷键', en: 'Keys' },
  note: {
    zh: '打字时也都有效；只有 / 这类单键在输入框外才有效。回车和空格从不接听。',
    en: 'All work while typing; only bare keys such as / wait until you leave the field. Enter and Space never answer.',
  },
  call: { zh: '通话', en: 'Call' },
  ticket: { zh: '工单', en: 'Ticket' },
  state: { zh: '状态', en: 'State' },
  page: { zh: '页面', en: 'Page' },
  sheet: { zh: '快捷键一览', en: 'This sheet' },
})
