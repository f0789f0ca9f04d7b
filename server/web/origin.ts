/** Which pages may speak to this desk. Cookies alone do not tell our own page from another's (CWE-352, CWE-1385). */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

type Asked = Pick<FastifyRequest, 'headers' | 'method' | 'protocol'>

/**
 * Refuses what another page sends. `publicUrl` is the address people type; without one the desk answers for the name
 * it was asked by, if that is an IP address or localhost - a name could be made to point here (DNS rebinding).
 *
 * - WebSocket: an Origin must be there and be ours.
 * - Anything that changes: a foreign Origin is refused. None at all is what programs send, never a browser of the last
 *   ten years; it passes only where a browser's other marks are missing too.
 */
export function checkOrigin(request: Asked, publicUrl: string | undefined): void {
  const isSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
  if (!isSocket && (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS')) return
  const { origin } = request.headers
  if (origin !== undefined && ourOrigins(request, publicUrl).includes(origin)) return
  const fromProgram =
    origin === undefined && request.headers['sec-fetch-site'] === undefined && request.headers.referer === undefined
  if (fromProgram && !isSocket) return
  throw new Refusal('foreign-origin')
}

function ourOrigins(request: Asked, publicUrl: string | undefined): string[] {
  const ours = publicUrl ? [new URL(publicUrl).origin] : []
  const host = request.headers.host ?? ''
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  if (name === 'localhost' || isIP(name) !== 0) ours.push(`${request.protocol}://${host}`)
  return ours
}
