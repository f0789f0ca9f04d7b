import { randomBytes, randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { JournalRow } from '../db/index.ts'
import { idOf } from '../directory/seed/chance.ts'
import type { DeskEvent } from '../journey.ts'
import { type House, house } from '../test/house.ts'
import type { FromServer } from '../wire/frames.ts'
import type { SharedFrame } from './batch.ts'

/** A ticket's frame, seen by those who may see its campus and line; the pop of an offered call for one person. */
async function frameFor(row: JournalRow): Promise<SharedFrame | undefined> {
  const { campus, line, ticketId, popPersonId } = row.body as Record<string, string>
  if (row.type !== 'ticket.opened') return undefined
  const frame = {
    seq: row.seq,
    at: row.at.toISOString(),
    type: row.type,
    subject: 'ticket',
    ticket: { ticketId, campus },
  } as never
  const thing = {
    kind: 'ticket' as const,
    organisationId: idOf('organisation'),
    campus: campus ?? '',
    line: line ?? '',
    assigneeId: null,
    firstTakerId: null,
    reporterId: null,
    offeredIds: [],
  }
  return popPersonId
    ? {
        thing,
        frame,
        popFor: { personId: popPersonId, frame: { ...(frame as object), pop: { legUniqueid: 'mine' } } as never },
      }
    : { thing, frame }
}

const frames = [{ makes: () => true, framesOf: (rows: JournalRow[]) => Promise.all(rows.map(frameFor)) }]

const opened = (campus: string, more = {}): DeskEvent =>
  ({
    type: 'ticket.opened',
    at: new Date(),
    ticketId: randomUUID(),
    callId: null,
    campus,
    line: 'it',
    version: 1,
    ...more,
  }) as DeskEvent

type Console = Awaited<ReturnType<typeof connect>>

/** Opens the live socket as a browser would; keeps all it was told. */
async function connect(
  t: Test,
  { url }: House,
  cookie: string,
  { after, origin = url }: { after?: number; origin?: string | undefined } = {},
) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live${after === undefined ? '' : `?after=${after}`}`, {
    headers: { cookie, ...(origin && { origin }) },
  })
  t.teardown(() => socket.terminate())
  const told: FromServer[] = []
  const waiting = new Set<() => void>()
  let ended: { code: number; why: string } | undefined
  let refused = 0
  const wake = () => {
    for (const one of waiting) one()
  }
  socket.on('message', (data) => {
    told.push(JSON.parse(String(data)))
    wake()
  })
  socket.on('close', (code, why) => {
    ended ??= { code, why: String(why) }
    wake()
  })
  socket.on('unexpected-response', (_request, response) => {
    refused = response.statusCode ?? 0
    wake()
  })
  socket.on('error', wake)
  /** Waits until `isTrue`, at most ten seconds. */
  async function until(isTrue: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + 10_000
    while (!isTrue()) {
      if (Date.now() > deadline) throw new Error(`in vain: ${what}`)
      await new Promise<void>((go) => {
        const timer = setTimeout(done, 250)
        function done() {
          clearTimeout(timer)
          waiting.delete(done)
          go()
        }
        waiting.add(done)
      })
    }
  }
  const batches = () => told.filter((one) => one.kind === 'frames')
  const frames = () => batches().flatMap((batch) => batch.frames)
  const upTo = () => batches().at(-1)?.upTo ?? -1
  await until(() => batches().length > 0 || ended !== undefined || refused > 0, 'the socket’s first word')
  return {
    socket,
    told,
    until,
    batches,
    frames,
    upTo,
    ended: () => ended,
    refused: () => refused,
    say: (said: unknown) => socket.send(typeof said === 'string' ? said : JSON.stringify(said)),
  }
}

const unbroken = (console: Console) =>
  console.batches().every(({ after }, i, all) => i === 0 || after === all[i - 1]?.upTo)

t.test('each console is told all it may see, in order, and nothing else', async (t) => {
  const desk = await house(t, { live: { frames } })
  const [both, old, reporter, admin] = await Promise.all([
    desk.someone({ role: 'agent' }),
    desk.someone({ role: 'agent', campus: 'old' }),
    desk.someone({ role: 'reporter' }),
    desk.someone({ role: 'admin' }),
  ])
  const consoles = await Promise.all([both, old, reporter, admin].map(({ cookie }) => connect(t, desk, cookie)))
  const [seesBoth, seesOld, ...others] = consoles as [Console, Console, ...Console[]]
  let last = 0
  for (let i = 0; i < 40; i++) {
    const told = await desk.commit(async () => [
      opened(i % 2 ? 'old' : 'new', i === 7 ? { popPersonId: old.personId } : {}),
    ])
    last = told.at(-1)?.seq ?? 0
  }
  for (const one of consoles) await one.until(() => one.upTo() >= last, 'the last number')
  t.equal(seesBoth.frames().length, 40)
  t.equal(seesOld.frames().length, 20)
  t.ok(seesOld.frames().every((frame) => frame.subject === 'ticket' && frame.ticket.campus === 'old'))
  for (const other of others) t.equal(other.frames().length, 0)
  t.equal(seesOld.frames().filter((frame) => 'pop' in frame).length, 1, 'the pop goes to the one who is rung')
  t.equal(seesBoth.frames().filter((frame) => 'pop' in frame).length, 0, 'and to nobody else')
  for (const one of consoles) t.ok(unbroken(one), 'no gap')
  t.same(
    seesBoth.frames().map(({ seq }) => seq),
    [...seesBoth.frames().map(({ seq }) => seq)].sort((a, b) => a - b),
  )
})

t.test('a console that was away asks again from what it holds, and is told the rest', async (t) => {
  const desk = await house(t, { live: { frames } })
  const { cookie } = await desk.someone({ role: 'agent', campus: 'new' })
  const before = await connect(t, desk, cookie)
  const held = before.upTo()
  before.socket.terminate()
  for (let i = 0; i < 5; i++) await desk.commit(async () => [opened('new'), opened('old')])
  const back = await connect(t, desk, cookie, { after: held })
  await back.until(() => back.frames().length === 5, 'the five it missed')
  t.equal(back.batches()[0]?.after, held)
  back.say({ kind: 'again', after: held })
  await back.until(() => back.frames().length === 10, 'the same five again')
  t.match(back.batches().at(-1), { after: held, upTo: back.upTo() })
  back.say({ kind: 'again', after: 999_999 })
  await back.until(() => back.told.some((one) => one.kind === 'resync'), 'a number from nowhere means: fetch anew')
})

t.test('another server’s commits are heard too', async (t) => {
  const desk = await house(t, { live: { frames } })
  const { cookie } = await desk.someone({ role: 'agent' })
  const one = await connect(t, desk, cookie)
  const { makeCommit } = await import('../desk.ts')
  await makeCommit(desk.db, () => {})(async () => [opened('new')])
  await one.until(() => one.frames().length === 1, 'a commit that was not ours')
})

t.test('who is signed out or loses a right is told within two seconds', async (t) => {
  const desk = await house(t, { live: { frames } })
  const [gone, changed, self, silent] = await Promise.all(
    [0, 1, 2, 3].map(() => desk.someone({ role: 'agent', campus: 'old' })),
  )
  if (!gone || !changed || !self || !silent) throw new Error('four people')
  const [a, b, c, d] = (await Promise.all(
    [gone, changed, self, silent].map(({ cookie }) => connect(t, desk, cookie)),
  )) as [Console, Console, Console, Console]
  const began = Date.now()
  await gone.leave()
  await self.ask('DELETE', '/api/session')
  await desk.db('sessions').where({ id: silent.sessionId }).update({ revoked_at: desk.db.fn.now() })
  const newCampus = (await desk.db('campuses').where({ code: 'new' }).first('id')).id
  await desk.db('grants').where({ person_id: changed.personId }).update({ campus_id: newCampus })
  await Promise.all([
    a.until(() => !!a.ended(), 'closed'),
    c.until(() => !!c.ended(), 'closed'),
    d.until(() => !!d.ended(), 'closed'),
    b.until(() => b.told.some((one) => one.kind === 'resync'), 'resync'),
  ])
  t.ok(
    Date.now() - began < 10_000,
    `each by the second's look, none by the twenty seconds' ping: ${Date.now() - began} ms`,
  )
  t.match(
    [a, c, d].map((one) => one.told.find(({ kind }) => kind === 'bye')),
    [{ why: 'revoked' }, { why: 'signed_out' }, { why: 'expired' }],
  )
  t.same(
    [a, c, d].map((one) => one.ended()?.code),
    [4401, 4401, 4401],
  )
  b.say({ kind: 'again', after: b.upTo() })
  await desk.commit(async () => [opened('old'), opened('new')])
  await b.until(() => b.frames().length > 0, 'the new campus')
  t.same(
    b.frames().map((frame) => frame.subject === 'ticket' && frame.ticket.campus),
    ['new'],
  )
  t.equal((await connect(t, desk, gone.cookie)).refused(), 401)
})

t.test('in a full house a right taken away counts before the next thing that happens', async (t) => {
  const desk = await house(t, { live: { frames } })
  const [crowd, changed, admin] = await Promise.all([
    desk.someone({ role: 'agent' }),
    desk.someone({ role: 'agent', campus: 'old' }),
    desk.someone({ role: 'admin' }),
  ])
  for (let n = 0; n < 60; n++) await connect(t, desk, crowd.cookie)
  const seat = await connect(t, desk, changed.cookie)
  await desk.commit(async () => [opened('old')])
  await seat.until(() => seat.frames().length === 1, 'the old campus')
  const grants = [{ role: 'agent', campus: 'new', line: null }]
  const path = `/api/directory/people/${changed.personId}/grants`
  t.equal((await admin.ask('PUT', path, { grants })).status, 200)
  await desk.commit(async () => [opened('old')])
  await seat.until(() => seat.told.some((one) => one.kind === 'resync'), 'resync')
  seat.say({ kind: 'again', after: seat.upTo() })
  await desk.commit(async () => [opened('new')])
  await seat.until(() => seat.frames().length > 1, 'the new campus')
  t.same(
    seat.frames().map((frame) => frame.subject === 'ticket' && frame.ticket.campus),
    ['old', 'new'],
  )
})

t.test('the socket opens only for our own page and a signed-in person', async (t) => {
  const desk = await house(t, { live: { frames } })
  const { cookie } = await desk.someone({ role: 'agent' })
  t.equal((await connect(t, desk, '')).refused(), 401)
  t.equal((await connect(t, desk, cookie, { origin: 'http://evil.example' })).refused(), 403)
  t.equal((await connect(t, desk, cookie, { origin: '' })).refused(), 403)
  t.equal((await desk.ask('GET', '/live', undefined, { cookie })).status, 404, 'a plain request finds nothing')
})

t.test('nonsense closes the socket that said it, and the server stays up', async (t) => {
  const heard: unknown[] = []
  const desk = await house(t, { live: { frames, heard: async (_actor, said) => void heard.push(said) } })
  const { cookie } = await desk.someone({ role: 'agent' })
  const say = async (what: string | Buffer, code: number) => {
    const one = await connect(t, desk, cookie)
    one.socket.send(what)
    await one.until(() => one.ended() !== undefined, `an end after ${String(what).slice(0, 20)}`)
    t.equal(one.ended()?.code, code, String(what).slice(0, 40))
  }
  await say('{not json', 1007)
  await say('{"kind":"again","after":-1}', 1008)
  await say('{"kind":"again","after":1,"more":2}', 1008)
  await say('[]', 1008)
  await say('null', 1008)
  await say(Buffer.from([1, 2, 3]), 1003)
  await say('x'.repeat(20_000), 1009)
  for (let i = 0; i < 60; i++) {
    const one = new WebSocket(`${desk.url.replace('http', 'ws')}/live`, { headers: { cookie, origin: desk.url } })
    one.on('error', () => {})
    await new Promise<void>((open) => one.on('open', () => open()))
    // Straight onto the wire, no WebSocket frame at all.
    ;(one as unknown as { _socket: { write: (bytes: Buffer) => void } })._socket.write(randomBytes(1 + (i % 200)))
    one.terminate()
  }
  const fast = await connect(t, desk, cookie)
  for (let i = 0; i < 300; i++) fast.say({ kind: 'again', after: 0 })
  await fast.until(() => fast.ended() !== undefined, 'an end to shouting')
  t.equal(fast.ended()?.code, 1008)

  const good = await connect(t, desk, cookie)
  const callId = randomUUID()
  good.say({ kind: 'painted', callId, legUniqueid: '1.2', afterMs: 80 })
  await good.until(() => heard.length === 1, 'the painted pop')
  t.same(heard, [{ kind: 'painted', callId, legUniqueid: '1.2', afterMs: 80 }])
  await good.until(() => desk.live.clients() === 1, 'only the good one is left')
})

t.test('figures come to those whose lines they are', async (t) => {
  const queue = (campus: string) => ({ campus, line: 'it', waiting: 1 }) as never
  const now = async () => ({
    organisationId: idOf('organisation'),
    queues: [queue('old'), queue('new')],
    health: { serverTime: 'x', acting: true, wires: [], alarms: [] },
  })
  const desk = await house(t, { live: { frames, now } })
  const [agent, reporter] = [
    await desk.someone({ role: 'agent', campus: 'old' }),
    await desk.someone({ role: 'reporter' }),
  ]
  const [a, b] = [await connect(t, desk, agent.cookie), await connect(t, desk, reporter.cookie)]
  const nowOf = (one: Console) => one.told.find((said) => said.kind === 'now')
  await a.until(() => nowOf(a) !== undefined, 'figures')
  await b.until(() => nowOf(b) !== undefined, 'the time')
  t.match(nowOf(a), { queues: [{ campus: 'old' }], health: { acting: true } })
  t.same(nowOf(b)?.queues, [])
  t.notOk(nowOf(b)?.health)
})
