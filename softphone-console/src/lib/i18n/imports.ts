import type { ImportFault } from '../wire.ts'
import { room } from './words.ts'

/** What is wrong with a cell, a line or the whole of a spreadsheet. A value the file must hold is said as the file spells it. */
export const importFault = room({
  'not-csv': {
    zh: '读不出 CSV：引号不成对，或不是 UTF-8',
    en: 'Not readable as CSV: a quote that never closes, or not UTF-8',
  },
  'not-a-column': { zh: '没有这个列名', en: 'There is no column of this name' },
  'column-missing': { zh: '少了这一列', en: 'This column is missing' },
  'column-twice': { zh: '这一列有两次', en: 'This column is there twice' },
  missing: { zh: '要填', en: 'Needed' },
  'control-character': { zh: '里面有看不见的控制字符', en: 'There is an invisible control character in it' },
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
