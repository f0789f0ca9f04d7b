import { room } from './words.ts'

/** Words every room uses. */
export const common = room({
  product: { zh: '值班台', en: 'Dutydesk' },
  save: { zh: '保存', en: 'Save' },
  cancel: { zh: '取消', en: 'Cancel' },
  close: { zh: '关闭', en: 'Close' },
  back: { zh: '返回', en: 'Back' },
  again: { zh: '再试一次', en: 'Try again' },
  all: { zh: '全部', en: 'All' },
  none: { zh: '无', en: 'None' },
  unknown: { zh: '不明', en: 'Unknown' },
  loading: { zh: '正在取', en: 'Loading' },
  search: { zh: '搜索', en: 'Search' },
  clear: { zh: '清除', en: 'Clear' },
  choose: { zh: '选择', en: 'Choose' },
  nothingFits: { zh: '没有符合的', en: 'Nothing fits' },
  optional: { zh: '可不填', en: 'optional' },
  more: { zh: '再取一些', en: 'Show more' },
  skipToWork: { zh: '跳到工单', en: 'Skip to the work' },
  today: { zh: '今天', en: 'Today' },
  yesterday: { zh: '昨天', en: 'Yesterday' },
  comma: { zh: '、', en: ', ' },
})

/** Campuses and lines: the short name where the catalogue's full name has no room. */
export const campusShort: Record<string, { zh: string; en: string }> = {
  old: { zh: '老', en: 'O' },
  new: { zh: '新', en: 'N' },
}

export const lineShort: Record<string, { zh: string; en: string }> = {
  logistics: { zh: '总务', en: 'Logistics' },
  it: { zh: '信息', en: 'IT' },
  equipment: { zh: '设备', en: 'Equipment' },
  property: { zh: '物业', en: 'Property' },
}
