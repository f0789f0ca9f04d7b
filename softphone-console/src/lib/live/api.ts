import { failures, sentenceFor } from '../i18n/errors.ts'
import { wires } from '../i18n/frame.ts'
import { t } from '../i18n/index.ts'
import type { ApiError } from '../wire.ts'

/** How long the desk waits for an answer before it says it does not know, in milliseconds. */
const PATIENCE_MS = 10_000

/** The server said no, or could not be reached (`status` 0). */
export class ApiFault extends Error {
  readonly code: string
  readonly status: number
  readonly details: Record<string, unknown>

  constructor(status: number, error: ApiError) {
    super(error.message)
    this.code = error.code
    this.status = status
    this.details = error.details ?? {}
  }

  /** True when the request may never have reached the server. */
  get unreachable(): boolean {
    return this.status === 0
  }
}

/** What to tell the person, in their language. */
export function sentence(fault: unknown): string {
  if (!(fault instanceof ApiFault)) return t(failures.bug, fault instanceof Error ? fault.name : 'unknown')
  const kept = sentenceFor(fault.code)
  if (kept) return t(kept)
  if (fault.status === 503) {
    const wire = String(fault.details.wire ?? fault.code)
    return t(failures.outage, wires[wire] ? t(wires[wire]) : wire)
  }
  return t(fault.status >= 500 ? failures.bug : failures.refused, fault.code)
}

/** A random key under which the server recognises the same wish when it comes twice. */
export function wishKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The HTTP doors of the server. Answers come back typed by the caller; a refusal is thrown as ApiFault. */
export class Api {
  #fetch: typeof fetch
  /** Called once for every answer that says the session has ended. */
  onSignedOut: () => void = () => {}

  constructor(fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#fetch = fetcher
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>('GET', path)
  }

  /** `key` names the wish: pass the same one when trying again, so that twice is once. */
  post<T>(path: string, body: unknown = {}, key = wishKey()): Promise<T> {
    return this.#ask<T>('POST', path, body, key)
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#ask<T>('PUT', path, body)
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#ask<T>('PATCH', path, body)
  }

  delete<T>(path: string): Promise<T> {
    return this.#ask<T>('DELETE', path)
  }

  async #ask<T>(method: Method, path: string, body?: unknown, key?: string): Promise<T> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
    let answer: Response
    try {
      answer = await this.#fetch(path, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: stop.signal,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key ? { 'idempotency-key': key } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (cause) {
      const code = stop.signal.aborted ? 'timed-out' : 'server-unreachable'
      throw new ApiFault(0, { code, message: String(cause) })
    } finally {
      clearTimeout(timer)
    }
    const told: unknown = answer.status === 204 ? null : await answer.json().catch(() => null)
    if (answer.ok) return told as T
    // signing in is refused with 401 as well; that is not the end of a session
    if (answer.status === 401 && !(path === '/api/session' && method !== 'DELETE')) this.onSignedOut()
    throw new ApiFault(answer.status, faultIn(told, answer.status))
  }
}

/** A gateway in between may answer with something that is not ours. */
function faultIn(told: unknown, status: number): ApiError {
  const error = told as Partial<ApiError> | null
  const code = typeof error?.code === 'string' ? error.code : status >= 502 ? 'server-unreachable' : `http-${status}`
  return {
    code,
    message: typeof error?.message === 'string' ? error.message : code,
    ...(error?.details ? { details: error.details } : {}),
  }
}

/** A query string out of what is present. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const held = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') held.set(name, String(value))
  }
  const text = held.toString()
  return text ? `?${text}` : ''
}
