import type { ImportFault } from '../wire.ts'
import { room } from './words.ts'

/** What is wrong with a cell, a line or the whole of a spreadsheet. A value the file must hold is said as the file spells it. */
export const importFault = room({
  'not-csv': {
    zh: '读不出 CSV：从这一行起引号不成对',
    en: 'Not readable as CSV: from this line on a quote is never closed',
  },
  'not-a-column': { zh: '没有这个列名', en: 'There is no column of this name' },
  'column-missing': { zh: '少了这一列', en: 'This column is missing' },
  'column-twice': { zh: '这一列有两次', en: 'This column is there twice' },
  missing: { zh: '要填', en: 'Needed' },
  'control-character': { zh: '里面有看不见的控制字符', en: 'There is an invisible control character in it' },
  'character-lost': {
    zh: '有字已经丢失（�）：请从原文件重新另存，选 CSV UTF-8',
    en: 'Characters were lost (�): save the original again, as CSV UTF-8',
  },
  'unseen-character': {
    zh: '里面有看不见的字符（零宽或方向符），请删掉重新打这一格',
    en: 'There is a character nobody can see (zero width, direction); type the cell anew',
  },
  'scientific-notation': {
    zh: '表格把编号当成了数字（科学计数），原来的编号已经丢失：把这一列设为文本再填一次',
    en: 'The spreadsheet took the code for a number, and it is lost: make the column text and enter it again',
  },
  'day-in-code': {
    zh: '表格把编号当成了日期，原来的编号已经丢失：把这一列设为文本再填一次',
    en: 'The spreadsheet took the code for a date, and it is lost: make the column text and enter it again',
  },
  'not-a-day': {
    zh: '不是日期：按 2027-03-04 这样写',
    en: 'Not a day: write it as 2027-03-04',
  },
  'zeros-lost': {
    zh: (named: string) => `前面的 0 丢了？在册的是 ${named}：把这一列设为文本再填一次`,
    en: (named: string) => `Zeros lost? ${named} is on the register: make the column text and enter it again`,
  },
  'too-many-columns': {
    zh: (most: number) => `超过 ${most} 列`,
    en: (most: number) => `More than ${most} columns`,
  },
  'too-many-faults': {
    zh: (most: number) => `已有 ${most} 处问题，从这一行起没有再查；改好后重新选择文件`,
    en: (most: number) =>
      `${most} faults already; from this line on nothing was looked at. Mend them and choose the file again`,
  },
  'code-malformed': { zh: '只用字母、数字和 . - _，最多 40 个', en: 'Letters, digits and . - _ only, at most 40' },
  'digits-malformed': {
    zh: '要一个号码：2 到 20 位数字（可用 * #，可带 +86、空格、横线）',
    en: 'Must be one number of 2 to 20 digits (* and # allowed; +86, spaces and dashes are fine)',
  },
  'radio-id-malformed': {
    zh: '要 1 到 16 位：数字、A 到 F、* #',
    en: 'Must be 1 to 16 digits (A to F, * and # allowed)',
  },
  'not-yes-or-no': { zh: '只能写 yes 或 no', en: 'Must be yes or no' },
  'too-many-rows': {
    zh: (most: number) => `超过 ${most} 行，请分几次`,
    en: (most: number) => `More than ${most} rows; split the file`,
  },
  'too-long': {
    zh: (most: number) => `超过 ${most} 个字`,
    en: (most: number) => `Longer than ${most} characters`,
  },
  'cells-differ': {
    zh: (cells: number, columns: number) => `有 ${cells} 格，首行是 ${columns} 列`,
    en: (cells: number, columns: number) => `${cells} cells under ${columns} column names`,
  },
  'same-as-line': {
    zh: (other: number) => `和第 ${other} 行是同一条`,
    en: (other: number) => `The same row as line ${other}`,
  },
  'no-such-row': { zh: (named: string) => `没有 ${named}`, en: (named: string) => `There is no ${named}` },
  'no-such-campus': {
    zh: (named: string) => `没有院区 ${named}`,
    en: (named: string) => `There is no campus ${named}`,
  },
  'not-one-of': {
    zh: (choices: string) => `只能是其中之一：${choices}`,
    en: (choices: string) => `Must be one of: ${choices}`,
  },
}) satisfies Record<Exclude<ImportFault['code'], 'refused'>, unknown>

/** How a chosen file is read, and what a person is to look at. */
export const sheetText = room({
  encoding: { zh: '文件编码', en: 'Encoding' },
  lookAtWords: {
    zh: '按内容判断；下面的字不对，就选另一种。',
    en: 'Guessed from the content; if the words below are wrong, choose the other.',
  },
  onlyReading: {
    zh: '按内容判断，只能这样读；请看下面的字对不对。',
    en: 'Guessed from the content, and readable in no other way; look whether the words below are right.',
  },
  firstLines: { zh: '文件的前几行', en: 'First lines of the file' },
})

export const encodingName = room({
  'utf-8': { zh: 'UTF-8', en: 'UTF-8' },
  gb18030: { zh: 'GB18030（中文 Excel）', en: 'GB18030 (Chinese Excel)' },
  'utf-16le': { zh: 'UTF-16', en: 'UTF-16' },
  'utf-16be': { zh: 'UTF-16 BE', en: 'UTF-16 BE' },
})

export const unreadFile = room({
  notText: {
    zh: '读不出这个文件：既不是 UTF-8，也不是 GB18030。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”再选。',
    en: 'This file cannot be read: it is neither UTF-8 nor GB18030. Save it in Excel as “CSV UTF-8 (Comma delimited)” and choose it again.',
  },
  tooBig: {
    zh: '这个文件太大：最多 5000 行、6 MB。请分成几个文件导入。',
    en: 'This file is too big: at most 5,000 rows, 6 MB. Split it into several files.',
  },
  empty: { zh: '文件是空的。', en: 'The file is empty.' },
})
