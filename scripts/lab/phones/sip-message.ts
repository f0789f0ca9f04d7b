/** SIP messages as text (RFC 3261 §7), as little of them as a test phone needs. */
import { createHash, randomBytes } from 'node:crypto'
import { type Law, PAYLOAD } from '../sound/g711.ts'

export type SipMessage = {
  /** Of a request. */
  method: string
  uri: string
  /** Of a response; 0 in a request. */
  status: number
  headers: [name: string, value: string][]
  body: string
}

const LONG: Record<string, string> = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', l: 'content-length' }

/** Undefined for what is not SIP (a keep-alive). */
export function parseSip(text: string): SipMessage | undefined {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const response = /^SIP\/2\.0 (\d{3})/.exec(first)
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first)
  if (!response && !request) return undefined
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    return [LONG[name] ?? name, line.slice(colon + 1).trim()]
  })
  return {
    method: request?.[1] ?? '',
    uri: request?.[2] ?? '',
    status: Number(response?.[1] ?? 0),
    headers,
    body: rest.join('\r\n\r\n'),
  }
}

/** First value of a header, or an empty string. */
export const header = (message: SipMessage, name: string): string =>
  message.headers.find(([key]) => key === name)?.[1] ?? ''

/** All values of a header, in order. */
export const headers = (message: SipMessage, name: string): string[] =>
  message.headers.filter(([key]) => key === name).map(([, value]) => value)

/** A request or response on the wire. `lines` are headers without Content-Length; a body is SDP unless they say its type. */
export function sipText(first: string, lines: string[], body = ''): string {
  const type = body && !lines.some((line) => /^content-type:/i.test(line)) ? ['Content-Type: application/sdp'] : []
  return [first, ...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

/** The Authorization value answering a digest challenge (RFC 7616 with MD5, qop=auth). */
export function digest(challenge: string, user: string, password: string, method: string, uri: string): string {
  const of = (key: string) => new RegExp(`${key}="?([^",]+)`).exec(challenge)?.[1] ?? ''
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const cnonce = token()
  const secret = md5(`${user}:${of('realm')}:${password}`)
  const response = md5(`${secret}:${of('nonce')}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`)
  const opaque = of('opaque') ? `, opaque="${of('opaque')}"` : ''
  return (
    `Digest username="${user}", realm="${of('realm')}", nonce="${of('nonce')}", uri="${uri}", response="${response}", ` +
    `algorithm=MD5, cnonce="${cnonce}", qop=auth, nc=00000001${opaque}`
  )
}

/** Eight random characters for tags, branches and Call-IDs. */
export const token = (): string => randomBytes(6).toString('hex')

/** Where a session description says that sound goes to. */
export function soundAddress(sdp: string): { host: string; port: number } | undefined {
  const host = /c=IN IP4 (\S+)/.exec(sdp)?.[1]
  const port = Number(/m=audio (\d+)/.exec(sdp)?.[1] ?? 0)
  return host && port ? { host, port } : undefined
}

/** An offer or answer of G.711 and telephone events (RFC 4733; 0: none); PCMU alone when nothing else is said. */
export function soundSdp(
  host: string,
  port: number,
  version: number,
  { laws = ['ulaw'], events = 101, way = 'sendrecv' }: { laws?: Law[]; events?: number; way?: string } = {},
): string {
  const types = [...laws.map((law) => PAYLOAD[law]), ...(events === 0 ? [] : [events])]
  return [
    'v=0',
    `o=phone 1 ${version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${types.join(' ')}`,
    ...laws.map((law) => `a=rtpmap:${PAYLOAD[law]} ${law === 'ulaw' ? 'PCMU' : 'PCMA'}/8000`),
    ...(events === 0 ? [] : [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-15`]),
    'a=ptime:20',
    `a=${way}`,
    '',
  ].join('\r\n')
}
