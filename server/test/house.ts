/** The HTTP house on a port of its own, with people in it, for tests of doors and of the live socket. */
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { accessRoutes } from '../access/grants/routes.ts'
import { closeSession, makeDoorkeeper, may, openSession } from '../access/index.ts'
import { sessionRoutes } from '../access/sessions/routes.ts'
import { makeCommit } from '../desk.ts'
import { directoryRoutes } from '../directory/routes.ts'
import { seed } from '../directory/seed/index.ts'
import { makeLog } from '../log.ts'
import { sheetRoutes } from '../sheets/directory/routes.ts'
import { type AppParts, makeApp, SESSION_COOKIE } from '../web/app.ts'
import { healthRoutes } from '../web/health.ts'
import type { Routes } from '../web/index.ts'
import { Live, type LiveParts } from '../web/live.ts'
import type { Role } from '../wire/words.ts'
import { database } from './database.ts'

export type House = Awaited<ReturnType<typeof house>>
export type Scope = { role: Role; campus?: string | null; line?: string | null }

/** Opens a house; `more` are further rooms' doors, `live` replaces what the live socket is told. */
export async function house(
  t: Test,
  {
    more = [],
    live: own = {},
    base = true,
    patience,
  }: { more?: Routes[]; live?: Partial<LiveParts>; base?: boolean; patience?: AppParts['patience'] } = {},
) {
  const db = await database(t)
  const varDir = mkdtempSync(join(tmpdir(), 'desk-house-'))
  if (base) await seed(db, { demo: false, varDir })
  const lines: string[] = []
  const log = makeLog('debug', { write: (line: string) => void lines.push(line) })
  const live = new Live({
    db,
    log,
    sees: (actor, thing) => may(actor, 'see', thing),
    doorkeeper: makeDoorkeeper(db),
    frames: [],
    now: async () => ({}),
    ...own,
  })
  const commit = makeCommit(db, (told) => live.publish(told))
  const app = await makeApp({
    config: {
      publicUrl: undefined,
      trustProxy: [],
      consoleDir: join(varDir, 'console'),
      sipSocket: 'ws://127.0.0.1:8088/ws',
    },
    db,
    doorkeeper: makeDoorkeeper(db),
    log,
    live,
    ...(patience && { patience }),
    routes: [
      sessionRoutes({ db, commit, cookie: SESSION_COOKIE, secure: false, absoluteMinutes: 720 }),
      healthRoutes({ ready: () => true, wires: () => [], figures: [], version: 'test', acting: () => true }),
      accessRoutes({ db, commit }),
      sheetRoutes({ db, commit }),
      directoryRoutes({ db, commit }),
      ...more,
    ],
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  // The database's own teardown comes later: tap undoes in the order of the last made first.
  t.teardown(async () => {
    await live.stop()
    await app.close()
    rmSync(varDir, { recursive: true, force: true })
  })

  let people = 0
  /** A new person with these rights, signed in. */
  async function someone(...scopes: Scope[]) {
    people += 1
    const nth = people
    const organisation = (await db('organisations').orderBy('created_at').first('id')).id
    const [person] = await db('people')
      .insert({ organisation_id: organisation, staff_code: `T${nth}`, name: `测试${nth}`, login: `t${nth}` })
      .returning('id')
    for (const { role, campus = null, line = null } of scopes) {
      const campusId =
        campus && (await db('campuses').where({ organisation_id: organisation, code: campus }).first('id')).id
      const lineId = line && (await db('lines').where({ organisation_id: organisation, code: line }).first('id')).id
      await db('grants').insert({ person_id: person.id, role, campus_id: campusId, line_id: lineId })
    }
    return signIn(person.id as string)
  }
  async function signIn(personId: string) {
    let opened: Awaited<ReturnType<typeof openSession>> | undefined
    await commit(async (tx) => {
      opened = await openSession(tx, { personId, absoluteMinutes: 720 })
      return opened.events
    })
    const { token = '', sessionId = '' } = opened ?? {}
    const cookie = `${SESSION_COOKIE}=${token}`
    const leave = (why = 'revoked') => commit((tx) => closeSession(tx, sessionId, why, null))
    return {
      personId,
      sessionId,
      cookie,
      leave,
      ask: (method: string, path: string, body?: unknown, headers = {}) =>
        ask(method, path, body, { cookie, ...headers }),
    }
  }
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const init: RequestInit = { method, headers: { origin: url, ...headers } }
    if (body !== undefined) {
      init.body = typeof body === 'string' ? body : JSON.stringify(body)
      init.headers = { 'content-type': 'application/json', ...init.headers }
    }
    const reply = await fetch(url + path, init)
    const text = await reply.text()
    const isJson = reply.headers.get('content-type')?.includes('json')
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
    return { status: reply.status, headers: reply.headers, body: (isJson ? JSON.parse(text) : text) as any }
  }
  return { db, app, live, commit, url, port, lines, varDir, someone, signIn, ask }
}
