import type { Lab } from '../../lab.ts'

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
    const response = await fetch(this.url + path, {
      method,
      headers: {
        cookie: this.cookie,
        origin: this.url,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`)
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
