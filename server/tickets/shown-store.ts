/** Tickets with the names of what their ids stand for: opened, read by id, listed. */

import { isUnscoped, type ListScope } from '../access/index.ts'
import { type Db, prepared, type Tx } from '../db/index.ts'
import { asked } from '../directory/index.ts'
import { numberOf } from '../wire/number.ts'
import type { TicketState } from '../wire/tickets.ts'
import type { PersonRef, PlaceRef, UnitRef } from '../wire/views.ts'
import { fromRow, OWN, read } from './store.ts'
import type { Ticket } from './ticket.ts'

/** A ticket with the names of its place, unit and people, read in the same statement. */
export type ShownTicket = Ticket & {
  place: PlaceRef | null
  unit: UnitRef | null
  reporter: PersonRef | null
  assignee: PersonRef | null
  firstTaker: PersonRef | null
}

const person = (column: string) =>
  `(select jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title) from people p where p.id = t.${column})`
const NAMES = `
  (select jsonb_build_object('id', p.id, 'campus', pc.code, 'zh', p.path_zh, 'en', p.name_en, 'noTransmit', p.no_transmit)
     from places p join campuses pc on pc.id = p.campus_id where p.id = t.reported_place_id) as place,
  (select jsonb_build_object('id', u.id, 'zh', u.name_zh, 'en', u.name_en) from units u where u.id = t.unit_id) as unit,
  ${person('reporter_id')} as reporter, ${person('assignee_id')} as assignee, ${person('first_taker_id')} as first_taker`
const SHOWN = `${OWN.join(', ')}, ${NAMES}`

// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
const shownFromRow = (row: any): ShownTicket => ({
  ...fromRow(row),
  place: row.place,
  unit: row.unit,
  reporter: row.reporter,
  assignee: row.assignee,
  firstTaker: row.first_taker,
})

/** These tickets, in no order. Ids that are not there are left out. */
export async function readTickets(db: Db | Tx, ids: string[]): Promise<ShownTicket[]> {
  if (ids.length === 0) return []
  const { rows } = await db
    .raw(
      `select ${SHOWN}, c.code as campus_code, l.code as line_code
         from tickets t join campuses c on c.id = t.campus_id join lines l on l.id = t.line_id where t.id = any(?::uuid[])`,
      [ids],
    )
    .options(prepared('tickets-by-id'))
  return rows.map(shownFromRow)
}

export type NewRow = {
  organisationId: string
  /** codes, or ids where a call has them */
  where: { campus: string; line: string } | { campusId: string; lineId: string }
  kind: Ticket['kind']
  source: Ticket['source']
  /** undefined: now, by PostgreSQL's clock */
  reportedAt?: Date
  what?: string
  contactNumber?: string
  reporterId?: string | null
  reporterName?: string
  unitId?: string | null
  placeId?: string | null
  placeText?: string
  firstTakerId?: string | null
  repeat?: boolean
  /** 1: the highest impact, urgency and priority; undefined: the lowest */
  grade?: 1
}

/**
 * Opens a ticket with the next number of the organisation's year (of its own time zone), and answers it as it is shown:
 * all in one statement. Undefined: no such line there.
 */
export async function insertTicket(tx: Tx, row: NewRow): Promise<ShownTicket | undefined> {
  const byCode = 'campus' in row.where
  const where = 'campus' in row.where ? row.where : { campus: row.where.campusId, line: row.where.lineId }
  const by = byCode ? 'code' : 'id::text'
  const { rows } = await tx
    .raw(
      `with own as (select id, coalesce(cast(:at as timestamptz), clock_timestamp()) as at, time_zone from organisations where id = :org),
     place as (select c.id as campus_id, l.id as line_id from campuses c, lines l
       where c.organisation_id = :org and l.organisation_id = :org and c.${by} = :campus and l.${by} = :line),
     numbered as (insert into ticket_years (organisation_id, year, last)
       select id, extract(year from at at time zone time_zone)::int, 1 from own
       on conflict (organisation_id, year) do update set last = ticket_years.last + 1 returning year, last),
     opened as (insert into tickets (organisation_id, year, number, campus_id, line_id, kind, source, reported_at, what, contact_number, contact_key, reporter_id,
                          reporter_name, unit_id, unit_snapshot, reported_place_id, place_text, first_taker_id, repeat_flag, reported_impact, reported_urgency, priority)
     select :org, n.year, n.last, place.campus_id, place.line_id, :kind, :source, own.at, :what, :contact, :contactKey, cast(:reporter as uuid), :reporterName,
            cast(:unit as uuid),
            (select jsonb_build_object('code', code, 'zh', name_zh, 'costCode', cost_code) from units where id = cast(:unit as uuid)),
            cast(:place as uuid), :placeText, cast(:taker as uuid), :repeat,
            coalesce(cast(:grade as smallint), 3), coalesce(cast(:grade as smallint), 3), coalesce(cast(:grade as smallint), 4)
       from numbered n, own, place
     returning *)
     select ${SHOWN}, c.code as campus_code, l.code as line_code
       from opened t join campuses c on c.id = t.campus_id join lines l on l.id = t.line_id`,
      {
        at: row.reportedAt ?? null,
        org: row.organisationId,
        ...where,
        kind: row.kind,
        source: row.source,
        what: row.what ?? '',
        contact: row.contactNumber ?? '',
        contactKey: numberOf(row.contactNumber ?? ''),
        reporter: row.reporterId ?? null,
        reporterName: row.reporterName ?? '',
        unit: row.unitId ?? null,
        place: row.placeId ?? null,
        placeText: row.placeText ?? '',
        taker: row.firstTakerId ?? null,
        repeat: row.repeat ?? false,
        grade: row.grade ?? null,
      },
    )
    .options(prepared(`open-ticket-by-${byCode ? 'code' : 'id'}`))
  return rows[0] && shownFromRow(rows[0])
}

export type Filter = {
  state?: TicketState
  line?: string
  campus?: string
  assigneeId?: string
  /** on this person's desk: theirs to work on, or taken by them and nobody's yet */
  deskOf?: string
  /** what no agent took: a message, a call answered on a desk phone, the night's handset or a mobile */
  unclaimed?: boolean
  openOf?: { placeId: string | null; reporterId: string | null }
  q?: string
}

/** Newest first, after the cursor (the last row's time and id). */
export async function listTickets(
  db: Db,
  organisationId: string,
  scope: ListScope,
  filter: Filter,
  page: { limit: number; after?: { at: string; id: string } },
): Promise<ShownTicket[]> {
  const query = read(db).where('t.organisation_id', organisationId)
  if (!isUnscoped(scope)) {
    query.where((any) => {
      any.whereRaw('false')
      if (scope.assigned)
        any
          .orWhere('t.assignee_id', scope.personId)
          .orWhereRaw('t.offered_ids @> array[cast(? as uuid)]', scope.personId)
      if (scope.took) any.orWhere('t.first_taker_id', scope.personId)
      if (scope.reported) any.orWhere('t.reporter_id', scope.personId)
      for (const pair of scope.pairs) {
        any.orWhere((one) => {
          if (pair.campus !== null) one.where('c.code', pair.campus)
          if (pair.line !== null) one.where('l.code', pair.line)
        })
      }
    })
  }
  if (filter.state) query.where('t.state', filter.state)
  if (filter.line)
    query.where(
      't.line_id',
      db('lines').where({ organisation_id: organisationId, code: filter.line }).select('id').limit(1),
    )
  if (filter.campus)
    query.where(
      't.campus_id',
      db('campuses').where({ organisation_id: organisationId, code: filter.campus }).select('id').limit(1),
    )
  if (filter.assigneeId) query.where('t.assignee_id', filter.assigneeId)
  if (filter.deskOf) {
    query.whereIn('t.state', ['unassigned', 'in_progress'])
    query.whereRaw('(t.assignee_id = ? or (t.assignee_id is null and t.first_taker_id = ?))', [
      filter.deskOf,
      filter.deskOf,
    ])
  }
  if (filter.unclaimed) query.where('t.state', 'unassigned').whereNull('t.assignee_id').whereNull('t.first_taker_id')
  if (filter.openOf) {
    const { placeId, reporterId } = filter.openOf
    query.whereIn('t.state', ['unassigned', 'in_progress']).where((any) => {
      if (placeId) any.orWhere('t.reported_place_id', placeId)
      if (reporterId) any.orWhere('t.reporter_id', reporterId)
      if (!placeId && !reporterId) any.whereRaw('false')
    })
  }
  if (filter.q) search(query, filter.q)
  if (page.after)
    query.whereRaw('(t.reported_at, t.id) < (cast(? as timestamptz), cast(? as uuid))', [page.after.at, page.after.id])
  query.orderBy('t.reported_at', 'desc').orderBy('t.id', 'desc').limit(page.limit)
  // Names are looked up for the rows of the page alone, not for all that the page was chosen from.
  const rows = await db
    .from(query.as('t'))
    .select(db.raw(`t.*, ${NAMES}`))
    .orderBy('t.reported_at', 'desc')
    .orderBy('t.id', 'desc')
  return rows.map(shownFromRow)
}

/**
 * Words by their two-character pieces (GIN). A word of two characters is its own piece, so the pieces are the answer;
 * a longer one is also looked for whole, by position() and not by like: the planner thinks a like far rarer than it is,
 * and would gather every ticket that ever said 打印 instead of walking back from the newest until a page is full.
 */
function search(query: ReturnType<typeof read>, q: string): void {
  const { words, numbers } = asked(q.toLowerCase())
  const parts = words.map((spelt) => spelt.map(holds))
  const said = parts.map((spelt) => `(${spelt.map(({ sql }) => sql).join(' or ')})`).join(' and ')
  const bound = parts.flat().flatMap(({ bound: own }) => own)
  if (numbers.length === 0) query.whereRaw(said || 'true', bound)
  // A number is found however it stands on the ticket; what was asked may also be words that happen to be digits.
  else query.whereRaw(`((${said}) or t.contact_key = any(?::text[]))`, [...bound, numbers])
}

function holds(word: string): { sql: string; bound: (string | number)[] } {
  const isPiece = /^[\p{L}\p{N}]{1,2}$/u.test(word)
  const whole = isPiece
    ? ''
    : ` and position(? in lower(t.what || ' ' || t.notes || ' ' || t.place_text || ' ' || t.contact_number || ' ' || t.reporter_name)) > 0`
  const pieces = `t.grams @> cjk_grams(?)${whole}`
  const bound = isPiece ? [word] : [word, word]
  return /^\d{1,7}$/.test(word)
    ? { sql: `((${pieces}) or t.number = ?)`, bound: [...bound, Number(word)] }
    : { sql: `(${pieces})`, bound }
}
