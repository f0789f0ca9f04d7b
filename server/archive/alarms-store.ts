/** SQL of what is wrong with recordings, who has said that they know of it, and who listened. */
import type { Db, Tx } from '../db/index.ts'
import type { PersonRef } from '../wire/views.ts'

export type AlarmKind = 'recording_missing' | 'recording_short' | 'unrecorded'
export type StandingAlarm = { kind: AlarmKind; callId: string | null; since: Date; count: number }

/**
 * What is wrong and not acknowledged, by kind, with the newest call of each. A radio segment belongs to no call: it is
 * told for a day.
 */
export async function readAlarms(db: Db): Promise<StandingAlarm[]> {
  const { rows } = await db.raw(
    `select kind, count(*)::int as count, min(at) as since,
            (array_agg(call_id order by at desc) filter (where call_id is not null))[1] as "callId"
       from (select kind, call_id, at from recording_alarms where acknowledged_at is null
             union all
             select 'recording_' || state, null, started_at from recordings
              where state in ('missing', 'short') and call_id is null and started_at > now() - interval '1 day') w
      group by kind order by kind`,
  )
  return rows
}

export type CallAlarm = { kind: AlarmKind; at: Date; acknowledgedAt: Date | null; acknowledgedBy: PersonRef | null }

/** What is wrong with one call's recording, acknowledged or not. */
export async function alarmsOfCall(db: Db | Tx, callId: string): Promise<CallAlarm[]> {
  const { rows } = await db.raw(
    `select w.kind, w.at, w.acknowledged_at as "acknowledgedAt",
            case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title) end as "acknowledgedBy"
       from recording_alarms w left join people p on p.id = w.acknowledged_by
      where w.call_id = ? order by w.kind`,
    [callId],
  )
  return rows
}

/** Acknowledges all that stands of a call. Answers whether anything did. */
export async function acknowledge(tx: Tx, callId: string, byId: string): Promise<boolean> {
  const { rows } = await tx.raw(
    `insert into recording_acknowledgements (call_id, kind, by_id)
       select call_id, kind, ? from recording_alarms where call_id = ? and acknowledged_at is null
     on conflict do nothing returning kind`,
    [byId, callId],
  )
  return rows.length > 0
}

/** Who listened to a recording, newest first. */
export async function readListenings(
  db: Db,
  recordingId: string,
  limit: number,
): Promise<{ at: Date; person: PersonRef }[]> {
  const { rows } = await db.raw(
    `select l.at, jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title) as person
       from listenings l join people p on p.id = l.person_id
      where l.recording_id = ? order by l.at desc, l.id desc limit ?`,
    [recordingId, limit],
  )
  return rows
}
