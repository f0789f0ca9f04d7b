/**
 * How a telephone number is written. Exchanges, people and spreadsheets spell one number in many ways; the desk keeps, compares,
 * shows and dials one of them, the way a hospital in mainland China writes it:
 *
 *   extension, service number    as it is              62041   110   95598   4008001234
 *   mobile                       eleven digits         13900008191
 *   another town                 with its trunk 0      01066668888
 *   abroad                       with 00               0085223456789
 *
 * Pure; used by the server and the console alike, so that both mean the same number.
 */

/** A number as the directory keeps it and the exchange is given it. */
export const DIGITS = /^[\d*#]{2,20}$/

/** A mainland mobile (YD/T numbering plan: 1, then 3-9, then nine digits). */
export const MOBILE = /^1[3-9]\d{9}$/
/** Area code without its 0 (Beijing 10, 2x, else three digits) and the subscriber's number. */
const AREA = /^(?:(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})$/
/** Numbers with no area code, dialled alike everywhere: 400 and 800. */
const SERVICE = /^[48]00\d{7}$/
/** Carriers' IP-call prefixes, which some gateways leave in front. */
const CARRIER = /^(?:17951|17911|12593|17909|17901)(?=\d{7,})/
/** What nobody sees: controls, bidi, zero width. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu
/** What people put between the digits of one number. A comma or a slash parts two numbers. */
const BETWEEN = /[\p{Z}\p{Pd}().\u2212\u00b7]/gu
/** Two numbers beside each other, or a number that a spreadsheet made a fraction (62041.0): neither is one number. */
const NOT_ONE = /^(?!17951|17911|12593|17909|17901)\d{5,}\p{Z}+\d{5,}$|\.\d?$/u

/** Digits, `*`, `#` and a leading `+`, whatever stood between them; '' when the text is anything else than one number. */
export function digitsOf(text: string): string {
  const seen = text.normalize('NFKC').replace(/\s/g, ' ').replace(UNSEEN, '').trim()
  const bare = NOT_ONE.test(seen) ? '' : seen.replace(BETWEEN, '').replace(/^tel:/i, '')
  return /^\+?[\d*#]{1,32}$/.test(bare) ? bare : ''
}

/**
 * A number that came with a call, stands in the directory or is looked for: the one way in which the desk writes it, so that two
 * spellings of one telephone become the same text. '' when there is no number in it. Saying it twice changes nothing.
 */
export function numberOf(text: string): string {
  const number = numberTyped(text)
  // Analogue gateways put a 0 before a short number of the hospital's mobile network. An area code alone calls nobody.
  return /^0[1-9]\d{2,5}$/.test(number) ? number.slice(1) : number
}

/** A number somebody typed to be dialled: as `numberOf`, but a 0 before a short number is meant (01 names a campus). */
export function numberTyped(text: string): string {
  const digits = digitsOf(text)
  if (/[*#]/.test(digits)) return digits.replace('+', '')
  // No country's code begins with 0: that plus stands before what is dialled.
  if (digits.startsWith('+0')) return numberTyped(digits.slice(1))
  if (digits.startsWith('+')) return fromAbroad(digits.slice(1))
  if (CARRIER.test(digits)) return numberTyped(digits.replace(CARRIER, ''))
  if (digits.startsWith('0086')) return fromAbroad(digits.slice(2))
  // Without a plus, 86 is a country code only before what can be nothing but a whole number of the country.
  const national = /^0?86(\d+)$/.exec(digits)?.[1] ?? ''
  if (MOBILE.test(national) || AREA.test(national) || SERVICE.test(national)) return inCountry(national)
  // 0 and 9 are the digits with which exchanges take an outside line; no number has them before a mobile.
  const mobile = /^[09](\d{11})$/.exec(digits)?.[1] ?? ''
  return MOBILE.test(mobile) ? mobile : digits
}

/** After a plus or 00: country code first. A short one is an extension that an exchange put a plus before. */
function fromAbroad(digits: string): string {
  const china = /^86(\d+)$/.exec(digits)?.[1]
  if (china !== undefined) {
    const found = inCountry(china)
    if (found !== '') return found
  }
  return digits.length <= 7 ? digits : `00${digits}`
}

/** What follows +86, as it is dialled inside the country; '' when it is no number of the country. */
function inCountry(digits: string): string {
  const bare = digits.replace(/^0(?=\d{10,})/, '')
  if (MOBILE.test(bare) || SERVICE.test(bare)) return bare
  if (AREA.test(bare)) return `0${bare}`
  return /^[1-9]\d{2,7}$/.test(digits) ? digits : ''
}
