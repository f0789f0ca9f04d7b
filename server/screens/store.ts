/** Reading across the rooms for what a screen shows. Never writes. */

import { isUnscoped, type ListScope } from '../access/index.ts'
import { type Db, prepared } from '../db/index.ts'
import { COULD_TAKE } from './agent-store.ts'
import type { CallShown, OfferShown, RecordingShown } from './shown.ts'

const person = (id: string) =>
  `(select jsonb_build_object('id', h.id, 'name', h.name, 'title', h.title) from people h where h.id = ${id})`

/** A call with the names its ids stand for: one statement, since a frame waits for it. */
const SHOWN = `
  select k.id, k.organisation_id, k.direction, k.state, k.outcome, c.code as campus, l.code as line, k.ani, k.ani_name, k.other_ani, k.other_ani_name,
         k.dialled,
         k.diverted, k.place_id, k.unit_id, k.person_id, k.identified_how, k.confidence, k.first_taker_id, k.arrived_at,
         k.queued_at, k.answered_at, k.ended_at, k.waited_ms, k.talk_ms, k.recovered, k.unrecorded_why, k.campus_id,
         coalesce(ring.station, leg.station) as station, coalesce(ring.person_id, leg.person_id) as agent_id,
         coalesce(ring.leg_uniqueid, leg.uniqueid) as leg_uniqueid,
         array(select distinct person_id from (select person_id from call_legs where call_id = k.id
               union all select person_id from offers where call_id = k.id) p where person_id is not null) as agent_ids,
         array(select distinct person_id from call_legs where call_id = k.id and person_id is not null and answered_at is not null) as talked_ids,
         array(select distinct one from ticket_calls wk join tickets w on w.id = wk.ticket_id, unnest(w.offered_ids || w.assignee_id) as one
               where wk.call_id = k.id and one is not null) as assignee_ids,
         case when t.id is not null then (select jsonb_build_object('campus', tcm.code, 'line', tl.code, 'assigneeId', t.assignee_id,
           'firstTakerId', t.first_taker_id, 'reporterId', t.reporter_id, 'offeredIds', t.offered_ids) from campuses tcm, lines tl
            where tcm.id = t.campus_id and tl.id = t.line_id) end as ticket, t.what as ticket_what,
         case when b.id is not null then jsonb_build_object('campus', (select code from campuses where id = b.campus_id),
           'line', (select code from lines where id = b.line_id)) end as callback,
         (select jsonb_build_object('id', p.id, 'campus', pc.code, 'zh', p.path_zh, 'en', p.name_en, 'noTransmit', p.no_transmit)
            from places p join campuses pc on pc.id = p.campus_id where p.id = k.place_id) as place,
         (select jsonb_build_object('id', u.id, 'zh', u.name_zh, 'en', u.name_en) from units u where u.id = k.unit_id) as unit,
         ${person('k.person_id')} as person, ${person('coalesce(ring.person_id, leg.person_id)')} as agent,
         t.id as ticket_id, t.number as ticket_number, b.id as callback_id, r.reason,
         (select to_jsonb(rec) - 'peaks' - 'sha256' from recordings rec where rec.call_id = k.id order by kind limit 1) as recording
    from calls k
    left join campuses c on c.id = k.campus_id
    left join lines l on l.id = k.line_id
    left join lateral (select station, person_id, leg_uniqueid from offers where call_id = k.id and ended_at is null
                        order by at desc limit 1) ring on k.state = 'offered'
    left join lateral (select station, person_id, uniqueid from call_legs where call_id = k.id and side = 'agent' and answered_at is not null
                        order by (ended_at is null) desc, answered_at desc limit 1) leg on true
    left join ticket_calls tc on tc.call_id = k.id and tc.relation <> 'also'
    left join tickets t on t.id = tc.ticket_id
    left join callbacks b on b.call_id = k.id
    left join call_reasons r on r.call_id = k.id`

export async function shownCalls(db: Db, ids: string[]): Promise<CallShown[]> {
  if (ids.length === 0) return []
  const { rows } = await db.raw(`${SHOWN} where k.id = any(?::uuid[])`, [ids]).options(prepared('shown-calls'))
  return rows
}

/** Calls that are not over, of the last day: what is older was left behind by something and is shown nowhere as live. */
export async function liveCallIds(db: Db, organisationId: string): Promise<string[]> {
  const rows = await db('calls')
    .where({ organisation_id: organisationId })
    .whereNot({ state: 'ended' })
    .whereRaw(`arrived_at > now() - interval '1 day'`)
    .orderBy('arrived_at')
    .limit(500)
    .select('id')
  return rows.map((row) => row.id)
}

export type CallFilter = {
  ani?: string
  placeId?: string
  personId?: string
  open?: boolean
  campus?: string
  line?: string
  /** something is wrong with its recording, and nobody has said that they know */
  recordingAlarm?: boolean
}

/** Newest first, after the cursor. */
export async function callIds(
  db: Db,
  organisationId: string,
  scope: ListScope,
  filter: CallFilter,
  page: { limit: number; after?: { at: string; id: string } },
): Promise<{ id: string; at: Date }[]> {
  const query = db('calls as k')
    .leftJoin('campuses as c', 'c.id', 'k.campus_id')
    .leftJoin('lines as l', 'l.id', 'k.line_id')
    .where('k.organisation_id', organisationId)
    .select('k.id', 'k.arrived_at')
  const taken = (personId: string) =>
    db('call_legs')
      .whereRaw('call_legs.call_id = k.id')
      .where({ person_id: personId })
      .whereNotNull('answered_at')
      .select(db.raw('1'))
  if (!isUnscoped(scope)) {
    query.where((any) => {
      any.whereRaw('false')
      const own = { person_id: scope.personId }
      if (scope.reached)
        for (const table of ['call_legs', 'offers'])
          any.orWhereExists(db(table).where(own).whereRaw('call_id = k.id').select(db.raw('1')))
      if (scope.assigned)
        any.orWhereExists(
          db('ticket_calls as w')
            .join('tickets as wt', 'wt.id', 'w.ticket_id')
            .whereRaw('w.call_id = k.id')
            .whereRaw('(wt.assignee_id = :me or wt.offered_ids @> array[cast(:me as uuid)])', { me: scope.personId })
            .select(db.raw('1')),
        )
      for (const pair of scope.pairs) {
        any.orWhere((one) => {
          if (pair.campus !== null) one.where('c.code', pair.campus)
          if (pair.line !== null) one.where('l.code', pair.line)
        })
      }
    })
  }
  if (filter.personId) query.whereExists(taken(filter.personId))
  const { ani } = filter
  if (ani) query.where((either) => either.where('k.ani', ani).orWhere('k.other_ani', ani).whereNot('k.other_ani', ''))
  if (filter.placeId) query.where('k.place_id', filter.placeId)
  if (filter.campus) query.where('c.code', filter.campus)
  if (filter.line) query.where('l.code', filter.line)
  if (filter.open) query.whereNot('k.state', 'ended')
  if (filter.recordingAlarm)
    query.whereExists(
      db('recording_alarms as w').whereRaw('w.call_id = k.id').whereNull('w.acknowledged_at').select(db.raw('1')),
    )
  if (page.after)
    query.whereRaw('(k.arrived_at, k.id) < (cast(? as timestamptz), cast(? as uuid))', [page.after.at, page.after.id])
  const rows = await query.orderBy('k.arrived_at', 'desc').orderBy('k.id', 'desc').limit(page.limit)
  return rows.map((row) => ({ id: row.id, at: row.arrived_at }))
}

/** The offer that rings at a person now, else the leg they talk on: whose pop should be on their screen. */
export async function popOf(db: Db, personId: string): Promise<{ callId: string; legUniqueid: string } | undefined> {
  const { rows } = await db.raw(
    `select call_id, leg_uniqueid from offers o join calls k on k.id = o.call_id
      where o.person_id = ? and k.state <> 'ended' and o.at > now() - interval '1 day'
        and (o.ended_at is null or (o.outcome = 'answered' and exists (select 1 from call_legs g where g.call_id = o.call_id
             and g.uniqueid = o.leg_uniqueid and g.ended_at is null)))
      order by o.ended_at is null desc, o.at desc limit 1`,
    [personId],
  )
  return rows[0] && { callId: rows[0].call_id, legUniqueid: rows[0].leg_uniqueid }
}

/**
 * What a pop says besides who calls: the offer, the last calls of the same number or place (newest first), and the open
 * tickets of the same place or person; and what its reader may see of them, so that the pop waits for one statement only.
 * More of each than are shown: some may be nothing for the reader.
 */
export async function aroundOffer(
  db: Db,
  callId: string,
  legUniqueid: string,
  readerId: string,
): Promise<OfferShown | undefined> {
  const { rows } = await db
    .raw(
      `select o.at, l.ring_seconds, k.direction,
              exists (select 1 from call_legs g where g.call_id = k.id and g.person_id = o.person_id and g.lost) as lost_before,
              (select count(*)::int from agents a join agent_queues m on m.person_id = a.person_id and m.line_id = k.line_id
                where a.person_id is distinct from o.person_id and ${COULD_TAKE}) as others_ready,
              (select count(*)::int from calls n where n.organisation_id = k.organisation_id and n.ani = k.ani and k.ani <> '' and n.campus_id is not distinct from k.campus_id
                  and n.direction = 'inbound' and n.arrived_at > now() - interval '24 hours') as calls_in_24h,
              array(select p.id from calls p
                     where p.id <> k.id and p.organisation_id = k.organisation_id and p.arrived_at > now() - interval '90 days'
                       and ((p.ani = k.ani and k.ani <> '' and p.campus_id is not distinct from k.campus_id)
                         or (p.direction <> 'inbound' and p.dialled = k.ani and k.ani <> '' and p.campus_id is not distinct from k.campus_id)
                         or p.place_id = k.place_id)
                     order by p.arrived_at desc limit 15) as last_call_ids,
              array(select t.id from tickets t
                     where t.organisation_id = k.organisation_id and t.state in ('unassigned', 'in_progress')
                       and (t.reported_place_id = k.place_id or t.reporter_id = k.person_id)
                     order by t.reported_at desc, t.id desc limit 24) as open_ticket_ids,
              (select jsonb_build_object('organisationId', r.organisation_id, 'grants', coalesce((select jsonb_agg(
                       jsonb_build_object('role', g.role, 'campus', gc.code, 'line', gl.code))
                  from grants g left join campuses gc on gc.id = g.campus_id left join lines gl on gl.id = g.line_id
                 where g.person_id = r.id and g.during @> now()), '[]')) from people r where r.id = ?) as reader
         from offers o join calls k on k.id = o.call_id left join lines l on l.id = k.line_id
        where o.call_id = ? and o.leg_uniqueid = ?`,
      [readerId, callId, legUniqueid],
    )
    .options(prepared('around-offer'))
  return rows[0]
}

/** Notes that a pop is on the screen. Answers when the ring began, by Asterisk's clock; undefined when it was noted before. */
export async function markPainted(
  db: Db,
  callId: string,
  legUniqueid: string,
  personId: string,
): Promise<Date | undefined> {
  const [row] = await db('offers')
    .where({ call_id: callId, leg_uniqueid: legUniqueid, person_id: personId })
    .whereNull('painted_at')
    .update({ painted_at: db.fn.now() })
    .returning('at')
  return row?.at
}

/**
 * Pops of browsers that nobody's screen had shown a second after the ring began: how many since `after`, and up to when
 * that is known. A ring shorter than that is no fault of the screen.
 */
export async function unpainted(db: Db, after: Date): Promise<{ count: number; upTo: Date }> {
  const { rows } = await db.raw(
    `select now() - interval '2 seconds' as up_to, (
       select count(*)::int from offers
        where painted_at is null and station like 'b%' and person_id is not null
          and at > ? and at <= now() - interval '2 seconds'
          and (ended_at is null or ended_at > at + interval '1 second')) as count`,
    [after],
  )
  return { count: rows[0].count, upTo: rows[0].up_to }
}

export async function readRecording(db: Db, id: string): Promise<RecordingShown | undefined> {
  const { rows } = await db.raw(`select to_jsonb(r) - 'peaks' - 'sha256' as r from recordings r where id = ?`, [id])
  return rows[0]?.r
}

/** Calls of the last day that ended with neither ticket nor callback nor reason. There should be none. */
export async function callsWithoutEnding(db: Db): Promise<{ call_id: string; since: Date }[]> {
  const { rows } = await db.raw(
    `select k.id as call_id, k.ended_at as since from calls k
      where k.state = 'ended' and k.ended_at between now() - interval '1 day' and now() - interval '30 seconds'
        and not exists (select 1 from ticket_calls c where c.call_id = k.id and c.relation <> 'also')
        and not exists (select 1 from callbacks b where b.call_id = k.id)
        and not exists (select 1 from call_reasons r where r.call_id = k.id)
      order by since limit 200`,
  )
  return rows
}

/** Every time a call rang somebody, and what came of it. */
export async function offersOf(db: Db, callId: string) {
  const rows = await db('offers').where({ call_id: callId }).orderBy('at')
  return rows.map(({ station, person_id, at, ended_at, outcome, painted_at }) => ({
    station,
    personId: person_id,
    at,
    endedAt: ended_at,
    outcome,
    paintedAt: painted_at,
  }))
}
