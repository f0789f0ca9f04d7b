import type { Db, Tx } from '../db/index.ts'
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
    .join('calls', 'calls.id', 'recordings.call_id')
    .where('recordings.state', 'filing')
    .where('calls.state', 'ended')
    .where((q) => q.whereNull('next_try_at').orWhere('next_try_at', '<=', db.fn.now()))
    .orderBy('recordings.started_at')
    .limit(limit)
    .select(COLUMNS.map((column) => `recordings.${column}`))
  return rows.map(fromRow)
}

/**
 * Takes a recording for `ms` milliseconds, so that another server on the same database leaves it alone. False: it was
 * taken first, or has changed since. A server that dies holding it only delays it: filing twice gives the same object.
 */
export async function claim(db: Db, { recordingId, version }: Recording, ms: number): Promise<boolean> {
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
export async function settle(tx: Tx, recording: Recording, peaks: Buffer | null): Promise<boolean> {
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
export async function reopen(tx: Tx, { recordingId, version }: Recording): Promise<boolean> {
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
  if (ids.length === 0) return new Map()
  const calls = await db('calls')
    .whereIn('id', ids)
    .select('id', 'state', 'ended_at', 'arrived_at', 'outcome', 'unrecorded_why')
  const { rows: legs } = await db.raw(
    `select l.call_id, l.uniqueid, l.side, l.started_at, l.ended_at,
            coalesce(json_agg(json_build_array(t.from_at, t.to_at) order by t.from_at) filter (where t.leg_id is not null), '[]') as talk
       from call_legs l left join leg_talks t on t.leg_id = l.id
      where l.call_id = any(?) group by l.id order by l.started_at`,
    [ids],
  )
  const found = new Map<string, CallToFile>()
  for (const call of calls) {
    found.set(call.id, {
      callId: call.id,
      ended: call.state === 'ended',
      outcome: call.outcome,
      endedAt: call.ended_at ?? call.arrived_at,
      unrecordedWhy: call.unrecorded_why,
      legs: [],
    })
  }
  const arrivals = new Map<string, Date>(calls.map((call) => [call.id, call.arrived_at]))
  for (const leg of legs) {
    const arrivedAt = arrivals.get(leg.call_id)
    // told live, a caller's leg is first heard of when somebody answers; it was recorded from its arrival on
    const fromArrival = leg.side === 'caller' && arrivedAt !== undefined && arrivedAt < leg.started_at
    found.get(leg.call_id)?.legs.push({
      uniqueid: leg.uniqueid,
      side: leg.side,
      startedAt: fromArrival ? arrivedAt : leg.started_at,
      endedAt: leg.ended_at,
      talk: leg.talk.map(([from, to]: [string, string | null]) => ({
        from: new Date(from),
        to: to ? new Date(to) : null,
      })),
    } satisfies Leg)
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
  const { rows } = await db.raw(
    `select c.id from calls c
      where c.state = 'ended' and c.outcome in ('answered', 'voicemail')
        and c.ended_at > now() - interval '30 days'
        and not exists (select 1 from recordings r where r.call_id = c.id)
      order by c.ended_at limit ?`,
    [limit],
  )
  return rows.map((row: { id: string }) => row.id)
}

/** Settled recordings of the last hour whose calls have more talk now than was counted then. */
export async function outgrown(db: Db, toleranceMs: number): Promise<Recording[]> {
  const { rows } = await db.raw(
    `select ${COLUMNS.map((column) => `r.${column}`).join(', ')} from recordings r
       join lateral (
         select coalesce(sum(extract(epoch from coalesce(t.to_at, l.ended_at) - t.from_at)) * 1000, 0) as talk_ms
           from call_legs l join leg_talks t on t.leg_id = l.id where l.call_id = r.call_id and l.side = 'agent'
       ) now on true
      where r.kind = 'call' and r.state in ('filed', 'short') and r.filed_at > now() - interval '1 hour'
        and now.talk_ms > r.talk_ms + ?`,
    [toleranceMs],
  )
  return rows.map(fromRow)
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

/** What is wrong in the last day: lost sound, and calls the dialplan could not record. */
export async function readAlarms(
  db: Db,
): Promise<
  { kind: 'recording_missing' | 'recording_short' | 'unrecorded'; callId: string; since: Date; count: number }[]
> {
  const { rows } = await db.raw(
    `select kind, count(*)::int as count, min(since) as since, (array_agg(call_id order by since desc))[1] as call_id from (
       select 'recording_' || state as kind, call_id, started_at as since from recordings
        where state in ('missing', 'short') and started_at > now() - interval '1 day'
       union all
       select 'unrecorded', id, arrived_at from calls where unrecorded_why is not null and arrived_at > now() - interval '1 day'
     ) wrong group by kind`,
  )
  return rows.map((row: { kind: never; call_id: string; since: Date; count: number }) => ({
    kind: row.kind,
    callId: row.call_id,
    since: row.since,
    count: row.count,
  }))
}

/** When Asterisk last started, for each PBX of this desk; live spool files of before are over. */
export async function bootedAt(db: Db, pbx: number): Promise<Date | undefined> {
  const row = await db('pbxs').where({ id: pbx }).first('booted_at')
  return row?.booted_at ?? undefined
}

/** What a permission asks of a recording: where its call came in, who took it, and whose tickets it belongs to. */
export async function readReach(db: Db | Tx, callIds: string[]) {
  const { rows } = await db.raw(
    `select c.id, ca.code as campus, li.code as line,
            array(select distinct l.person_id from call_legs l
                   where l.call_id = c.id and l.person_id is not null and l.answered_at is not null) as agents,
            array(select distinct t.assignee_id from ticket_calls tc join tickets t on t.id = tc.ticket_id
                   where tc.call_id = c.id and t.assignee_id is not null) as assignees
       from calls c left join campuses ca on ca.id = c.campus_id left join lines li on li.id = c.line_id
      where c.id = any(?)`,
    [callIds],
  )
  return new Map(
    rows.map(
      (row: { id: string; campus: string | null; line: string | null; agents: string[]; assignees: string[] }) => [
        row.id,
        {
          kind: 'recording' as const,
          campus: row.campus,
          line: row.line,
          agentIds: row.agents,
          assigneeIds: row.assignees,
        },
      ],
    ),
  ) as Map<
    string,
    { kind: 'recording'; campus: string | null; line: string | null; agentIds: string[]; assigneeIds: string[] }
  >
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
