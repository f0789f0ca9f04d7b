/**
 * What a caller's phone system says about the caller, made harmless. Every byte of it may have been written by an
 * attacker (SIP From, P-Asserted-Identity, a gateway's name field), so it passes here once, at the door, and what
 * comes out is plain text for a screen and bound SQL.
 */

import { digitsOf, numberOf } from '../wire/number.ts'

/** The most code points of a caller's number or name we show. */
export const CALLER_TEXT_MAX = 80
/** Bytes of evidence kept of a hostile value; Asterisk's own limit on caller ID is lower. */
const EVIDENCE_BYTES = 4096

export type HeardCaller = { ani: string; aniName: string }
export type Caller = {
  /** the number as the hospital writes it, or the text that stood in its place; empty when withheld */
  ani: string
  /** the name, as text a screen can show; empty when none was sent */
  aniName: string
  /** what was heard: as it stood when it was clean text, else `hex:` and its UTF-8 bytes */
  aniRaw: string
  nameRaw: string
}

/** Words with which exchanges say "withheld" or "not available" in the number's place. */
const WITHHELD = /^(anonymous|restricted|private|unavailable|unknown|withheld|asterisk|s|<unknown>)?$/i

/** Words that stand in the name's place when there is none. */
const NAMELESS = /^(anonymous|restricted|private|unavailable|unknown|withheld|<unknown>)$/i

/** What a text may not hold: see `harmless`. `Cf` holds bidi controls, zero-width characters and tags. */
const STRIPPED = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
const SPACES = /[\t\n\v\f\r\u0085\p{Z}]+/gu

/**
 * Text of a caller that can do no harm: white space of every kind becomes one space, then control, bidi, zero-width and
 * other unseen characters go, NFC, at most 80 code points. Total and idempotent.
 */
export function harmless(text: string): string {
  const seen = text.replace(SPACES, ' ').replace(STRIPPED, '').replace(/ +/g, ' ').normalize('NFC').trim()
  // By code points: a cut through a surrogate pair would leave half a character.
  return seen.length <= CALLER_TEXT_MAX ? seen : Array.from(seen).slice(0, CALLER_TEXT_MAX).join('').trim()
}

/** Both values of a caller ID, harmless, with what was really heard kept as evidence. Never throws. */
export function normaliseCaller(heard: HeardCaller): Caller {
  const ani = harmless(heard.ani)
  const aniName = harmless(heard.aniName)
  return {
    ani: WITHHELD.test(ani) ? '' : numberOf(ani) || ani,
    aniName: NAMELESS.test(aniName) ? '' : aniName,
    aniRaw: evidence(heard.ani),
    nameRaw: evidence(heard.aniName),
  }
}

function evidence(text: string): string {
  if (text.length <= CALLER_TEXT_MAX * 2 && harmless(text) === text && !text.startsWith('hex:')) return text
  const bytes = new TextEncoder().encode(text.slice(0, EVIDENCE_BYTES)).subarray(0, EVIDENCE_BYTES)
  return `hex:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/**
 * The spellings under which a caller's number may stand in the directory, likeliest first: as sent, and as the hospital
 * writes it. A plus is nothing that anybody dials: a number abroad without it would be a mobile here. Empty when there is
 * no number in it. Only digits, `*` and `#` ever come out.
 */
export function spellings(ani: string): string[] {
  const number = numberOf(ani)
  const sent = digitsOf(ani).replace(/^\+/, '')
  const isAbroad = number.startsWith('00')
  return [...new Set(isAbroad ? [number] : [sent, number])].filter((one) => one !== '')
}
