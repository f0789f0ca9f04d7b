import { Agent, request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import type { Lab } from './index.ts'

/** Connections are kept, as a browser keeps them. */
const kept = new Agent({ keepAlive: true, maxSockets: 64 })

/** A signed-in person's HTTP: as the console asks, with its cookie and origin. Anything but 2xx throws. */
export class Client {
  readonly url: string
  readonly cookie: string
  constructor(url: string, cookie: string) {
    this.url = url
    this.cookie = cookie
  }
  get<T = unknown>(path: string): Promise<T> {
    return this.#ask<T>('GET', path)
  }
  post<T = unknown>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.#ask<T>('POST', path, body, headers)
  }
  patch<T = unknown>(path: string, body?: unknown): Promise<T> {
    return this.#ask<T>('PATCH', path, body)
  }
  async #ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const { status, text } = await new Promise<{ status: number; text: string }>((answered, failed) => {
      const asked = request(this.url + path, {
        agent: kept,
        method,
        headers: {
          cookie: this.cookie,
          origin: this.url,
          ...(json && { 'content-type': 'application/json', 'content-length': json.length }),
          ...headers,
        },
      })
      asked.once('error', failed)
      asked.once('response', (response) => {
        textOf(response).then((text) => answered({ status: response.statusCode ?? 0, text }), failed)
      })
      asked.end(json)
    })
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
}

/** Signs in as the nth demonstration account of a role. */
export async function signedIn(lab: Pick<Lab, 'url' | 'file'>, role: string, nth = 0): Promise<Client> {
  const account = lab.file().accounts[role]?.[nth]
  if (!account) throw new Error(`the desk has no account of role ${role}`)
  return signInAs(lab.url, account.name, account.password)
}

export async function signInAs(url: string, name: string, password: string): Promise<Client> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name, password }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (!response.ok || !cookie)
    throw new Error(`sign-in as ${name}: ${response.status} ${(await response.text()).slice(0, 300)}`)
  return new Client(url, cookie)
}
