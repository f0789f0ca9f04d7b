/** Reading across the rooms for what a screen shows. Never writes. */
import { type Db, prepared } from '../db/index.ts'
import type { CallShown, OfferShown, RecordingShown } from './shown.ts'

const SHOWN = `
  select k.id, k.organisation_id, k.direction, k.state, k.outcome, c.code as campus, l.code as line, k.ani, k.ani_name, k.dialled,
         k.diverted, k.place_id, k.unit_id, k.person_id, k.identified_how, k.confidence, k.first_taker_id, k.arrived_at,
         k.queued_at, k.answered_at, k.ended_at, k.waited_ms, k.talk_ms, k.recovered, k.unrecorded_why, k.campus_id,
         coalesce(ring.station, leg.station) as station, coalesce(ring.person_id, leg.person_id) as agent_id,
         coalesce(ring.leg_uniqueid, leg.uniqueid) as leg_uniqueid,
         array(select distinct person_id from (select person_id from call_legs where call_id = k.id
               union all select person_id from offers where call_id = k.id) p where person_id is not null) as agent_ids,
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
}

/** Newest first, after the cursor. `scope` as for tickets: pairs of campus and line, or calls of one's own. */
export async function callIds(
  db: Db,
  organisationId: string,
  scope: { pairs: { campus: string | null; line: string | null }[]; personId: string },
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
  if (!scope.pairs.some((pair) => pair.campus === null && pair.line === null)) {
    query.where((any) => {
      any.whereExists(taken(scope.personId))
      for (const pair of scope.pairs) {
        any.orWhere((one) => {
          if (pair.campus !== null) one.where('c.code', pair.campus)
          if (pair.line !== null) one.where('l.code', pair.line)
        })
      }
    })
  }
  if (filter.personId) query.whereExists(taken(filter.personId))
  if (filter.ani) query.where('k.ani', filter.ani)
  if (filter.placeId) query.where('k.place_id', filter.placeId)
  if (filter.campus) query.where('c.code', filter.campus)
  if (filter.line) query.where('l.code', filter.line)
  if (filter.open) query.whereNot('k.state', 'ended')
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

export async function offerOf(db: Db, callId: string, legUniqueid: string): Promise<OfferShown | undefined> {
  const { rows } = await db
    .raw(
      `select o.station, o.person_id, o.at, l.ring_seconds, k.direction,
            exists (select 1 from call_legs g where g.call_id = k.id and g.person_id = o.person_id and g.lost) as lost_before,
            (select count(*)::int from agents a where a.state = 'ready' and a.person_id is distinct from o.person_id) as others_ready
       from offers o join calls k on k.id = o.call_id left join lines l on l.id = k.line_id
      where o.call_id = ? and o.leg_uniqueid = ?`,
      [callId, legUniqueid],
    )
    .options(prepared('offer-shown'))
  return rows[0]
}

/** Last calls of the same number or place, newest first. */
export async function lastCalls(
  db: Db,
  call: { id: string; ani: string; campusId: string | null; placeId: string | null },
  limit = 5,
): Promise<
  {
    id: string
    at: Date
    line: string | null
    outcome: string | null
    ticket_number: number | null
    what: string | null
  }[]
> {
  const { rows } = await db
    .raw(
      `select k.id, k.arrived_at as at, l.code as line, k.outcome, t.number as ticket_number, t.what
       from calls k left join lines l on l.id = k.line_id
       left join ticket_calls tc on tc.call_id = k.id and tc.relation <> 'also' left join tickets t on t.id = tc.ticket_id
      where k.id <> :id and k.direction <> 'outbound' and k.arrived_at > now() - interval '90 days'
        and ((k.ani = :ani and :ani <> '' and k.campus_id is not distinct from :campus) or k.place_id = :place)
      order by k.arrived_at desc limit :limit`,
      { id: call.id, ani: call.ani, campus: call.campusId, place: call.placeId, limit },
    )
    .options(prepared('last-calls'))
  return rows
}

export async function callsIn24h(db: Db, call: { ani: string; campusId: string | null }): Promise<number> {
  if (!call.ani) return 1
  const { rows } = await db
    .raw(
      `select count(*)::int as n from calls where ani = ? and campus_id is not distinct from ? and direction = 'inbound'
       and arrived_at > now() - interval '24 hours'`,
      [call.ani, call.campusId],
    )
    .options(prepared('calls-in-24h'))
  return rows[0].n
}

export async function markPainted(db: Db, callId: string, legUniqueid: string, personId: string): Promise<boolean> {
  const rows = await db('offers')
    .where({ call_id: callId, leg_uniqueid: legUniqueid, person_id: personId })
    .whereNull('painted_at')
    .update({ painted_at: db.fn.now() })
    .returning('id')
  return rows.length > 0
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
