/**
 * ARI's REST on kept connections: what the radio asks must not wait for a handshake, nor for what a library makes of it.
 * Needs `session_keep_alive` of Asterisk's http.conf (15 s when nothing is said) to be longer than an idle socket lives here.
 */
import { Agent, request as httpRequest } from 'node:http'
import { Outage, Refusal } from '../../refusal.ts'

/** An event as it came; the fields depend on its type. */
export type AriEvent = { readonly type: string; readonly timestamp?: string; readonly [field: string]: unknown }
export type Query = Record<string, string | number | boolean | undefined>
export type Rest = {
  request(method: string, path: string, query?: Query, ms?: number, body?: object): Promise<unknown>
  close(): void
}

const IDLE_MS = 8_000
const ANSWER_MS = 4_000

/** The desk's account on one Asterisk. Requests run side by side; those that must be in order are awaited one by one. */
export function makeRest(by: { host: string; port: number; user: string; secret: string }): Rest {
  const agent = new Agent({ keepAlive: true, maxSockets: 32, timeout: IDLE_MS })
  const authorization = `Basic ${Buffer.from(`${by.user}:${by.secret}`).toString('base64')}`

  function once(method: string, path: string, ms: number, body: string): Promise<unknown> {
    return new Promise((done, failed) => {
      const headers = {
        authorization,
        'content-length': Buffer.byteLength(body),
        ...(body && { 'content-type': 'application/json' }),
      }
      const asked = httpRequest({ host: by.host, port: by.port, path, method, agent, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', failed)
        response.on('end', () => {
          clearTimeout(late)
          const text = Buffer.concat(parts).toString('utf8')
          const status = response.statusCode ?? 0
          if (status >= 300) return failed(refused(`${method} ${path.split('?')[0]}`, status, text))
          try {
            done(text ? JSON.parse(text) : null)
          } catch (error) {
            failed(new Outage('ari', { cause: error as Error }))
          }
        })
      })
      const late = setTimeout(() => asked.destroy(new Error(`no answer in ${ms} ms`)), ms)
      asked.setNoDelay(true)
      asked.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(late)
        // A kept connection that Asterisk had closed meanwhile: nothing was asked yet, so asking again is asking once.
        if (asked.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
          return void once(method, path, ms, body).then(done, failed)
        failed(new Outage('ari', { cause: error }))
      })
      asked.end(body)
    })
  }

  return {
    request(method, path, query = {}, ms = ANSWER_MS, body = undefined) {
      const asked = new URLSearchParams()
      for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value))
      const more = asked.size > 0 ? `?${asked}` : ''
      return once(method, `/ari${path}${more}`, ms, body ? JSON.stringify(body) : '')
    },
    close: () => agent.destroy(),
  }
}

/** Asterisk's no. `status` 404 and 409 tell what became of a thing that went away meanwhile. */
function refused(action: string, status: number, text: string): Refusal {
  const why = /"(?:message|error)"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 200)
  return new Refusal('asterisk-refused', { action, why, status })
}

const statusOf = (error: unknown): unknown => (error instanceof Refusal ? error.details.status : undefined)
/** The thing asked about is not there (any more). */
export const isGone = (error: unknown): boolean => statusOf(error) === 404
/** It is not there, or it is but has left our application (409), and with it the bridge we had put it into. */
export const isAway = (error: unknown): boolean => isGone(error) || statusOf(error) === 409
/** For `.catch`: what Asterisk says is gone has ended as it should; any other error is thrown on. */
export function unlessGone(error: unknown): false {
  if (isGone(error)) return false
  throw error
}
