import type { Db, Tx } from '../db/index.ts'
import { type Agent, signedOut } from './agent.ts'

type Row = Record<string, unknown> & { person_id: string; station: string }

const fromRow = (row: Row): Agent => ({
  personId: row.person_id,
  station: row.station,
  state: row.state as Agent['state'],
  reason: row.reason as string | null,
  since: row.since as Date,
  next: row.next_state as Agent['next'],
  nextReason: row.next_reason as string | null,
  wrapUpCallId: row.wrap_up_call_id as string | null,
  wrapUpUntil: row.wrap_up_until as Date | null,
  phone: row.phone as Agent['phone'],
})

/** Reads an agent and holds them until the transaction ends; one who never signed in reads as signed out. */
export async function holdAgent(tx: Tx, personId: string): Promise<Agent> {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('agent:' || ?, 0))`, [personId])
  const row = await tx('agents').where({ person_id: personId }).first()
  return row ? fromRow(row) : signedOut(personId, '', new Date(0))
}

export async function saveAgent(tx: Tx, agent: Agent): Promise<void> {
  const row = {
    station: agent.station,
    state: agent.state,
    reason: agent.reason,
    since: agent.since,
    next_state: agent.next,
    next_reason: agent.nextReason,
    wrap_up_call_id: agent.wrapUpCallId,
    wrap_up_until: agent.wrapUpUntil,
    phone: agent.phone,
  }
  await tx('agents')
    .insert({ person_id: agent.personId, ...row })
    .onConflict('person_id')
    .merge({ ...row, version: tx.raw('agents.version + 1') })
}

export async function stationOf(tx: Tx, personId: string): Promise<{ code: string; pbx: number } | undefined> {
  const row = await tx('stations').where({ person_id: personId, kind: 'browser' }).first('code', 'pbx_id')
  return row && { code: row.code, pbx: row.pbx_id }
}

export async function personAt(tx: Db | Tx, station: string): Promise<string | undefined> {
  const row = await tx('agents').where({ station }).whereNot({ state: 'signed_out' }).first('person_id')
  return row?.person_id
}

/** The station of somebody signed in; undefined when they are not. */
export async function seatOf(tx: Tx, personId: string): Promise<string | undefined> {
  return (await tx('agents').where({ person_id: personId }).whereNot({ state: 'signed_out' }).first('station'))?.station
}

/** Every queue of the person's organisation, and whether they take it and may; a queue is named as its line. */
export async function queuesFor(tx: Db | Tx, personId: string): Promise<{ queue: string; takes: boolean }[]> {
  return tx('people as p')
    .join('lines as l', 'l.organisation_id', 'p.organisation_id')
    .where('p.id', personId)
    .orderBy('l.sort')
    .select(
      'l.code as queue',
      tx.raw('exists (select 1 from agent_queues q where q.person_id = p.id and q.line_id = l.id) as takes'),
    )
}

/** Whose browser the phone is in, while that session is open: not revoked, not over. */
export async function holderOf(tx: Tx, personId: string): Promise<{ sessionId: string } | undefined> {
  return tx('agents as a')
    .join('sessions as s', 's.id', 'a.session_id')
    .where('a.person_id', personId)
    .whereNot('a.state', 'signed_out')
    .whereNull('s.revoked_at')
    .whereRaw('s.expires_at > now()')
    .first('s.id as sessionId')
}

/** How long this line gives for wrap-up, in seconds; nothing for a call of no line. */
export async function wrapUpSeconds(tx: Tx, lineId: string | null): Promise<number> {
  const row = lineId && (await tx('lines').where({ id: lineId }).first('wrap_up_seconds'))
  return row ? row.wrap_up_seconds : 0
}

export async function setCredential(tx: Tx, personId: string, until: Date, sessionId: string | null): Promise<void> {
  await tx('agents').where({ person_id: personId }).update({ credential_until: until, session_id: sessionId })
}

export async function setPhone(tx: Tx, personId: string, at: Date, why: string | null): Promise<void> {
  await tx('agents').where({ person_id: personId }).update({ phone_since: at, phone_why: why })
}

export async function setRingTested(tx: Tx, personId: string, at: Date): Promise<void> {
  await tx('agents').where({ person_id: personId }).update({ ring_tested_at: at })
}

export async function insertDecline(tx: Tx, callId: string, personId: string, until: Date): Promise<void> {
  await tx('declines')
    .insert({ call_id: callId, person_id: personId, until })
    .onConflict(['call_id', 'person_id'])
    .merge({ until, lifted_at: null })
}

/** Lifts declines: all of a call, or all whose time is over. Answers whose they were. */
export async function liftDeclines(tx: Tx, which: { callId: string } | { before: Date }): Promise<string[]> {
  const open = tx('declines').whereNull('lifted_at')
  const chosen = 'callId' in which ? open.where({ call_id: which.callId }) : open.where('until', '<=', which.before)
  const rows = await chosen.update({ lifted_at: tx.fn.now() }).returning('person_id')
  return [...new Set<string>(rows.map((row) => row.person_id))]
}

export async function isDeclining(tx: Db | Tx, personId: string): Promise<boolean> {
  const row = await tx('declines').where({ person_id: personId }).whereNull('lifted_at').first('call_id')
  return row !== undefined
}

/** Everybody signed in, with the queues they take and whether a decline is remembered. */
export async function signedInMembers(
  db: Db,
): Promise<
  { station: string; queue: string | null; state: Agent['state']; reason: string | null; declining: boolean }[]
> {
  const { rows } = await db.raw(`
    select a.station, l.code as queue, a.state, a.reason,
           exists (select 1 from declines d where d.person_id = a.person_id and d.lifted_at is null) as declining
      from agents a
      left join agent_queues m on m.person_id = a.person_id
      join people p on p.id = a.person_id and p.organisation_id = (select organisation_id from pbxs where id = 1)
      left join lines l on l.id = m.line_id and l.organisation_id = p.organisation_id
     where a.state <> 'signed_out'`)
  return rows
}

/**
 * Why an agent may not go on sitting here, in SQL; null while they may. `:idle` is how long a session may be unused, in
 * minutes: a browser that is open says every twenty seconds that it is.
 */
const UNSEATED = `
  case when not exists (select 1 from grants g join people p on p.id = g.person_id
                         where g.person_id = a.person_id and g.role = 'agent' and g.during @> now() and p.retired_at is null)
       then 'right_gone'
       when a.credential_until < now()
         or not exists (select 1 from sessions s
                         where s.person_id = a.person_id and s.id = coalesce(a.session_id, s.id) and s.revoked_at is null
                           and s.expires_at > now() and s.seen_at > now() - :idle * interval '1 minute')
       then 'session_ended' end`

export type Unseated = 'right_gone' | 'session_ended'

/** Why this agent may not stay; null: they may, or are not here. Who is only idle is found by the clock, not by this. */
export async function whyUnseated(tx: Tx, personId: string): Promise<Unseated | null> {
  const { rows } = await tx.raw(
    `select ${UNSEATED} as why from agents a where a.person_id = :personId and a.state <> 'signed_out'`,
    { personId, idle: A_YEAR_OF_MINUTES },
  )
  return rows[0]?.why ?? null
}
const A_YEAR_OF_MINUTES = 525_600

/** Agents whose state the clock alone must change. */
export async function dueAgents(
  tx: Tx,
  { phoneGraceMs, idleMinutes }: { phoneGraceMs: number; idleMinutes: number },
): Promise<{ personId: string; why: 'wrap_up_over' | 'phone_lost' | 'phone_back' | Unseated }[]> {
  const { rows } = await tx.raw(
    `select person_id, coalesce(${UNSEATED}, case
        when state = 'wrap_up' and wrap_up_until <= now() then 'wrap_up_over'
        when state = 'ready' and phone = 'unregistered' and phone_since < now() - :grace * interval '1 millisecond' then 'phone_lost'
        when state = 'not_ready' and reason = 'phone_lost' and phone = 'registered' then 'phone_back'
      end) as why
      from agents a where state <> 'signed_out'`,
    { grace: phoneGraceMs, idle: idleMinutes },
  )
  return rows
    .filter((row: { why: string | null }) => row.why !== null)
    .map((row: { person_id: string; why: string }) => ({ personId: row.person_id, why: row.why }))
}
