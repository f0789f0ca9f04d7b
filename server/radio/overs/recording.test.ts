/** What the radio's recorders leave, kept and played again: a real database, a real spool, a real vault. */
import { randomUUID } from 'node:crypto'
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { type Vault, VaultDown } from '../../../recordings/index.ts'
import { bytesOf, channelsOf, heard, type Tone, wavOf } from '../../../recordings/test-support.ts'
import type { Actor } from '../../access/index.ts'
import { recordingAlarms } from '../../archive/index.ts'
import { testDesk } from '../../test/archive-desk.ts'
import { answerTo } from '../../web/answer.ts'
import type { App } from '../../web/index.ts'
import { clipRoutes } from './clip-routes.ts'
import { keepPiece } from './recording.ts'
import { listOvers } from './store.ts'
import { radioTimeline } from './timeline.ts'

t.setTimeout(120_000)

const HANDHELD = 1_500
const AGENT = 700
const TONES = [HANDHELD, AGENT]
const BEGAN = Date.now() - 60_000
const supervisor: Actor['grants'] = [{ role: 'supervisor', campus: 'old', line: null }]

/** A desk with one radio port, whose recorders write into the spool. */
async function radioDesk(t: Test, change?: (vault: Vault) => Vault) {
  const desk = await testDesk(t, change)
  const { db, organisationId } = desk
  const campusId = (await db('campuses').first('id')).id
  const [{ id: portId }] = await db('radio_ports')
    .insert({
      organisation_id: organisationId,
      pbx_id: 1,
      campus_id: campusId,
      code: 'old',
      name_zh: '老院区',
      name_en: 'Old campus',
      endpoint: 'g-old',
    })
    .returning('id')
  await mkdir(join(desk.spool, 'recording'), { recursive: true })

  /** A piece as Asterisk writes it; open: it still does. */
  async function piece(side: 'rx' | 'tx', startedAt: number, parts: Tone[], { open = false, agoS = 30 } = {}) {
    const name = `radio-old-${side}-${startedAt.toString(16)}-${randomUUID()}`
    const path = join(desk.spool, 'recording', `${name}.wav`)
    await writeFile(path, wavOf(parts, { torn: open }))
    const written = Date.now() / 1_000 - (open ? 0 : agoS)
    await utimes(path, written, written)
    const endedAt = startedAt + parts.reduce((sum, { ms }) => sum + ms, 0)
    const about = { port: 'old', side, segment: name, startedAt }
    const tell = (fact: Parameters<typeof keepPiece>[1]) =>
      desk.settings.commit((tx) => keepPiece(tx, fact, Date.now()))
    return {
      path,
      begins: () => tell({ type: 'recording', ...about, on: true }),
      stops: () => tell({ type: 'recording', ...about, on: false }),
      isFound: () => tell({ type: 'segment', ...about, endedAt, path }),
    }
  }

  async function over(kind: 'rx' | 'tx', fromMs: number, ms: number | null) {
    const id = randomUUID()
    await db('radio_overs').insert({
      id,
      organisation_id: organisationId,
      port_id: portId,
      campus_id: campusId,
      kind,
      epoch: 1,
      from_at: new Date(BEGAN + fromMs),
      to_at: ms === null ? null : new Date(BEGAN + fromMs + ms),
      ended_by: ms === null ? null : 'released',
    })
    return id
  }
  const playable = async (overId: string) =>
    (await listOvers(db, { organisationId, ids: [overId], limit: 1 }))[0]?.playable

  /** Somebody with a player. */
  async function listener(grants: Actor['grants'] = supervisor) {
    const personId = randomUUID()
    await db('people').insert({
      id: personId,
      organisation_id: organisationId,
      staff_code: personId.slice(0, 8),
      name: '某',
    })
    const actor = { personId, organisationId, sessionId: 's', name: '某', station: null, grants } as Actor
    const app = Fastify()
    app.decorateRequest('actor', undefined)
    app.addHook('onRequest', async (request) => {
      request.actor = actor as never
    })
    app.setErrorHandler((error, _, reply) => {
      const { status, code, details } = answerTo(error)
      return reply.code(status).send({ code: details?.wire ?? code })
    })
    await app.register((scope) =>
      clipRoutes({ db, commit: desk.settings.commit as never, recordings: desk.recordings })(scope as unknown as App),
    )
    t.teardown(() => app.close())
    const ask = (overId: string, { method = 'GET' as 'GET' | 'HEAD', range = '' } = {}) =>
      app.inject({ method, url: `/api/radio/overs/${overId}/audio`, headers: range ? { range } : {} })
    const clip = async (overId: string) => channelsOf((await ask(overId)).rawPayload) as [Int16Array, Int16Array]
    return { actor, ask, clip }
  }
  const rows = () => db('recordings').where({ kind: 'radio' }).orderBy('started_at')
  return { ...desk, piece, over, playable, listener, rows }
}

/** Ten seconds of a channel on which a handheld speaks from 2 s to 4 s, and an agent answers from 6 s to 8 s. */
const SAID: Tone[] = [
  { hz: 0, ms: 2_000 },
  { hz: HANDHELD, ms: 2_000 },
  { hz: 0, ms: 6_000 },
]
const ANSWERED: Tone[] = [
  { hz: 0, ms: 5_800 },
  { hz: AGENT, ms: 2_000 },
  { hz: 0, ms: 2_000 },
]

t.test('both sides of a port go into the vault as one file: received left, transmitted right', async (t) => {
  const desk = await radioDesk(t)
  const rx = await desk.piece('rx', BEGAN, SAID)
  const tx = await desk.piece('tx', BEGAN + 200, ANSWERED)
  for (const side of [rx, tx]) await side.begins()
  const [begun, ...others] = await desk.rows()
  t.match(begun, { state: 'recording', call_id: null })
  t.equal(others.length, 0, 'one recording of both')
  await rx.isFound()
  t.equal((await desk.rows())[0].state, 'recording', 'while one side is written it waits')
  await tx.isFound()
  const archive = desk.archive()
  await archive.look()

  const [row] = await desk.rows()
  t.match(row, { state: 'filed', ms: 10_000 })
  t.equal(row.started_at.getTime(), BEGAN)
  t.same(desk.types(), ['recording.filing', 'recording.filed'])
  t.same(await desk.recordings.listPieces(), [], 'let go of once it is filed')
  const [left, right] = channelsOf(await bytesOf(await desk.vault.readRange(row.vault_key))) as [Int16Array, Int16Array]
  t.equal(heard(left, [2_050, 3_950], TONES), HANDHELD)
  t.equal(heard(left, [4_050, 10_000], TONES), 0)
  t.equal(heard(right, [6_050, 7_950], TONES), AGENT)

  for (const side of [rx, tx]) await side.isFound()
  await archive.look()
  t.equal(desk.told.length, 2, 'told again, nothing changes')
})

t.test('an over plays with half a second before it, whole or from wherever the player seeks to', async (t) => {
  const desk = await radioDesk(t)
  for (const side of [await desk.piece('rx', BEGAN, SAID), await desk.piece('tx', BEGAN + 200, ANSWERED)]) {
    await side.begins()
    await side.isFound()
  }
  await desk.archive().look()
  const [said, answered] = [await desk.over('rx', 2_000, 2_000), await desk.over('tx', 6_000, 2_000)]
  const { actor, ask, clip } = await desk.listener()

  const [left, right] = await clip(said)
  t.equal(left.length / 8, 2_800)
  t.equal(heard(left, [0, 480], TONES), 0)
  t.equal(heard(left, [520, 2_480], TONES), HANDHELD)
  t.equal(heard(left, [2_520, 2_800], TONES), 0)
  t.equal(heard(right, [0, 2_800], TONES), 0)
  t.equal(heard((await clip(answered))[1], [520, 2_480], TONES), AGENT)

  const whole = (await ask(said)).rawPayload
  for (const [from, to] of [
    [0, 0],
    [10, 50],
    [43, 4_444],
    [8_001, 20_003],
  ] as const) {
    const piece = await ask(said, { range: `bytes=${from}-${to}` })
    t.equal(piece.statusCode, 206)
    t.equal(piece.headers['content-range'], `bytes ${from}-${to}/${whole.length}`)
    t.ok(piece.rawPayload.equals(whole.subarray(from, to + 1)), `${from}-${to}`)
  }
  const head = await ask(said, { method: 'HEAD' })
  t.match([head.statusCode, head.headers['content-length']], [200, String(whole.length)])
  t.equal((await ask(said, { range: `bytes=${whole.length}-` })).statusCode, 416)
  t.match(await desk.db('listenings'), [{ person_id: actor.personId, from_address: '127.0.0.1' }])
  t.equal((await desk.db('listenings')).length, 1, 'one listening, however the player seeks')
})

t.test(
  'while it is still being written an over plays from what is on the disk, and says so when it is not there yet',
  async (t) => {
    const desk = await radioDesk(t)
    const rx = await desk.piece('rx', BEGAN, SAID, { open: true })
    await rx.begins()
    await (await desk.piece('tx', BEGAN, ANSWERED, { open: true })).begins()
    const [said, later, on] = [
      await desk.over('rx', 2_000, 2_000),
      await desk.over('rx', 12_000, 1_000),
      await desk.over('rx', 13_500, null),
    ]
    const { ask, clip } = await desk.listener()
    t.equal(heard((await clip(said))[0], [520, 2_480], TONES), HANDHELD)
    t.equal(await desk.playable(said), true)
    t.match((await ask(later)).json(), { code: 'sound-not-yet' })
    t.equal((await ask(later)).statusCode, 425)
    t.equal((await ask(on)).statusCode, 425, 'nor while somebody still speaks')
    t.equal(await desk.playable(on), false)
    await desk.archive().look()
    t.match(await desk.rows(), [{ state: 'recording' }])
  },
)

t.test('an over of before the recorders is not there to be played', async (t) => {
  const desk = await radioDesk(t)
  await (await desk.piece('rx', BEGAN, SAID)).isFound()
  await desk.archive().look()
  const [before, unheard] = [await desk.over('rx', -9_000, 1_000), await desk.over('tx', 6_000, 2_000)]
  const { ask } = await desk.listener()
  for (const over of [before, unheard]) {
    t.equal(await desk.playable(over), false)
    const answer = await ask(over)
    t.match([answer.statusCode, answer.json()], [404, { code: 'sound-not-found' }])
  }
})

t.test(
  'a server that died at any point goes on: pieces found later are filed, those filed are let go of',
  async (t) => {
    const desk = await radioDesk(t)
    // it never heard that this one ended, and nothing of the next
    await (await desk.piece('rx', BEGAN, SAID)).begins()
    const tx = await desk.piece('tx', BEGAN + 200, ANSWERED)
    const next = await desk.piece('rx', BEGAN + 10_000, SAID)
    const archive = desk.archive()
    await archive.look()
    t.match(await desk.rows(), [{ state: 'recording' }], 'what may still be written is left alone')
    await next.begins()
    await tx.isFound()
    await next.isFound()
    await archive.look()
    const [first, second] = await desk.rows()
    t.match([first, second], [{ state: 'filed' }, { state: 'filed' }])
    t.same(await desk.recordings.listPieces(), [])

    // killed between the commit and the letting go
    const name = (await desk.db('recording_pieces').where({ recording_id: second.id }).first('name')).name
    await writeFile(join(desk.spool, 'recording', `${name}.wav`), wavOf(SAID))
    await archive.look()
    t.same(await desk.recordings.listPieces(), [])
  },
)

t.test(
  'a vault that is away loses nothing: what waits is played from the spool, and filed when it is back',
  async (t) => {
    let down = true
    const desk = await radioDesk(t, (vault) => ({
      ...vault,
      put: (...args) => (down ? Promise.reject(new VaultDown('put', new Error('away'))) : vault.put(...args)),
      head: (key) => (down ? Promise.reject(new VaultDown('head', new Error('away'))) : vault.head(key)),
      readRange: (...args) =>
        down ? Promise.reject(new VaultDown('read', new Error('away'))) : vault.readRange(...args),
    }))
    await (await desk.piece('rx', BEGAN, SAID)).isFound()
    const archive = desk.archive()
    await archive.look()
    t.match(await desk.rows(), [{ state: 'filing' }])
    const said = await desk.over('rx', 2_000, 2_000)
    const { ask, clip } = await desk.listener()
    t.equal(heard((await clip(said))[0], [520, 2_480], TONES), HANDHELD)

    down = false
    for (let looks = 0; looks < 100 && (await desk.rows())[0].state !== 'filed'; looks++) {
      await new Promise((go) => setTimeout(go, 100))
      await archive.look()
    }
    t.match(await desk.rows(), [{ state: 'filed' }])
    down = true
    const away = await ask(said)
    t.match([away.statusCode, away.json()], [503, { code: 'vault' }])
  },
)

t.test(
  'a side whose file is gone is missed and told; the other is kept, and the lost one too when it turns up',
  async (t) => {
    const desk = await radioDesk(t)
    const rx = await desk.piece('rx', BEGAN, SAID)
    const tx = await desk.piece('tx', BEGAN + 200, ANSWERED)
    await rx.begins()
    await rm(tx.path)
    await tx.begins()
    await rx.isFound()
    await tx.stops()
    await desk
      .db('recording_pieces')
      .whereNotNull('to_at')
      .update({ to_at: new Date(BEGAN + 9_000) })
    const archive = desk.archive()
    await archive.look()
    t.match(await desk.rows(), [{ state: 'short' }])
    t.match(await recordingAlarms(desk.db), [{ kind: 'recording_short', callId: null, count: 1 }])
    t.equal(desk.types().at(-1), 'recording.short')

    await writeFile(tx.path, wavOf(ANSWERED))
    await archive.look()
    await archive.look()
    const [row] = await desk.rows()
    t.match(row, { state: 'filed' })
    t.match(row.vault_key, /-2\.wav$/)
  },
)

t.test('an over that goes on while the recorders are cut is whole, and nothing is heard twice', async (t) => {
  const desk = await radioDesk(t)
  const first = await desk.piece('rx', BEGAN, [
    { hz: 0, ms: 2_000 },
    { hz: HANDHELD, ms: 3_000 },
  ])
  const second = await desk.piece('rx', BEGAN + 4_500, [
    { hz: HANDHELD, ms: 1_500 },
    { hz: 0, ms: 60_000 },
  ])
  await first.begins()
  await second.begins()
  t.equal((await desk.rows())[0].state, 'filing', 'the next one says that the first has ended')
  await first.isFound()
  await desk.archive().look()
  const over = await desk.over('rx', 2_000, 4_000)
  const [left] = await (await desk.listener()).clip(over)
  t.equal(left.length / 8, 4_800)
  for (let ms = 520; ms < 4_400; ms += 100) t.equal(heard(left, [ms, ms + 80], TONES), HANDHELD, `${ms} ms`)
  t.ok(
    left.every((sample) => Math.abs(sample) <= 10_000),
    'no louder where the two overlap',
  )
})

t.test('who may not listen hears nothing: hidden from strangers, refused to engineers', async (t) => {
  const desk = await radioDesk(t)
  await (await desk.piece('rx', BEGAN, SAID)).isFound()
  await desk.archive().look()
  const said = await desk.over('rx', 2_000, 2_000)
  const engineer = await desk.listener([{ role: 'engineer', campus: 'old', line: null }])
  t.equal((await engineer.ask(said)).statusCode, 403)
  const stranger = await desk.listener([{ role: 'supervisor', campus: 'new', line: null }])
  t.match((await stranger.ask(said)).json(), { code: 'over-not-found' })
  t.equal((await desk.db('listenings')).length, 0)
})

t.test('a ticket’s timeline tells its overs, to those who may hear of that campus’s radio', async (t) => {
  const desk = await radioDesk(t)
  await (await desk.piece('rx', BEGAN, SAID)).isFound()
  const said = await desk.over('rx', 2_000, 2_000)
  const line = await desk.db('lines').first('id', 'organisation_id')
  const campus = await desk.db('campuses').first('id')
  const [{ id: ticketId }] = await desk
    .db('tickets')
    .insert({
      organisation_id: desk.organisationId,
      campus_id: campus.id,
      line_id: line.id,
      number: 1,
      year: 2026,
      source: 'desk',
      reported_at: new Date(BEGAN),
    })
    .returning('id')
  await desk.db('radio_overs').where({ id: said }).update({ ticket_id: ticketId, attached_how: 'desk' })
  const { actor } = await desk.listener()
  t.match(await radioTimeline(desk.db, actor, ticketId), [
    {
      kind: 'over',
      at: new Date(BEGAN + 2_000).toISOString(),
      by: null,
      body: { overId: said, port: 'old', ms: 2_000, playable: true, mayListen: true },
    },
  ])
  const stranger = await desk.listener([{ role: 'supervisor', campus: 'new', line: null }])
  t.same(await radioTimeline(desk.db, stranger.actor, ticketId), [])
})
