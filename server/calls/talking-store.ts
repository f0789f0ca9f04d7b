/** What other rooms ask of a call: who is on it, who was, when they talked, whether it is over. */
import type { Db } from '../db/index.ts'

/** A leg of this person is up now: answered and not over. */
export async function isTalking(db: Db, personId: string): Promise<boolean> {
  const row = await db('call_legs')
    .where({ person_id: personId, side: 'agent' })
    .whereNotNull('answered_at')
    .whereNull('ended_at')
    .first('id')
  return row !== undefined
}

/** The caller's channel of a call on which this agent talks now; undefined: not their call, or not up. */
export async function callerOn(
  db: Db,
  callId: string,
  personId: string,
): Promise<{ uniqueid: string; number: string } | undefined> {
  const { rows } = await db.raw(
    `select l.uniqueid, case when c.direction = 'inbound' then c.ani else c.dialled end as number
       from call_legs l join calls c on c.id = l.call_id
      where c.id = :callId and l.side = 'caller' and l.ended_at is null and exists (select from call_legs a
        where a.call_id = c.id and a.side = 'agent' and a.person_id = :personId and a.answered_at is not null and a.ended_at is null)
      order by l.started_at limit 1`,
    { callId, personId },
  )
  return rows[0]
}

/** The id of the line a call is of; null when the call or its line is not known. */
export async function lineIdOf(db: Db, callId: string): Promise<string | null> {
  return (await db('calls').where({ id: callId }).first('line_id'))?.line_id ?? null
}

export type LegTalk = {
  uniqueid: string
  side: 'caller' | 'agent'
  startedAt: Date
  endedAt: Date | null
  /** the times it stood in a bridge with somebody; `to` is null while it does */
  talk: { from: Date; to: Date | null }[]
}
export type CallTalk = {
  callId: string
  ended: boolean
  outcome: string | null
  arrivedAt: Date
  endedAt: Date | null
  unrecordedWhy: string | null
  legs: LegTalk[]
}

/** Who talked when, by call, first leg first. A call that was never heard of is not in the answer. */
export async function talksOf(db: Db, callIds: string[]): Promise<Map<string, CallTalk>> {
  const found = new Map<string, CallTalk>()
  if (callIds.length === 0) return found
  const calls = await db('calls')
    .whereIn('id', callIds)
    .select('id', 'state', 'ended_at', 'arrived_at', 'outcome', 'unrecorded_why')
  for (const call of calls) {
    found.set(call.id, {
      callId: call.id,
      ended: call.state === 'ended',
      outcome: call.outcome,
      arrivedAt: call.arrived_at,
      endedAt: call.ended_at,
      unrecordedWhy: call.unrecorded_why,
      legs: [],
    })
  }
  const { rows: legs } = await db.raw(
    `select l.call_id, l.uniqueid, l.side, l.started_at, l.ended_at,
            coalesce(json_agg(json_build_array(t.from_at, t.to_at) order by t.from_at) filter (where t.leg_id is not null), '[]') as talk
       from call_legs l left join leg_talks t on t.leg_id = l.id
      where l.call_id = any(?) group by l.id order by l.started_at`,
    [callIds],
  )
  for (const leg of legs) {
    found.get(leg.call_id)?.legs.push({
      uniqueid: leg.uniqueid,
      side: leg.side,
      startedAt: leg.started_at,
      endedAt: leg.ended_at,
      talk: leg.talk.map(([from, to]: [string, string | null]) => ({
        from: new Date(from),
        to: to ? new Date(to) : null,
      })),
    })
  }
  return found
}

/** How long agents talked on each call, in milliseconds; talk that goes on is not counted. */
export async function talkMsOf(db: Db, callIds: string[]): Promise<Map<string, number>> {
  if (callIds.length === 0) return new Map()
  const { rows } = await db.raw(
    `select l.call_id, sum(extract(epoch from coalesce(t.to_at, l.ended_at) - t.from_at) * 1000)::float8 as ms
       from call_legs l join leg_talks t on t.leg_id = l.id
      where l.call_id = any(?) and l.side = 'agent' group by l.call_id`,
    [callIds],
  )
  return new Map(rows.map(({ call_id, ms }: { call_id: string; ms: number | null }) => [call_id, ms ?? 0]))
}

/** Where a call came in, and who was on it: the agents whose leg was answered. Campus and line are codes. */
export type WhoWasOn = { organisationId: string; campus: string | null; line: string | null; agentIds: string[] }

export async function whoWasOn(db: Db, callIds: string[]): Promise<Map<string, WhoWasOn>> {
  if (callIds.length === 0) return new Map()
  const { rows } = await db.raw(
    `select c.id, c.organisation_id as org, ca.code as campus, li.code as line,
            array(select distinct l.person_id from call_legs l
                   where l.call_id = c.id and l.person_id is not null and l.answered_at is not null) as agents
       from calls c left join campuses ca on ca.id = c.campus_id left join lines li on li.id = c.line_id
      where c.id = any(?)`,
    [callIds],
  )
  return new Map(
    rows.map(
      ({ id, org, campus, line, agents }: Record<'id' | 'org' | 'campus' | 'line', string> & { agents: string[] }) => [
        id,
        { organisationId: org, campus, line, agentIds: agents },
      ],
    ),
  )
}

/** Where a call came in, and everybody it rang or who talked: they may work on it, wherever it came from. */
export async function whomItReached(db: Db, callId: string): Promise<WhoWasOn | undefined> {
  const { rows } = await db.raw(
    `select c.organisation_id as "organisationId", ca.code as campus, li.code as line,
            array(select distinct person_id from (select person_id from call_legs where call_id = c.id
              union all select person_id from offers where call_id = c.id) p where person_id is not null) as "agentIds"
       from calls c left join campuses ca on ca.id = c.campus_id left join lines li on li.id = c.line_id
      where c.id = ?`,
    [callId],
  )
  return rows[0]
}

/** Calls that are over, as a relation `{id, outcome, ended_at}` for another room's statement to stand on. */
export const overCalls = (db: Db) => db('calls').where({ state: 'ended' }).select('id', 'outcome', 'ended_at')
