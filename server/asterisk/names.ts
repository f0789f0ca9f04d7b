/**
 * A caller's name, as it was meant. On its way here it is wrapped up to four times: by the exchange (RFC 2047 encoded
 * words, or plain bytes of GBK), by SIP (a quoted string, RFC 3261 §25.1), by the dialplan (percent-encoding) or by AMI
 * (C escapes). Each wrapping is taken off once, here; the record (CEL) and the live wire give the same name.
 */

/** What Asterisk writes where there is no name. */
const NONE = /^<?unknown>?$/i

/** `ast_escape_c` of Asterisk's utils.c: what AMI does to names, and to nothing else. */
const C_ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** A name as AMI says it. */
export function nameInAmi(text: string): string {
  if (NONE.test(text)) return ''
  return nameInSip(text.replace(/\\(.)/gs, (_, one: string) => C_ESCAPES[one] ?? one))
}

/** A name as Asterisk holds it and the CEL says it: SIP's quoted pairs are still in it. */
export function nameInSip(text: string): string {
  return NONE.test(text) ? '' : withoutEncodedWords(text.replace(/\\(.)/gs, '$1'))
}

/**
 * The name in a header as the dialplan handed it on (`who-calls` in asterisk-config/pbx/extensions.conf): percent-encoded
 * bytes, of which only the first few hundred may be there. Empty when the header holds an address alone. Total.
 */
export function nameInHeader(encoded: string): string {
  const header = textOf(bytesOf(encoded)).trim()
  if (header.startsWith('"')) return nameInSip(/^"((?:\\.|[^"\\])*)/s.exec(header)?.[1] ?? '')
  const bare = /^([^<]*)</.exec(header)?.[1]?.trim() ?? ''
  return nameInSip(bare)
}

function bytesOf(encoded: string): Uint8Array {
  const plain = encoded.replace(/%([\dA-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(plain, 'latin1')
}

/** UTF-8 when it can be; else GB18030, which GBK and GB2312 are part of. A character cut at the end is left out. */
function textOf(bytes: Uint8Array): string {
  for (const charset of ['utf-8', 'gb18030']) {
    const text = decoded(bytes, charset)
    if (text !== null) return text
  }
  return Buffer.from(bytes).toString('utf8')
}

function decoded(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return null
  }
}

const WORD = String.raw`=\?([\w-]+)(?:\*[\w-]+)?\?([BbQq])\?([^?\s]*)\?=`
/** Neighbours in one charset are joined before they are decoded: some exchanges cut inside a character. */
const WORDS = new RegExp(String.raw`(?:${WORD}\s*)+(?<!\s)`, 'g')

/** RFC 2047 §6.2: white space between encoded words is none. A word in a charset that nobody knows stays as it is. */
function withoutEncodedWords(text: string): string {
  return text.replace(WORDS, (run: string) => {
    const words = [...run.matchAll(new RegExp(WORD, 'g'))]
    let shown = ''
    for (let i = 0; i < words.length; ) {
      const charset = words[i]?.[1] as string
      const same = words.slice(i).findIndex((word) => word[1] !== charset)
      const group = words.slice(i, same < 0 ? undefined : i + same)
      const bytes = Buffer.concat(group.map(([, , how = '', said = '']) => wordBytes(how, said)))
      shown += decoded(bytes, charset) ?? group.map(([whole]) => whole).join(' ')
      i += group.length
    }
    return shown
  })
}

function wordBytes(how: string, said: string): Buffer {
  if (/b/i.test(how)) return Buffer.from(said, 'base64')
  return Buffer.from(bytesOf(said.replaceAll('_', ' ').replaceAll('=', '%')))
}
