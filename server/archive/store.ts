import { overCalls, talkMsOf, talksOf, whoWasOn } from '../calls/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { Continuous } from './pieces.ts'
import type { CallToFile, Leg, Recording } from './recording.ts'

const COLUMNS = [
  'id',
  'call_id',
  'kind',
  'state',
  'vault_key',
  'sha256',
  'bytes',
  'ms',
  'talk_ms',
  'findings',
  'started_at',
  'filed_at',
  'version',
]

// biome-ignore lint/suspicious/noExplicitAny: a row as pg gives it
function fromRow(row: any): Recording {
  return {
    recordingId: row.id,
    callId: row.call_id,
    kind: row.kind,
    state: row.state,
    vaultKey: row.vault_key,
    sha256: row.sha256 ? row.sha256.toString('hex') : null,
    bytes: row.bytes === null ? null : Number(row.bytes),
    ms: row.ms,
    talkMs: row.talk_ms,
    findings: row.findings,
    startedAt: row.started_at,
    filedAt: row.filed_at,
    version: row.version,
  }
}

/** Makes the row of a recording that is to come; undefined when there is one already. */
export async function expect(
  tx: Tx,
  {
    callId,
    kind,
    state,
    startedAt,
  }: Pick<Recording, 'callId' | 'kind' | 'startedAt'> & { state: 'recording' | 'filing' },
): Promise<string | undefined> {
  const { rows } = await tx.raw(
    `insert into recordings (call_id, kind, state, started_at) values (?, ?, ?, ?)
     on conflict (call_id, kind) where kind <> 'radio' do nothing returning id`,
    [callId, kind, state, startedAt],
  )
  return rows[0]?.id
}

/** A call that was being recorded is over: its recording waits to be filed. Gives back those it moved. */
export async function startFiling(tx: Tx, callId: string): Promise<string[]> {
  const rows = await tx('recordings')
    .where({ call_id: callId, state: 'recording' })
    .update({ state: 'filing', next_try_at: null, version: tx.raw('version + 1') })
    .returning('id')
  return rows.map((row) => row.id)
}

/** Recordings waiting to be filed whose turn it is, oldest first. */
export async function due(db: Db, limit: number): Promise<Recording[]> {
  const rows = await db('recordings')
    .join(overCalls(db).as('over'), 'over.id', 'recordings.call_id')
    .where('recordings.state', 'filing')
    .where((q) => q.whereNull('next_try_at').orWhere('next_try_at', '<=', db.fn.now()))
    .orderBy('recordings.started_at')
    .limit(limit)
    .select(COLUMNS.map((column) => `recordings.${column}`))
  return rows.map(fromRow)
}

/** Continuous recordings waiting to be filed whose turn it is, oldest first. */
export async function dueContinuous(db: Db, limit: number): Promise<Continuous[]> {
  const rows = await db('recordings')
    .where({ kind: 'radio', state: 'filing' })
    .where((q) => q.whereNull('next_try_at').orWhere('next_try_at', '<=', db.fn.now()))
    .orderBy('started_at')
    .limit(limit)
    .select(COLUMNS)
  return rows.map(fromRow)
}

/** These continuous recordings. */
export async function readContinuous(db: Db, recordingIds: string[]): Promise<Continuous[]> {
  if (recordingIds.length === 0) return []
  return (await db('recordings').whereIn('id', recordingIds).where({ kind: 'radio' }).select(COLUMNS)).map(fromRow)
}

/**
 * Takes a recording for `ms` milliseconds, so that another server on the same database leaves it alone. False: it was
 * taken first, or has changed since. A server that dies holding it only delays it: filing twice gives the same object.
 */
export async function claim(db: Db, { recordingId, version }: Continuous, ms: number): Promise<boolean> {
  const taken = await db('recordings')
    .where({ id: recordingId, version, state: 'filing' })
    .where((q) => q.whereNull('next_try_at').orWhere('next_try_at', '<=', db.fn.now()))
    .update({ next_try_at: db.raw(`now() + ? * interval '1 millisecond'`, [ms]), attempts: db.raw('attempts + 1') })
  return taken === 1
}

/** Lets go of a recording until later. */
export async function postpone(db: Db, recordingId: string, ms: number): Promise<void> {
  await db('recordings')
    .where({ id: recordingId, state: 'filing' })
    .update({ next_try_at: db.raw(`now() + ? * interval '1 millisecond'`, [ms]) })
}

/** The vault is back: everything that waits is due at once, so that it goes in oldest first. */
export async function hasten(db: Db): Promise<void> {
  await db('recordings').where({ state: 'filing' }).whereNotNull('next_try_at').update({ next_try_at: null })
}

/** Does any recording wait to be filed? */
export async function isFiling(db: Db): Promise<boolean> {
  return (await db('recordings').where({ state: 'filing' }).first('id')) !== undefined
}

/** Saves what became of a recording, if nobody changed it meanwhile. */
export async function settle(tx: Tx, recording: Continuous, peaks: Buffer | null): Promise<boolean> {
  const changed = await tx('recordings')
    .where({ id: recording.recordingId, version: recording.version })
    .update({
      state: recording.state,
      vault_key: recording.vaultKey,
      sha256: recording.sha256 === null ? null : Buffer.from(recording.sha256, 'hex'),
      bytes: recording.bytes,
      ms: recording.ms,
      talk_ms: recording.talkMs,
      findings: JSON.stringify(recording.findings),
      ...(peaks && { peaks }),
      started_at: recording.startedAt,
      filed_at: recording.filedAt,
      next_try_at: null,
      version: recording.version + 1,
    })
  return changed === 1
}

/** Files a settled recording again: a late voice came. */
export async function reopen(tx: Tx, { recordingId, version }: Continuous): Promise<boolean> {
  const changed = await tx('recordings')
    .where({ id: recordingId, version })
    .update({ state: 'filing', next_try_at: null, version: version + 1 })
  return changed === 1
}

/** Saves a recount of a settled recording: talk was heard of later. */
export async function shorten(tx: Tx, { recordingId, version }: Recording, after: Recording): Promise<boolean> {
  const changed = await tx('recordings')
    .where({ id: recordingId, version })
    .update({
      state: after.state,
      findings: JSON.stringify(after.findings),
      talk_ms: after.talkMs,
      version: version + 1,
    })
  return changed === 1
}

/** Calls with their legs and when those talked. Calls the desk never heard of are not in the answer. */
export async function readCalls(db: Db | Tx, ids: string[]): Promise<Map<string, CallToFile>> {
  const found = new Map<string, CallToFile>()
  for (const [id, { callId, ended, outcome, arrivedAt, endedAt, unrecordedWhy, legs }] of await talksOf(db, ids)) {
    // told live, a caller's leg is first heard of when somebody answers; it was recorded from its arrival on
    const heard = legs.map((leg): Leg => {
      const fromArrival = leg.side === 'caller' && arrivedAt < leg.startedAt
      return fromArrival ? { ...leg, startedAt: arrivedAt } : leg
    })
    found.set(id, { callId, ended, outcome, endedAt: endedAt ?? arrivedAt, unrecordedWhy, legs: heard })
  }
  return found
}

/** The recordings of these calls, oldest first. */
export async function readOfCalls(db: Db | Tx, callIds: string[]): Promise<Recording[]> {
  if (callIds.length === 0) return []
  const rows = await db('recordings')
    .whereIn('call_id', callIds)
    .whereNot({ kind: 'radio' })
    .orderBy('started_at')
    .select(COLUMNS)
  return rows.map(fromRow)
}

export async function read(db: Db | Tx, recordingId: string): Promise<Recording | undefined> {
  const row = await db('recordings').where({ id: recordingId }).whereNotNull('call_id').first(COLUMNS)
  return row && fromRow(row)
}

export async function readPeaks(db: Db, recordingId: string): Promise<Buffer | undefined> {
  const row = await db('recordings').where({ id: recordingId }).first('peaks')
  return row?.peaks ?? undefined
}

/** Calls that were answered and are over, with no recording expected of them: told late, or by a server that was away. */
export async function unexpected(db: Db, limit: number): Promise<string[]> {
  return db
    .from(overCalls(db).as('over'))
    .whereIn('outcome', ['answered', 'voicemail'])
    .where('ended_at', '>', db.raw(`now() - interval '30 days'`))
    .whereNotExists(db('recordings').whereRaw('recordings.call_id = over.id'))
    .orderBy('ended_at')
    .limit(limit)
    .pluck('id')
}

/** Settled recordings of the last hour whose calls have more talk now than was counted then. */
export async function outgrown(db: Db, toleranceMs: number): Promise<Recording[]> {
  const rows = await db('recordings')
    .where({ kind: 'call' })
    .whereIn('state', ['filed', 'short'])
    .where('filed_at', '>', db.raw(`now() - interval '1 hour'`))
    .select(COLUMNS)
  const settled = rows.map(fromRow)
  const talked = await talkMsOf(
    db,
    settled.map(({ callId }) => callId),
  )
  return settled.filter(({ callId, talkMs }) => talkMs !== null && (talked.get(callId) ?? 0) > talkMs + toleranceMs)
}

/** How many recordings stand in each state, those settled counted for the last day only. */
export async function countStates(db: Db): Promise<Record<string, number>> {
  const rows = await db('recordings')
    .whereIn('state', ['recording', 'filing'])
    .orWhere('started_at', '>', db.raw(`now() - interval '1 day'`))
    .groupBy('state')
    .select('state')
    .count('* as n')
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]))
}

/** When Asterisk last started, for each PBX of this desk; live spool files of before are over. */
export async function bootedAt(db: Db, pbx: number): Promise<Date | undefined> {
  const row = await db('pbxs').where({ id: pbx }).first('booted_at')
  return row?.booted_at ?? undefined
}

/** What a permission asks of a recording: where its call came in, who took it, and whose tickets it belongs to. */
export async function readReach(db: Db | Tx, callIds: string[]) {
  const { rows } = await db.raw(
    `select k.call_id, array_agg(distinct one) as assignees
       from ticket_calls k join tickets t on t.id = k.ticket_id, unnest(t.offered_ids || t.assignee_id) as one
      where k.call_id = any(?) and one is not null group by k.call_id`,
    [callIds],
  )
  const assignees = new Map<string, string[]>(
    rows.map((row: { call_id: string; assignees: string[] }) => [row.call_id, row.assignees]),
  )
  const on = await whoWasOn(db, callIds)
  return new Map(
    [...on].map(([id, who]) => [id, { kind: 'recording' as const, ...who, assigneeIds: assignees.get(id) ?? [] }]),
  )
}

/** Writes that somebody listens, unless they already do. Gives back whether it is a new listening. */
export async function writeListening(
  tx: Tx,
  {
    recordingId,
    personId,
    address,
    withinMs,
  }: { recordingId: string; personId: string; address: string; withinMs: number },
): Promise<boolean> {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('listening:' || ? || ?, 0))`, [recordingId, personId])
  const { rows } = await tx.raw(
    `insert into listenings (recording_id, person_id, from_address)
     select ?, ?, ?::inet where not exists (
       select 1 from listenings where recording_id = ? and person_id = ? and at > now() - ? * interval '1 millisecond')
     returning id`,
    [recordingId, personId, address, recordingId, personId, withinMs],
  )
  return rows.length > 0
}

/** PostgreSQL's clock. */
export async function clock(db: Db | Tx): Promise<Date> {
  const { rows } = await db.raw('select clock_timestamp() as at')
  return rows[0].at
}
