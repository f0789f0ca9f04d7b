/** A proof that can not fail proves nothing: each of L1 to L8 is shown a desk with that very loss in it. */
import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { scratch } from '../../../recordings/test-support.ts'
import { append, type Db } from '../../../server/db/index.ts'
import { database } from '../../../server/test/database.ts'
import { type Hospital, hospital } from '../../../server/test/hospital.ts'
import type { Finding } from '../../drill.ts'
import type { Lab } from '../../lab/index.ts'
import { converged } from './console.ts'
import { DESK_TONE, losses, type Seen, WARD_TONE } from './losses.ts'
import { untilWire } from './status.ts'

const noon = Date.parse('2026-03-02T04:00:00Z')
const at = (seconds: number) => new Date(noon + seconds * 1_000)
const TALK_S = 4

type Desk = { db: Db; lab: Lab; cel: string; vault: string; house: Hospital; ids: Ids; seen: Seen }
type Ids = { answered: string; abandoned: string; inNotice: string; ticket: string }

/** Three calls of a good day: one answered and recorded, one owed a callback, one hung up during the notice. */
async function aDesk(t: Test): Promise<Desk> {
  const db = await database(t)
  const house = await hospital(db)
  const varDir = await scratch(t)
  const cel = join(varDir, 'pbx/log/cel-custom/cel.jsonl')
  const vault = join(varDir, 'vault/call.wav')
  mkdirSync(join(varDir, 'pbx/log/cel-custom'), { recursive: true })
  mkdirSync(join(varDir, 'vault'))
  const ids = { answered: randomUUID(), abandoned: randomUUID(), inNotice: randomUUID(), ticket: randomUUID() }
  const desk: Desk = {
    db,
    cel,
    vault,
    house,
    ids,
    lab: {
      varDir,
      query: async (sql: string, values: unknown[] = []) => (await asked(db, sql, values)).rows,
    } as unknown as Lab,
    seen: { placed: 3, taken: 3, acknowledged: [ids.ticket], tones: phones(ids.answered, TALK_S) },
  }
  await aCall(desk, ids.answered, 'answered', 'r.1')
  await aCall(desk, ids.abandoned, 'abandoned', 'r.2')
  await aCall(desk, ids.inNotice, 'abandoned', 'r.3')
  await db('tickets').insert({
    id: ids.ticket,
    organisation_id: house.organisationId,
    year: 2026,
    number: 1,
    campus_id: house.campuses.new,
    line_id: house.lines.it,
    source: 'call',
    reported_at: at(0),
  })
  await db('ticket_calls').insert({ call_id: ids.answered, ticket_id: ids.ticket, relation: 'opened' })
  await db('callbacks').insert({
    organisation_id: house.organisationId,
    call_id: ids.abandoned,
    number: '62041',
    owed_at: at(9),
    why: 'abandoned',
  })
  await db('call_reasons').insert({ call_id: ids.inNotice, reason: 'hung_up_in_notice', at: at(9) })
  await recorded(desk, TALK_S)
  return desk
}

/** Desk phones that spoke for so many seconds of a call, on a machine that stood still for so many of them. */
const phones = (callId: string, spoke: number, still = 0): NonNullable<Seen['tones']> => ({
  machine: { stoodStill: () => still * 1_000 },
  spoke: () => new Map([[callId, spoke]]),
})

/** A statement with $1, $2 … as the lab's own client takes them. */
const asked = (db: Db, sql: string, values: unknown[]) =>
  db.raw(
    sql.replaceAll(/\$\d/g, '?').replaceAll(' ? ', ' \\? '),
    values.map((one) => one as string),
  )

async function aCall({ db, house, cel }: Desk, id: string, outcome: string, root: string): Promise<void> {
  await db('calls').insert({
    id,
    organisation_id: house.organisationId,
    pbx_id: 1,
    boot_id: 'b',
    root_uniqueid: root,
    direction: 'inbound',
    campus_id: house.campuses.new,
    line_id: house.lines.it,
    state: 'ended',
    outcome,
    arrived_at: at(0),
    answered_at: outcome === 'answered' ? at(2) : null,
    ended_at: at(9),
  })
  const told = ['call.arrived', 'call.queued', ...(outcome === 'answered' ? ['call.answered'] : []), 'call.ended']
  await db.transaction((tx) =>
    append(
      tx,
      told.map((type) => ({ type, at: at(0), callId: id })),
    ),
  )
  writtenDown(cel, root, id, outcome === 'answered')
}

/** The same call as Asterisk writes it down. */
function writtenDown(cel: string, root: string, id: string, isAnswered: boolean): void {
  const row = (eventtype: string, uniqueid: string, seconds: number, more = {}) =>
    `${JSON.stringify({ eventtype, uniqueid, eventtime: at(seconds).toISOString(), userfield: id, channame: `PJSIP/d8121-${root}`, context: 'desk', ...more })}\n`
  const agent = `${root}.agent`
  const rows = [
    row('CHAN_START', root, 0, { context: 'from-new', num: '62041', userfield: '' }),
    row('APP_START', root, 1),
  ]
  if (isAnswered) {
    for (const leg of [root, agent]) rows.push(row('BRIDGE_ENTER', leg, 2))
    for (const leg of [root, agent]) rows.push(row('BRIDGE_EXIT', leg, 2 + TALK_S))
    rows.push(row('CHAN_END', agent, 9))
  }
  appendFileSync(cel, [...rows, row('CHAN_END', root, 9)].join(''))
}

/** The answered call's recording in the vault: the caller left, the agent right for so many seconds. */
async function recorded({ db, ids, vault }: Desk, agentSeconds: number): Promise<void> {
  const frames = 8_000 * (TALK_S + 2)
  const wav = Buffer.alloc(44 + frames * 4)
  for (let n = 0; n < frames; n++) {
    wav.writeInt16LE(8_000 * Math.sin((2 * Math.PI * WARD_TONE * n) / 8_000), 44 + 4 * n)
    if (n < 8_000 * agentSeconds) wav.writeInt16LE(8_000 * Math.sin((2 * Math.PI * DESK_TONE * n) / 8_000), 46 + 4 * n)
  }
  writeFileSync(vault, wav)
  await db('recordings').where({ call_id: ids.answered }).delete()
  await db('recordings').insert({
    call_id: ids.answered,
    state: 'filed',
    vault_key: 'call.wav',
    sha256: createHash('sha256').update(wav).digest(),
    started_at: at(0),
  })
}

/** What the proofs that failed say. */
async function failures(desk: Desk): Promise<string[]> {
  const found: Finding[] = []
  await losses(desk.lab, desk.seen, (finding) => found.push(finding))
  return found.filter(({ holds }) => !holds).map(({ what }) => what)
}

t.test('a desk that lost nothing passes every proof', async (t) => {
  t.same(await failures(await aDesk(t)), [])
})

const journal = (desk: Desk, type: string) =>
  desk.db.transaction((tx) => append(tx, [{ type, at: at(20), callId: desk.ids.answered }]))

const PLANTED: [loss: string, found: RegExp, plant: (desk: Desk) => unknown][] = [
  [
    'a call that Asterisk wrote down and we do not have',
    /^L1 each of the 4 calls/,
    (desk) => {
      writtenDown(desk.cel, 'r.4', randomUUID(), false)
      Object.assign(desk.seen, { placed: 4, taken: 4 })
    },
  ],
  [
    'a ward more than Asterisk wrote down',
    /^L1 the wards counted/,
    (desk) => Object.assign(desk.seen, { placed: 4, taken: 4 }),
  ],
  ['a call without an ending', /^L1 each ended in exactly one/, (desk) => desk.db('callbacks').delete()],
  [
    'a call with two endings',
    /^L1 each ended in exactly one/,
    (desk) => desk.db('call_reasons').insert({ call_id: desk.ids.answered, reason: 'technical', at: at(9) }),
  ],
  [
    'a call that never ended',
    /^L1 each ended in exactly one/,
    (desk) => desk.db('calls').where({ id: desk.ids.inNotice }).update({ state: 'queued' }),
  ],
  ['a call that nobody made', /^L2 no call of ours is unknown/, (desk) => aPhantom(desk)],
  ['one root channel in two calls', /^L2 no call stands twice/, (desk) => aTwin(desk)],
  ['an ending told twice', /^L2 nothing that happens once was told twice/, (desk) => journal(desk, 'call.ended')],
  ['a finished call rung again', /^L3/, (desk) => journal(desk, 'call.offered')],
  [
    'an answered call with no word of its recording',
    /^L4 each of 1 answered calls is filed or said/,
    (desk) => desk.db('recordings').delete(),
  ],
  [
    'a recording left on the way',
    /^L4 each of 1 answered calls/,
    (desk) => desk.db('recordings').update({ state: 'filing' }),
  ],
  ['bytes changed in the vault', /^L4 what is filed is in the vault/, (desk) => appendFileSync(desk.vault, 'x')],
  ['a file gone from the vault', /^L4 what is filed is in the vault/, (desk) => rmSync(desk.vault)],
  ['a voice two seconds short', /^L4 each voice is on its own channel/, (desk) => recorded(desk, TALK_S - 2)],
  [
    'a voice two seconds short, half a second of which the machine stood still',
    /^L4 each voice is on its own channel/,
    async (desk) => {
      await recorded(desk, TALK_S - 2)
      desk.seen.tones = phones(desk.ids.answered, TALK_S, 0.5)
    },
  ],
  [
    'a phone that said nothing for most of its talk',
    /^L4 each voice is on its own channel/,
    (desk) => {
      desk.seen.tones = phones(desk.ids.answered, TALK_S - 2)
    },
  ],
  [
    'a recording called short on a machine that never stood still',
    /^L4 nothing is said to be lost/,
    (desk) => desk.db('recordings').update({ state: 'short' }),
  ],
  [
    'a recording called missing, whatever the machine did',
    /^L4 nothing is said to be lost/,
    async (desk) => {
      await desk.db('recordings').update({ state: 'missing' })
      desk.seen.tones = phones(desk.ids.answered, TALK_S, 2)
    },
  ],
  ['an acknowledged ticket that is gone', /^L5/, (desk) => desk.seen.acknowledged?.push(randomUUID())],
  ['a ward that was refused', /^L7/, (desk) => Object.assign(desk.seen, { taken: 2 })],
]

t.test('what the machine stood still for is no loss, and may be called short', async (t) => {
  const desk = await aDesk(t)
  await recorded(desk, TALK_S - 1.5)
  await desk.db('recordings').update({ state: 'short' })
  desk.seen.tones = phones(desk.ids.answered, TALK_S - 0.7, 0.7)
  t.same(await failures(desk), [])
})

for (const [loss, found, plant] of PLANTED) {
  t.test(`${loss} does not go unseen`, async (t) => {
    const desk = await aDesk(t)
    await plant(desk)
    t.match(await failures(desk), [found])
  })
}

/** Ours, ended in a reason, and unknown to Asterisk. */
async function aPhantom(desk: Desk): Promise<void> {
  const id = randomUUID()
  await aCall({ ...desk, cel: '/dev/null' }, id, 'abandoned', 'r.9')
  await desk.db('call_reasons').insert({ call_id: id, reason: 'technical', at: at(9) })
}

/** The database lets it be (migration 0245): only this proof watches it. */
async function aTwin(desk: Desk): Promise<void> {
  const id = randomUUID()
  await aCall({ ...desk, cel: '/dev/null' }, id, 'abandoned', 'r.3')
  await desk.db('call_reasons').insert({ call_id: id, reason: 'technical', at: at(9) })
}

const screen = { calls: [{ callId: 'c1', state: 'talking' }], callbacks: [], agents: [], myTickets: [] }

t.test('a console that shows what is no longer so does not go unseen (L6)', async (t) => {
  t.equal(converged(screen, structuredClone(screen)).holds, true)
  const stale = { ...screen, calls: [{ callId: 'c1', state: 'ended' }] }
  t.match(converged(stale, screen), { what: /^L6/, holds: false })
})

t.test('a desk that says all is well while a wire is cut does not go unseen (L8)', async (t) => {
  const liar = createServer((_, answer) => answer.end(JSON.stringify({ wires: [{ wire: 'ami', state: 'well' }] })))
  await new Promise<void>((listening) => liar.listen(0, '127.0.0.1', listening))
  t.teardown(() => liar.close())
  const address = liar.address()
  const port = typeof address === 'object' && address ? address.port : 0
  t.ok(Number.isNaN(await untilWire(`http://127.0.0.1:${port}`, 'ami', true, 400)))
})
