import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { Outage } from '../refusal.ts'
import { house } from '../test/house.ts'
import { idempotent, type Routes, Type } from './index.ts'

const account = (varDir: string, role = 'admin') =>
  JSON.parse(readFileSync(join(varDir, 'accounts.json'), 'utf8'))[role][0]

t.test('the first administrator signs in, must choose a password, and then keeps the directory', async (t) => {
  const { ask, varDir, db, lines } = await house(t)
  const { name, password } = account(varDir)
  t.match(await ask('POST', '/api/session', { name, password: 'not this one' }), {
    status: 401,
    body: { code: 'wrong-name-or-password' },
  })
  const signedIn = await ask('POST', '/api/session', { name: name.toUpperCase(), password })
  t.match(signedIn, { status: 200, body: { login: 'admin', mustChangePassword: true, grants: [{ role: 'admin' }] } })
  const set = signedIn.headers.get('set-cookie') ?? ''
  t.match(set, /HttpOnly/i)
  t.match(set, /SameSite=Strict/i)
  const cookie = set.split(';')[0] ?? ''
  const token = cookie.split('=')[1] ?? ''
  t.notOk(
    (await db('sessions').select()).some((row) => JSON.stringify(row).includes(token)),
    'the token itself is nowhere',
  )

  t.match(await ask('GET', '/api/directory/places', undefined, { cookie }), {
    status: 403,
    body: { code: 'password-must-be-changed' },
  })
  t.match(await ask('POST', '/api/session/password', { old: password, new: 'short' }, { cookie }), {
    status: 400,
    body: { code: 'password-refused', details: { why: 'too-short' } },
  })
  t.match(await ask('POST', '/api/session/password', { old: 'x', new: '一个够长的新口令字串' }, { cookie }), {
    status: 403,
    body: { code: 'wrong-password' },
  })
  t.equal(
    (await ask('POST', '/api/session/password', { old: password, new: '一个够长的新口令字串' }, { cookie })).status,
    204,
  )
  t.equal((await ask('GET', '/api/directory/places', undefined, { cookie })).status, 200)
  t.equal((await ask('DELETE', '/api/session', undefined, { cookie })).status, 204)
  t.match(await ask('GET', '/api/session', undefined, { cookie }), { status: 401, body: { code: 'signed-out' } })
  const log = lines.join('')
  t.notOk(
    [password, token, '一个够长的新口令字串'].some((secret) => log.includes(secret)),
    'no secret in the log',
  )
})

t.test('guessing passwords is slowed down for a name and for an address, whether the name exists or not', async (t) => {
  const { ask, varDir, db } = await house(t)
  const { name, password } = account(varDir)
  for (const login of [name, 'nobody']) {
    for (let i = 0; i < 5; i++)
      t.equal((await ask('POST', '/api/session', { name: login, password: `wrong ${i}` })).status, 401)
    const stopped = await ask('POST', '/api/session', { name: login, password: 'wrong again' })
    t.match(stopped, { status: 429, body: { code: 'too-many-attempts' } })
    t.ok(Number(stopped.headers.get('retry-after')) > 20)
  }
  t.equal((await ask('POST', '/api/session', { name, password })).status, 429, 'the right password waits too')
  const spoofed = { 'x-forwarded-for': '203.0.113.9' }
  t.equal(
    (await ask('POST', '/api/session', { name, password }, spoofed)).status,
    429,
    'a forged address moves nothing',
  )
  await db('sign_in_failures').update({ at: db.raw(`now() - interval '16 minutes'`) })
  t.equal((await ask('POST', '/api/session', { name, password })).status, 200)
  t.equal((await db('sign_in_failures').where({ login: 'admin' })).length, 0)
})

/** Signs in as from another host of the loopback net; answers status and the cookies that were set. */
function signInFrom(url: string, localAddress: string, body: { name: string; password: string }, cookie = '') {
  return new Promise<{ status: number; cookies: string[] }>((answered, failed) => {
    const headers = { 'content-type': 'application/json', origin: url, ...(cookie && { cookie }) }
    const asked = request(`${url}/api/session`, { method: 'POST', localAddress, headers }, (response) => {
      response.resume()
      answered({ status: response.statusCode ?? 0, cookies: response.headers['set-cookie'] ?? [] })
    })
    asked.once('error', failed)
    asked.end(JSON.stringify(body))
  })
}
const PC = '127.0.0.2'
const STRANGER = '127.0.0.3'

t.test('sixty guesses at once are no more than the free ones', async (t) => {
  const { varDir, db, url } = await house(t)
  const { name, password } = account(varDir)
  const guesses = Array.from({ length: 60 }, (_, n) => signInFrom(url, STRANGER, { name, password: `guess ${n}` }))
  const answers = (await Promise.all(guesses)).map(({ status }) => status)
  t.equal(answers.filter((status) => status === 401).length, 5, 'looked at')
  t.equal(answers.filter((status) => status === 429).length, 55, 'not even looked at')
  t.equal((await db('sign_in_failures')).length, 5)
  const crowd = Array.from({ length: 20 }, () => signInFrom(url, PC, { name, password }))
  t.ok(
    (await Promise.all(crowd)).every(({ status }) => status === 200),
    'twenty right ones at once all pass',
  )
})

t.test('a stranger who guesses on and on locks neither the person nor those behind the same address', async (t) => {
  const { varDir, db, url } = await house(t)
  const { name, password } = account(varDir)
  const guess = (address: string) => signInFrom(url, address, { name, password: 'a guess' })
  t.equal((await signInFrom(url, PC, { name, password })).status, 200)
  for (let n = 0; n < 7; n++) await guess(STRANGER)
  t.equal((await guess(STRANGER)).status, 429)
  t.equal((await signInFrom(url, PC, { name, password })).status, 200, 'at another address, in a browser that is new')

  const own = await signInFrom(url, PC, { name, password })
  const cookie = own.cookies.map((one) => one.split(';')[0]).find((one) => one?.startsWith('desk_device=')) ?? ''
  t.match(own.cookies.join(), /desk_device=.*HttpOnly.*SameSite=Strict/)
  for (let n = 0; n < 7; n++) await guess(PC)
  t.equal((await guess(PC)).status, 429, 'the stranger sits behind the same address')
  t.equal(
    (await signInFrom(url, PC, { name, password }, cookie)).status,
    200,
    'their own browser is let in all the same',
  )
  t.equal((await guess(PC)).status, 429, 'and the stranger does not get new guesses by that')
  for (let n = 0; n < 5; n++)
    t.equal((await signInFrom(url, PC, { name, password: `mistyped ${n}` }, cookie)).status, 401)
  t.equal((await signInFrom(url, PC, { name, password }, cookie)).status, 429, 'a browser that was stolen waits too')

  await db('sign_in_failures').delete()
  await db('sign_in_failures').insert(Array.from({ length: 120 }, (_, n) => ({ login: `name ${n}`, address: PC })))
  t.equal((await signInFrom(url, PC, { name: 'nobody', password })).status, 429, 'a list of names is slowed down')
  t.equal((await signInFrom(url, PC, { name, password })).status, 200, 'who signs in from there is not')
})

t.test('a password that everybody tries first cannot be chosen', async (t) => {
  const { ask, varDir } = await house(t)
  const { name, password } = account(varDir)
  const entered = await ask('POST', '/api/session', { name, password })
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
  t.match(await ask('POST', '/api/session/password', { old: password, new: 'password1234' }, { cookie }), {
    status: 400,
    body: { code: 'password-refused', details: { why: 'too-common' } },
  })
})

t.test('a session ends by itself when idle, when over, and when its person is retired', async (t) => {
  const { someone, db } = await house(t)
  const agent = await someone({ role: 'agent' })
  t.equal((await agent.ask('GET', '/api/session')).status, 200)
  await db('sessions')
    .where({ id: agent.sessionId })
    .update({ seen_at: db.raw(`now() - interval '61 minutes'`) })
  t.equal((await agent.ask('GET', '/api/session')).status, 401)
  await db('sessions')
    .where({ id: agent.sessionId })
    .update({ seen_at: db.fn.now(), expires_at: db.raw(`now() - interval '1 second'`) })
  t.equal((await agent.ask('GET', '/api/session')).status, 401)
  const admin = await someone({ role: 'admin' })
  const other = await someone({ role: 'agent' })
  t.equal((await admin.ask('POST', `/api/directory/people/${other.personId}/retire`, { version: 1 })).status, 200)
  t.equal((await other.ask('GET', '/api/session')).status, 401)
})

t.test('another page cannot speak for a signed-in person', async (t) => {
  const { someone, ask, port } = await house(t)
  const { cookie } = await someone({ role: 'admin' })
  const make = (headers: Record<string, string>) => ask('DELETE', '/api/session', undefined, { cookie, ...headers })
  t.match(await make({ origin: 'http://evil.example' }), { status: 403, body: { code: 'foreign-origin' } })
  t.equal((await make({ origin: 'null' })).status, 403)
  t.equal((await make({ origin: `https://127.0.0.1:${port}` })).status, 403)
  t.equal((await make({ origin: `http://127.0.0.1:${port + 1}` })).status, 403)
  t.equal((await make({})).status, 204)
})

t.test('a request with a field we do not know, or of another kind, is refused by name', async (t) => {
  const { someone, db } = await house(t)
  const admin = await someone({ role: 'admin' })
  const place = { campus: 'new', kind: 'building', code: 'A', zh: '楼' }
  for (const column of [
    'id',
    'version',
    'retired',
    'path_zh',
    'campus_id',
    'organisation_id',
    'created_at',
    '__proto__',
  ]) {
    const body = JSON.stringify(place).replace('}', `,"${column}":"x"}`)
    t.match(
      await admin.ask('POST', '/api/directory/places', body),
      { status: 400, body: { code: 'request-malformed' } },
      column,
    )
  }
  t.match(await admin.ask('POST', '/api/directory/places', { ...place, noTransmit: 'true' }), {
    status: 400,
    body: { details: { at: 'body/noTransmit' } },
  })
  t.match(await admin.ask('POST', '/api/directory/places', { ...place, zh: 'a\u0000b' }), { status: 400 })
  t.match(await admin.ask('POST', '/api/directory/places', '{"campus":'), {
    status: 400,
    body: { code: 'request-malformed' },
  })
  t.match(await admin.ask('GET', '/api/directory/places?limit=501'), { status: 400 })
  t.match(await admin.ask('GET', '/api/directory/places?order=id;drop'), { status: 400 })
  t.match(await admin.ask('GET', '/api/directory/places?after=bm90IG91cnM'), {
    status: 400,
    body: { code: 'cursor-not-ours' },
  })
  t.match(await admin.ask('GET', '/api/directory/places/not-an-id'), { status: 400 })
  t.equal((await db('places')).length, 0)
  t.match(await admin.ask('POST', '/api/directory/places', place), { status: 201, body: { zh: '楼', path: '楼' } })
  t.match(await admin.ask('POST', '/api/directory/places', place), { status: 409, body: { code: 'already-there' } })
})

t.test('the same creating request sent twice is done once', async (t) => {
  const { someone, db } = await house(t)
  const admin = await someone({ role: 'admin' })
  const place = { campus: 'new', kind: 'building', code: 'A', zh: '楼' }
  const key = { 'idempotency-key': 'one-and-the-same' }
  const [first, second] = [
    await admin.ask('POST', '/api/directory/places', place, key),
    await admin.ask('POST', '/api/directory/places', place, key),
  ]
  t.equal(second.status, 201)
  t.same(second.body, first.body)
  t.match(await admin.ask('POST', '/api/directory/places', { ...place, code: 'B' }, key), {
    status: 422,
    body: { code: 'idempotency-key-reused' },
  })
  const refused = { 'idempotency-key': 'refused-at-first' }
  t.equal((await admin.ask('POST', '/api/directory/places', place, refused)).status, 409)
  t.equal(
    (await admin.ask('POST', '/api/directory/places', { ...place, code: 'C' }, refused)).status,
    201,
    'a refusal frees its key',
  )
  t.equal((await db('places')).length, 2)
})

t.test('what a request made is not told again to somebody who has lost the right to it since', async (t) => {
  const { someone, db } = await house(t)
  const admin = await someone({ role: 'admin' })
  const other = await someone({ role: 'admin' })
  const place = { campus: 'new', kind: 'building', code: 'A', zh: '楼' }
  const key = { 'idempotency-key': 'one-and-the-same' }
  const make = () => admin.ask('POST', '/api/directory/places', place, key)
  t.equal((await make()).status, 201)
  t.equal((await other.ask('PUT', `/api/directory/people/${admin.personId}/grants`, { grants: [] })).status, 200)
  const told = await make()
  t.match(told, { status: 409, body: { code: 'rights-changed' } })
  t.notOk(JSON.stringify(told.body).includes('楼'), 'nothing of what was made')
  t.equal((await db('places')).length, 1)
})

t.test('what goes wrong is said in three ways, and nothing of a person is logged', async (t) => {
  const doors: Routes = async (app) => {
    app.get('/api/test/outage', async () => {
      throw new Outage('vault')
    })
    app.get('/api/test/bug', async (request) => request.server.deskDb('people').insert({ name: '王小明' }))
    app.post(
      '/api/test/late',
      { schema: { body: Type.Object({}) } },
      idempotent(async () => ({ made: true })),
    )
    app.get('/api/test/forgotten', async () => 'nobody asked who I am')
  }
  const { someone, ask, lines, url } = await house(t, { more: [doors] })
  const { ask: signedIn } = await someone({ role: 'agent' })
  t.match(await signedIn('GET', '/api/test/outage'), {
    status: 503,
    body: { code: 'outage', details: { wire: 'vault' } },
  })
  const bug = await signedIn('GET', '/api/test/bug')
  t.match(bug, { status: 500, body: { code: 'bug' } })
  t.notOk(JSON.stringify(bug.body).includes('people'))
  t.match(lines.join(''), /"code":"23502"/)
  t.notOk(lines.join('').includes('王小明'))
  t.match(await ask('GET', '/api/test/forgotten'), { status: 401 }, 'a door that forgot to ask is closed')
  t.match(await ask('GET', '/%61pi/test/forgotten'), { status: 401 }, 'however it is spelt')
  t.match(await signedIn('GET', '/api/nothing'), { status: 404, body: { code: 'not-found' } })
  t.match(await ask('GET', '/healthz'), { status: 200 })
  t.match(
    (await ask('GET', '/metrics')).body,
    /http_server_request_duration_seconds_count\{method="GET",route="\/api\/test\/bug",status="5xx"\} 1/,
  )
  t.match(await ask('GET', '/api/openapi.json'), {
    status: 200,
    body: { openapi: '3.1.0', paths: { '/api/directory/places': Object } },
  })
  t.match(await fetch(`${url}/api/session`).then((reply) => reply.headers.get('cache-control')), 'no-store')
})

t.test('the console is one page for every screen, under a policy that runs no foreign script', async (t) => {
  const { varDir, app } = await house(t)
  await app.close()
  const dir = join(varDir, 'console')
  mkdirSync(join(dir, '_app/immutable'), { recursive: true })
  writeFileSync(
    join(dir, '200.html'),
    '<html><script>start()</script><script src="/_app/immutable/a.js"></script></html>',
  )
  writeFileSync(join(dir, '_app/immutable/a.js'), 'start(`<p style="left: 0"></p>`)')
  const { makeApp } = await import('./app.ts')
  const { default: pino } = await import('pino')
  const again = await makeApp({
    config: {
      publicUrl: 'https://desk.example',
      trustProxy: [],
      consoleDir: dir,
      sipSocket: '/sip',
    },
    db: app.deskDb,
    doorkeeper: { byToken: async () => undefined },
    routes: [],
    log: pino({ level: 'silent' }),
  })
  t.teardown(() => again.close())
  const screen = await again.inject({ url: '/tickets/abc' })
  t.equal(screen.statusCode, 200)
  const policy = String(screen.headers['content-security-policy'])
  t.match(policy, /script-src 'self' 'sha256-[\w+/=]+'(;|$)/)
  t.notMatch(policy, /script-src[^;]*unsafe/)
  t.match(policy, /style-src 'self'(;|$)/, 'nobody’s markup brings a style of its own')
  const hash = createHash('sha256').update('left: 0').digest('base64')
  t.ok(policy.includes(`style-src-attr 'unsafe-hashes' 'sha256-${hash}'`), 'but what our own templates say')
  t.notMatch(policy, /unsafe-inline/)
  t.match(policy, /frame-ancestors 'none'/)
  t.match(screen.headers['strict-transport-security'], /max-age/)
  t.match((await again.inject({ url: '/_app/immutable/a.js' })).headers['cache-control'], /immutable/)
  t.equal((await again.inject({ url: '/_app/gone.js' })).statusCode, 404)
  t.equal((await again.inject({ url: '/..%2f..%2faccounts.json' })).statusCode, 404)
})

t.test('whoever sends a request drop by drop does not hold a connection for long', async (t) => {
  const { port, ask } = await house(t, { patience: { headersMs: 1_000, requestMs: 2_000 } })
  const drip = (head: string, drop: string) =>
    new Promise<{ ms: number; said: string }>((ended) => {
      const began = Date.now()
      let said = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(head))
      const dripping = setInterval(() => socket.write(drop), 200)
      const giveUp = setTimeout(() => socket.destroy(), 15_000)
      socket.on('data', (part) => {
        said += part
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        clearInterval(dripping)
        clearTimeout(giveUp)
        ended({ ms: Date.now() - began, said })
      })
    })
  const post =
    'POST /api/session HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\ncontent-length: 200\r\n\r\n{"name":"'
  const [body, head] = await Promise.all([drip(post, 'x'), drip('GET /healthz HTTP/1.1\r\n', 'x-a: b\r\n')])
  t.ok(body.ms < 10_000, `a body: ${body.ms} ms`)
  t.ok(head.ms < 10_000, `a head: ${head.ms} ms`)
  t.match(await ask('GET', '/healthz'), { status: 200 }, 'and everybody else is answered')
})
