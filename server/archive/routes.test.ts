/** Who hears what, in which pieces, and what is written down of it. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { VaultDown } from '../../recordings/index.ts'
import type { Actor } from '../access/index.ts'
import { aTalk, type TestDesk, testDesk } from '../test/archive-desk.ts'
import { answerTo } from '../web/answer.ts'
import type { App } from '../web/index.ts'
import { archiveRoutes } from './routes.ts'

t.setTimeout(120_000)

type Grants = Actor['grants']
const supervisor: Grants = [{ role: 'supervisor', campus: 'old', line: 'it' }]

/** The archive's doors with somebody at them. */
async function doors(t: Test, desk: TestDesk, but: Partial<Parameters<typeof archiveRoutes>[0]> = {}) {
  const app = Fastify()
  let actor: Actor | undefined
  app.decorateRequest('actor', undefined)
  app.addHook('onRequest', async (request) => {
    request.actor = actor as never
  })
  app.setErrorHandler((error, _, reply) => {
    const { status, code } = answerTo(error)
    return reply.code(status).send({ code, message: code })
  })
  await app.register((scope) =>
    archiveRoutes({ db: desk.db, commit: desk.settings.commit as never, recordings: desk.recordings, ...but })(
      scope as unknown as App,
    ),
  )
  t.teardown(() => app.close())
  return {
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    as(personId: string, grants: Grants) {
      actor = { personId, organisationId: desk.organisationId, sessionId: 's', name: 'n', station: null, grants }
      return (url: string, headers: Record<string, string> = {}) =>
        app.inject({ url, headers, remoteAddress: '10.1.2.3' })
    },
  }
}

async function filedCall(desk: TestDesk, personId?: string) {
  const callId = await desk.call(
    aTalk.map((leg) => ({ ...leg, ...(leg.side === 'agent' && personId && { personId }) })),
  )
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  await archive.stop()
  const row = await desk.rowOf(callId)
  return { callId, row, url: `/api/recordings/${row.id}` }
}

async function aPerson(desk: TestDesk) {
  const id = randomUUID()
  await desk.db('people').insert({ id, organisation_id: desk.organisationId, staff_code: id, name: '某' })
  return id
}

t.test('a recording is heard whole, or from wherever the player seeks to', async (t) => {
  const desk = await testDesk(t)
  const { row, url } = await filedCall(desk)
  const get = (await doors(t, desk)).as(await aPerson(desk), supervisor)

  const whole = await get(`${url}/audio`)
  t.equal(whole.statusCode, 200)
  t.equal(whole.rawPayload.length, Number(row.bytes))
  t.match(whole.headers, { 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'cache-control': 'no-store' })

  const piece = await get(`${url}/audio`, { range: 'bytes=1000-1999' })
  t.equal(piece.statusCode, 206)
  t.equal(piece.headers['content-range'], `bytes 1000-1999/${row.bytes}`)
  t.ok(piece.rawPayload.equals(whole.rawPayload.subarray(1_000, 2_000)))

  const beyond = await get(`${url}/audio`, { range: `bytes=${row.bytes}-` })
  t.equal(beyond.statusCode, 416)
  t.equal(beyond.headers['content-range'], `bytes */${row.bytes}`)

  t.equal((await get(`${url}/audio`, { range: 'bytes=0-1,5-6' })).statusCode, 200, 'several ranges: the whole')
})

t.test(
  'one listening is one line in the book, however the player seeks; a second person is a second line',
  async (t) => {
    const desk = await testDesk(t)
    const { callId, row, url } = await filedCall(desk)
    const [one, two] = [await aPerson(desk), await aPerson(desk)]
    const at = await doors(t, desk)
    const get = at.as(one, supervisor)
    await get(`${url}/audio`, { range: 'bytes=0-' })
    await get(`${url}/audio`, { range: 'bytes=5000-' })
    await get(url)
    await get(`${url}/peaks`)
    await at.as(two, supervisor)(`${url}/audio`)
    const book = await desk.db('listenings').orderBy('id')
    t.match(book, [
      { recording_id: row.id, person_id: one, from_address: '10.1.2.3' },
      { recording_id: row.id, person_id: two },
    ])
    t.equal(book.length, 2)
    t.match(
      desk.told.filter(({ type }) => type === 'recording.listened'),
      [
        { callId, recordingId: row.id, personId: one },
        { callId, recordingId: row.id, personId: two },
      ],
    )
  },
)

t.test('what cannot be written down is not heard', async (t) => {
  const desk = await testDesk(t)
  const { url } = await filedCall(desk)
  const get = (await doors(t, desk, { commit: () => Promise.reject(new Error('connection refused')) })).as(
    await aPerson(desk),
    supervisor,
  )
  const answer = await get(`${url}/audio`)
  t.equal(answer.statusCode, 503)
  t.notOk(answer.rawPayload.includes('RIFF'))
})

t.test(
  'who may hear: the agent of the call, the assignee of its ticket, supervisors of its campus and line, auditors',
  async (t) => {
    const desk = await testDesk(t)
    const [agent, other] = [await aPerson(desk), await aPerson(desk)]
    const { url } = await filedCall(desk, agent)
    const at = await doors(t, desk)
    const hears = async (personId: string, grants: Grants) =>
      (await at.as(personId, grants)(`${url}/audio`)).statusCode === 200

    t.ok(await hears(agent, [{ role: 'agent', campus: null, line: 'it' }]))
    t.ok(await hears(other, supervisor))
    t.ok(await hears(other, [{ role: 'auditor', campus: null, line: null }]))

    t.notOk(await hears(other, [{ role: 'agent', campus: null, line: 'it' }]), 'an agent who did not take it')
    t.notOk(await hears(other, [{ role: 'supervisor', campus: 'new', line: 'it' }]), 'of the other campus')
    t.notOk(await hears(other, [{ role: 'supervisor', campus: 'old', line: 'property' }]), 'of another line')
    t.notOk(await hears(other, [{ role: 'admin', campus: null, line: null }]), 'an administrator')
    t.notOk(await hears(other, [{ role: 'engineer', campus: null, line: null }]), 'an engineer with another ticket')
    t.notOk(await hears(other, []))
  },
)

t.test('hidden and absent look the same', async (t) => {
  const desk = await testDesk(t)
  const { url } = await filedCall(desk)
  const get = (await doors(t, desk)).as(await aPerson(desk), [])
  for (const path of ['', '/audio', '/peaks']) {
    const hidden = await get(`${url}${path}`)
    const absent = await get(`/api/recordings/${randomUUID()}${path}`)
    t.same([hidden.statusCode, hidden.json()], [absent.statusCode, absent.json()])
    t.equal(hidden.statusCode, 404)
  }
  t.equal((await get('/api/recordings/..%2f..%2fetc%2fpasswd/audio')).statusCode, 400)
})

t.test('a recording tells its state and what is wrong, and no place it is kept', async (t) => {
  const desk = await testDesk(t)
  const { callId, row, url } = await filedCall(desk)
  const get = (await doors(t, desk)).as(await aPerson(desk), supervisor)
  const answer = await get(url)
  t.match(answer.json(), {
    recordingId: row.id,
    callId,
    state: 'filed',
    ms: 6_400,
    talkMs: 6_000,
    findings: [],
    mayListen: true,
  })
  t.notMatch(answer.body, /wav|vault|1700000000/)
  const peaks = (await get(`${url}/peaks`)).json()
  t.equal(peaks.left.length, 1_000)
  t.ok(Math.max(...peaks.right) > 70)
})

t.test('while the vault has it not, it is heard from the spool', async (t) => {
  const desk = await testDesk(t, (vault) => ({
    ...vault,
    put: () => Promise.reject(new VaultDown('put', new Error('down'))),
    readRange: () => Promise.reject(new VaultDown('read', new Error('down'))),
  }))
  const { url } = await filedCall(desk)
  const get = (await doors(t, desk)).as(await aPerson(desk), supervisor)
  t.match((await get(url)).json(), { state: 'filing' })
  const whole = await get(`${url}/audio`)
  t.equal(whole.statusCode, 200)
  t.equal(whole.rawPayload.toString('latin1', 0, 4), 'RIFF')
  const piece = await get(`${url}/audio`, { range: 'bytes=44-443' })
  t.ok(piece.rawPayload.equals(whole.rawPayload.subarray(44, 444)))
})

t.test('with the vault down and nothing in the spool it says so, and does not hang', async (t) => {
  let down = false
  const desk = await testDesk(t, (vault) => ({
    ...vault,
    readRange: (key, range) =>
      down ? Promise.reject(new VaultDown('read', new Error('down'))) : vault.readRange(key, range),
  }))
  const { url } = await filedCall(desk)
  down = true
  const get = (await doors(t, desk)).as(await aPerson(desk), supervisor)
  t.equal((await get(`${url}/audio`)).statusCode, 503)
  t.same(await desk.db('listenings'), [], 'nobody heard anything')
})

t.test('a missing recording has nothing to hear', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk.map((leg) => ({ ...leg, file: false })))
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  const { id } = await desk.rowOf(callId)
  const get = (await doors(t, desk)).as(await aPerson(desk), supervisor)
  t.match((await get(`/api/recordings/${id}`)).json(), {
    state: 'missing',
    findings: [
      { kind: 'missing', side: 'caller', ms: 6_000 },
      { kind: 'missing', side: 'agent' },
    ],
  })
  t.match((await get(`/api/recordings/${id}/audio`)).json(), { code: 'sound-not-found' })
})

t.test('a player that leaves half-way ends the reading from the vault', async (t) => {
  const left = Promise.withResolvers<void>()
  let slow = false
  const desk = await testDesk(t, (vault) => ({
    ...vault,
    readRange: async (key, range) => {
      if (!slow) return vault.readRange(key, range)
      const endless = new Readable({ read() {} })
      endless.push(Buffer.alloc(1_000))
      return endless.once('close', left.resolve)
    },
  }))
  const { url } = await filedCall(desk)
  slow = true
  const at = await doors(t, desk)
  at.as(await aPerson(desk), supervisor)
  const player = new AbortController()
  const answer = await fetch(`${await at.listen()}${url}/audio`, { signal: player.signal })
  t.equal((await answer.body?.getReader().read())?.value?.length, 1_000)
  player.abort()
  await left.promise
  t.pass()
})
