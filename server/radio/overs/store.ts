/** Overs as they are kept: what was said on a port, by whom and how we know, and the ticket it belongs to. */

import type { Thing } from '../../access/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { OverEnd, OverView, UnitHow } from '../../wire/radio.ts'
import { speaker } from '../hearing/ident.ts'
import { OURS } from '../ports/store.ts'
import { isShort, type Over } from './over.ts'

/**
 * Writes an over as it stands now, again after each change. Whom a person named is not overwritten by a code heard
 * later. False: its port is gone.
 */
export async function saveOver(tx: Tx, over: Over): Promise<boolean> {
  const { talker } = over
  const unit = talker?.kind === 'unit' || talker?.kind === 'relay' ? talker : null
  const { rows } = await tx.raw(
    `insert into radio_overs as mine (id, organisation_id, port_id, campus_id, kind, epoch, from_at, to_at, ended_by, overlap,
       emergency, short, person_id, unit_code, holder_id, known_how, confidence, raw_id, call_id, words)
     select :id, organisation_id, id, campus_id, :kind, :epoch, :from, :to, :endedBy, :overlap, :emergency, :short, :person,
       :unit, :holder, :how, :confidence, :raw, :call, :words
       from radio_ports where code = :port and organisation_id = ${OURS}
     on conflict (id) do update set to_at = excluded.to_at, ended_by = excluded.ended_by, overlap = excluded.overlap,
       emergency = excluded.emergency, short = excluded.short,
       unit_code = case when mine.tagged_by_id is null then excluded.unit_code else mine.unit_code end,
       holder_id = case when mine.tagged_by_id is null then excluded.holder_id else mine.holder_id end,
       known_how = case when mine.tagged_by_id is null then excluded.known_how else mine.known_how end,
       confidence = case when mine.tagged_by_id is null then excluded.confidence else mine.confidence end,
       raw_id = excluded.raw_id
     returning id`,
    {
      id: over.overId,
      port: over.port,
      kind: over.kind,
      epoch: over.epoch,
      from: new Date(over.from),
      to: over.to === null ? null : new Date(over.to),
      endedBy: over.endedBy,
      overlap: over.overlap,
      emergency: over.emergency,
      short: isShort(over),
      person: talker?.kind === 'agent' ? talker.personId : null,
      unit: unit?.unit ?? null,
      holder: unit?.personId ?? null,
      how: unit?.how ?? null,
      confidence: unit?.confidence ?? null,
      raw: over.raw,
      call: over.callId,
      words: over.words,
    },
  )
  return rows.length > 0
}

/** Overs that were on when the server died: nobody will tell their end. Answers how many. */
export async function closeOpenOvers(tx: Tx, endedBy: OverEnd): Promise<number> {
  return tx('radio_overs').whereNull('to_at').update({ to_at: tx.fn.now(), ended_by: endedBy })
}

export async function attach(
  tx: Tx,
  overId: string,
  ticketId: string | null,
  how: OverView['attachedHow'],
): Promise<boolean> {
  const changed = await tx('radio_overs')
    .where({ id: overId })
    .update({ ticket_id: ticketId, attached_how: ticketId === null ? null : how })
  return changed > 0
}

export async function tag(
  tx: Tx,
  overId: string,
  unit: string,
  holderId: string | null,
  byId: string,
): Promise<boolean> {
  const changed = await tx('radio_overs').where({ id: overId, kind: 'rx' }).update({
    unit_code: unit,
    holder_id: holderId,
    known_how: 'tagged',
    confidence: 90,
    tagged_by_id: byId,
  })
  return changed > 0
}

/** An over with the names a console shows; `campus` is what may() asks about. */
export type ShownOver = OverView & {
  organisationId: string
  /** of the ticket it is filed under: what may() is asked */
  ticket: Extract<Thing, { kind: 'ticket' }> | null
}
export type OverFilter = {
  organisationId: string
  campuses?: string[] | undefined
  port?: string | undefined
  ticketId?: string | undefined
  untagged?: boolean | undefined
  /** YYYY-MM-DD, from midnight to midnight of the organisation */
  day?: string | undefined
  ids?: string[] | undefined
  before?: { at: string; id: string } | undefined
  limit: number
}

/** An over for somebody who may not see its ticket: that it is filed, but not where. */
export const unticketed = <T extends OverView>(over: T): T => ({ ...over, ticketId: null, ticketNumber: null })

// biome-ignore lint/suspicious/noExplicitAny: a row of our own SELECT
type Row = any

/** What somebody said that is over and long enough to mean something, and under no ticket yet. */
const UNTAGGED = `o.ticket_id is null and not o.short and o.to_at is not null and o.kind in ('rx', 'tx')`
const ON_DAY = `o.from_at >= (select cast(:day as date)::timestamp at time zone time_zone from organisations where id = :organisation)
  and o.from_at < (select (cast(:day as date) + 1)::timestamp at time zone time_zone from organisations where id = :organisation)`

/** How many of these campuses wait to be filed; past a thousand it is told as a thousand. */
export async function countUntagged(db: Db, organisationId: string, campuses: string[]): Promise<number> {
  const { rows } = await db.raw(
    `select count(*)::int as count from (select from radio_overs o join campuses c on c.id = o.campus_id
       where o.organisation_id = ? and c.code = any(?) and ${UNTAGGED} limit ${MOST_COUNTED}) as waiting`,
    [organisationId, campuses],
  )
  return rows[0].count
}
const MOST_COUNTED = 1_000

/** Newest first. */
export async function listOvers(db: Db | Tx, wanted: OverFilter): Promise<ShownOver[]> {
  const query = db('radio_overs as o')
    .join('radio_ports as p', 'p.id', 'o.port_id')
    .join('campuses as c', 'c.id', 'o.campus_id')
    .leftJoin('people as me', 'me.id', 'o.person_id')
    .leftJoin('people as h', 'h.id', 'o.holder_id')
    .leftJoin('radio_units as u', (on) =>
      on.on('u.organisation_id', 'o.organisation_id').andOn('u.code', 'o.unit_code'),
    )
    .leftJoin('tickets as t', 't.id', 'o.ticket_id')
    .leftJoin('campuses as tc', 'tc.id', 't.campus_id')
    .leftJoin('lines as tl', 'tl.id', 't.line_id')
    .where('o.organisation_id', wanted.organisationId)
    .orderBy([
      { column: 'o.from_at', order: 'desc' },
      { column: 'o.id', order: 'desc' },
    ])
    .limit(wanted.limit)
    .select('o.*', 'p.code as port', 'c.code as campus', 'me.name as speaker', 'h.name as holder', 'u.alias as alias')
    .select('t.number as ticket_number', 't.assignee_id', 't.first_taker_id', 't.reporter_id', 't.offered_ids')
    .select('tc.code as ticket_campus', 'tl.code as ticket_line')
    .select(
      // Ended, and its own side kept by a recorder whose sound is not lost; the longest piece is a matter of days.
      db.raw(`o.to_at is not null and exists (
        select from radio_segments s
          join recordings r on r.id = s.recording_id and (r.vault_key is not null or r.state in ('recording', 'filing'))
          join recording_pieces w on w.recording_id = r.id and w.channel = case when o.kind = 'rx' then 0 else 1 end
         where s.port_id = o.port_id and s.from_at between o.from_at - interval '7 days' and o.to_at
           and w.from_at < o.to_at and (w.to_at is null or w.to_at > o.from_at)) as has_sound`),
    )
  if (wanted.campuses) query.whereIn('c.code', wanted.campuses)
  if (wanted.port) query.where('p.code', wanted.port)
  if (wanted.ticketId) query.where('o.ticket_id', wanted.ticketId)
  if (wanted.untagged) query.whereRaw(UNTAGGED)
  if (wanted.day) query.whereRaw(ON_DAY, { day: wanted.day, organisation: wanted.organisationId })
  if (wanted.ids) query.whereIn('o.id', wanted.ids)
  if (wanted.before)
    query.whereRaw('(o.from_at, o.id) < (?::timestamptz, ?::uuid)', [wanted.before.at, wanted.before.id])
  return (await query).map(shown)
}

function shown(row: Row): ShownOver {
  return {
    organisationId: row.organisation_id,
    ticket: row.ticket_id && {
      kind: 'ticket',
      organisationId: row.organisation_id,
      campus: row.ticket_campus,
      line: row.ticket_line,
      assigneeId: row.assignee_id,
      firstTakerId: row.first_taker_id,
      reporterId: row.reporter_id,
      offeredIds: row.offered_ids,
    },
    overId: row.id,
    port: row.port,
    campus: row.campus,
    kind: row.kind,
    talker: talkerOf(row),
    from: row.from_at.toISOString(),
    to: row.to_at?.toISOString() ?? null,
    ms: row.to_at ? row.to_at.getTime() - row.from_at.getTime() : null,
    endedBy: row.ended_by,
    overlap: row.overlap,
    emergency: row.emergency,
    ticketId: row.ticket_id,
    ticketNumber: row.ticket_number === null ? null : String(row.ticket_number).padStart(4, '0'),
    attachedHow: row.attached_how,
    text: row.words,
    mayListen: false,
    playable: row.has_sound,
  }
}

function talkerOf(row: Row): OverView['talker'] {
  if (row.kind === 'rx' || row.kind === 'relay') {
    const how = (row.known_how ?? 'unknown') as UnitHow
    const name = row.holder ?? (row.alias || row.unit_code) ?? row.raw_id ?? ''
    return {
      kind: row.kind === 'rx' ? 'unit' : 'relay',
      name,
      unit: row.unit_code,
      personId: row.holder_id,
      how,
      confidence: row.confidence ?? 0,
    }
  }
  const kind = row.kind === 'tx' ? 'agent' : row.kind
  return speaker(kind, row.speaker ?? '', row.person_id)
}

/** The organisation whose Asterisk this server drives. */
export async function organisationOf(db: Db | Tx): Promise<string> {
  return (await db('organisations').orderBy(['created_at', 'id']).first('id'))?.id
}

/** The over in which an emergency was raised. */
export async function overOfEmergency(tx: Tx, emergencyId: string): Promise<string | undefined> {
  const row = await tx('radio_emergencies as e')
    .join('radio_overs as o', 'o.id', 'e.over_id')
    .where('e.id', emergencyId)
    .first('o.id')
  return row?.id
}

/** Who was surely heard in an over: by what the handheld sent, or named by hand. */
export async function provenSpeaker(tx: Tx, overId: string): Promise<string | null> {
  const row = await tx('radio_overs')
    .where({ id: overId, kind: 'rx' })
    .whereNotIn('known_how', ['holder', 'unknown'])
    .first('holder_id')
  return row?.holder_id ?? null
}
