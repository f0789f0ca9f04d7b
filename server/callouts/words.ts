/** What is said on the air when a job is called out: short, plain, digit by digit, and never about a patient. Pure. */

import type { Locale } from '../wire/words.ts'

export type Language = Locale

/** What a call-out says. `fault` is what stands on the ticket; places carry how they are spoken, if that is known. */
export type CalloutFacts = {
  /** shown short: "0143" */
  ticketNumber: string
  place: { name: string; spoken: string | null; noTransmit: boolean } | null
  fault: string
  /** unit or person who is called; null: whoever is nearest */
  to: string | null
  ackCode: string
}

/** Digits as radio operators say them, so that 1 and 7, 0 and 6 are not taken for each other on a bad channel. */
const RADIO_ZH: Record<string, string> = {
  '0': '洞',
  '1': '幺',
  '2': '两',
  '3': '三',
  '4': '四',
  '5': '五',
  '6': '六',
  '7': '拐',
  '8': '八',
  '9': '勾',
}
const RADIO_EN: Record<string, string> = {
  '0': 'zero',
  '1': 'one',
  '2': 'two',
  '3': 'three',
  '4': 'four',
  '5': 'five',
  '6': 'six',
  '7': 'seven',
  '8': 'eight',
  '9': 'niner',
}

/** Every digit of a text said one by one; what stands between stays. */
export function spokenDigits(text: string, language: Language): string {
  if (language === 'zh-CN') return text.replace(/\d/g, (digit) => RADIO_ZH[digit] ?? digit)
  return text.replace(/\d+/g, (digits) => [...digits].map((digit) => RADIO_EN[digit]).join(' '))
}

const MOST_FAULT = 60

/** The announcement, said once; whoever sends it says it twice. The place that forbids transmitting comes first. */
export function calloutWords(facts: CalloutFacts, language: Language): string {
  const { place, to } = facts
  const say = (text: string) => spokenDigits(text, language)
  const fault = say(tidy(facts.fault)).slice(0, MOST_FAULT)
  const where = place ? say(place.spoken ?? place.name) : ''
  if (language === 'zh-CN')
    return [
      place?.noTransmit ? `注意，${where}禁止发射，进入前请关闭对讲机。` : '',
      to ? `${say(to)}请听，` : '各位工程师请听，',
      `工单${say(facts.ticketNumber)}，`,
      where ? `${where}，` : '',
      fault ? `${fault}。` : '。',
      `收到请按${say(facts.ackCode)}应答。`,
    ].join('')
  return [
    place?.noTransmit ? `Caution: no transmitting at ${where}, switch your radio off before you go in. ` : '',
    to ? `${say(to)}, ` : 'All engineers, ',
    `ticket ${say(facts.ticketNumber)}. `,
    where ? `${where}. ` : '',
    fault ? `${fault}. ` : '',
    `Acknowledge with ${say(facts.ackCode)}.`,
  ].join('')
}

const tidy = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[。.!?！？，,;；]+$/u, '')

/** Why words may not go on the air as they are. `found` is what to take out. */
export type Unspeakable = { code: 'patient-word' | 'bed-and-name' | 'identity-number' | 'known-name'; found: string }

const PATIENT = /(患者|病人|病员|产妇|住院号|病案号|patient|inpatient|MRN)[\s:：]*[\p{L}\d]{0,12}/iu
const BED_AND_NAME =
  /\d{1,3}\s*床[\s,，]*[\p{Script=Han}]{2,4}(?:先生|女士|老师|奶奶|爷爷|阿姨|大爷)?(?=[\s,，。的]|$)/u
/** What stands after a bed and is no name: "3床呼叫器坏了". */
const BED_THINGS =
  /床\s*[,，]?\s*(呼叫|床头|设备|监护|输液|氧气|电源|插座|灯|门|空调|马桶|水龙头|墙|窗|卫生间|厕所|旁|位|边|号|单元)/u
const LONG_NUMBER = /\d{15,18}[\dXx]?|1[3-9]\d{9}/u

/**
 * Looks for what must not be heard by anyone with a scanner: patients, bed with a name, identity and mobile numbers, and
 * names given by `known` (people of the directory who are not staff on duty, a ticket's reporter). Empty: may be said.
 */
export function unspeakable(text: string, known: readonly string[] = []): Unspeakable[] {
  const found: Unspeakable[] = []
  const add = (code: Unspeakable['code'], match: string | undefined) =>
    match && found.push({ code, found: match.trim() })
  add('patient-word', PATIENT.exec(text)?.[0])
  if (!BED_THINGS.test(text)) add('bed-and-name', BED_AND_NAME.exec(text)?.[0])
  add('identity-number', LONG_NUMBER.exec(text.replace(/[\s-]/g, ''))?.[0])
  for (const name of known) if (name.length >= 2 && text.includes(name)) add('known-name', name)
  return found
}
