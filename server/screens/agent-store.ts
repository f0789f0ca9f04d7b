/** Agents and queues as a screen shows them. Never writes. */
import { type Db, prepared } from '../db/index.ts'
import type { AgentShown, QueueShown } from './shown.ts'

/**
 * Agent `a` could take a call now: ready, with a phone that is there, neither talking nor rung, and with no decline
 * remembered. What was left open for a day, or a ring of ten minutes, was left behind by something and counts no more.
 */
export const COULD_TAKE = `a.state = 'ready' and a.phone <> 'unregistered'
  and not exists (select 1 from call_legs g where g.person_id = a.person_id and g.side = 'agent' and g.answered_at is not null
                     and g.ended_at is null and g.started_at > now() - interval '1 day')
  and not exists (select 1 from offers f where f.person_id = a.person_id and f.ended_at is null and f.at > now() - interval '10 minutes')
  and not exists (select 1 from declines d where d.person_id = a.person_id and d.lifted_at is null)`

/** Agents signed in (or the ones named, whatever their state). */
export async function shownAgents(db: Db, organisationId: string, personIds?: string[]): Promise<AgentShown[]> {
  const { rows } = await db
    .raw(
      `select a.person_id, p.name, p.title, a.station, a.state, a.reason, a.since, a.next_state, a.next_reason, a.wrap_up_until,
            a.wrap_up_call_id, a.phone, case when a.state <> 'signed_out' then a.session_id end as phone_session, a.phone_since, a.phone_why, a.ring_tested_at,
            coalesce(talk.call_id, ring.call_id) as call_id,
            case when talk.call_id is not null then 'talking' when ring.call_id is not null then 'offered' end as call_state,
            array(select l.code from agent_queues m join lines l on l.id = m.line_id where m.person_id = a.person_id order by l.sort) as lines
       from agents a join people p on p.id = a.person_id
       left join lateral (select call_id from call_legs g where g.person_id = a.person_id and g.side = 'agent' and g.answered_at is not null
                           and g.ended_at is null and g.started_at > now() - interval '1 day' order by g.answered_at desc limit 1) talk on true
       left join lateral (select call_id from offers o where o.person_id = a.person_id and o.ended_at is null
                           and o.at > now() - interval '10 minutes' order by o.at desc limit 1) ring on true
      where p.organisation_id = :org and (case when :ids::uuid[] is null then a.state <> 'signed_out' else a.person_id = any(:ids) end)
      order by p.name`,
      { org: organisationId, ids: personIds ?? null },
    )
    .options(prepared('shown-agents'))
  return rows
}

/**
 * Every line at every campus, now and since midnight of the organisation's zone. Agents are pooled: those of the line
 * count at both campuses. `inTimeMs` is the T of the service level.
 */
export async function shownQueues(
  db: Db,
  organisationId: string,
  inTimeMs: number,
  shortMs: number,
): Promise<QueueShown[]> {
  const { rows } = await db
    .raw(
      `with today as (
       select k.campus_id, k.line_id, k.state, k.outcome, k.queued_at, k.waited_ms,
              k.outcome in ('abandoned', 'callback_asked', 'voicemail') and (k.queued_at is not null or k.notice_over_at is not null) as gave_up
         from calls k join organisations o on o.id = k.organisation_id
        where k.organisation_id = :org and k.direction = 'inbound'
          and k.arrived_at >= date_trunc('day', now() at time zone o.time_zone) at time zone o.time_zone)
     select c.code as campus, l.code as line,
            count(*) filter (where t.state in ('queued', 'offered'))::int as waiting,
            min(t.queued_at) filter (where t.state in ('queued', 'offered')) as longest_since,
            (select count(*)::int from agents a join agent_queues m on m.person_id = a.person_id where m.line_id = l.id and ${COULD_TAKE}) as agents_ready,
            (select count(*)::int from agents a join agent_queues m on m.person_id = a.person_id where m.line_id = l.id and a.state <> 'signed_out') as agents_signed_in,
            count(*) filter (where t.outcome = 'answered')::int as answered,
            count(*) filter (where t.gave_up and t.waited_ms >= :short)::int as abandoned,
            count(*) filter (where t.gave_up and t.waited_ms < :short)::int as short_abandons,
            count(*) filter (where t.outcome = 'answered' and t.waited_ms <= :t)::int as answered_in_time,
            count(*) filter (where t.gave_up and t.waited_ms >= :short and t.waited_ms <= :t)::int as abandoned_in_time
       from campuses c cross join lines l
       left join today t on t.campus_id = c.id and t.line_id = l.id
      where c.organisation_id = :org and l.organisation_id = :org
      group by c.id, l.id order by c.sort, l.sort`,
      { org: organisationId, t: inTimeMs, short: shortMs },
    )
    .options(prepared('shown-queues'))
  return rows
}
