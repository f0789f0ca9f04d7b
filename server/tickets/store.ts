import { type Db, prepared, type Tx } from '../db/index.ts'
import type { CallRelation, TicketState } from './events.ts'
import type { Ticket } from './ticket.ts'

const COLUMNS = `t.*, c.code as campus_code, l.code as line_code`

function read(db: Db | Tx) {
  return db('tickets as t')
    .join('campuses as c', 'c.id', 't.campus_id')
    .join('lines as l', 'l.id', 't.line_id')
    .select(db.raw(COLUMNS))
}

// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
export function fromRow(row: any): Ticket {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    year: row.year,
    number: row.number,
    campusId: row.campus_id,
    campus: row.campus_code,
    lineId: row.line_id,
    line: row.line_code,
    kind: row.kind,
    state: row.state,
    what: row.what,
    notes: row.notes,
    contactNumber: row.contact_number,
    reporterId: row.reporter_id,
    reporterName: row.reporter_name,
    unitId: row.unit_id,
    reportedPlaceId: row.reported_place_id,
    confirmedPlaceId: row.confirmed_place_id,
    placeText: row.place_text,
    reportedCategoryId: row.reported_category_id,
    confirmedCategoryId: row.confirmed_category_id,
    reportedImpact: row.reported_impact,
    reportedUrgency: row.reported_urgency,
    confirmedImpact: row.confirmed_impact,
    confirmedUrgency: row.confirmed_urgency,
    priority: row.priority,
    ipAddress: row.ip_address,
    firstTakerId: row.first_taker_id,
    assigneeId: row.assignee_id,
    crewId: row.crew_id,
    resolution: row.resolution,
    faultCause: row.fault_cause,
    urged: row.urged,
    repeat: row.repeat_flag,
    source: row.source,
    reportedAt: row.reported_at,
    respondedAt: row.responded_at,
    finishedAt: row.finished_at,
    version: row.version,
  }
}

export async function readTickets(db: Db | Tx, ids: string[]): Promise<Ticket[]> {
  if (ids.length === 0) return []
  const { rows } = await db
    .raw(
      `select ${COLUMNS} from tickets t join campuses c on c.id = t.campus_id join lines l on l.id = t.line_id where t.id = any(?::uuid[])`,
      [ids],
    )
    .options(prepared('tickets-by-id'))
  return rows.map(fromRow)
}

/** Reads a ticket and holds its row until the transaction ends. */
export async function holdTicket(tx: Tx, id: string): Promise<Ticket | undefined> {
  const row = await read(tx).where('t.id', id).forUpdate('t').first()
  return row && fromRow(row)
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
}

/** Opens a ticket with the next number of the organisation's year (of its own time zone). Undefined: no such line there. */
export async function insertTicket(
  tx: Tx,
  row: NewRow,
): Promise<{ id: string; version: number; number: number; at: Date } | undefined> {
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
       on conflict (organisation_id, year) do update set last = ticket_years.last + 1 returning year, last)
     insert into tickets (organisation_id, year, number, campus_id, line_id, kind, source, reported_at, what, contact_number, reporter_id,
                          reporter_name, unit_id, unit_snapshot, reported_place_id, place_text, first_taker_id, repeat_flag)
     select :org, n.year, n.last, place.campus_id, place.line_id, :kind, :source, own.at, :what, :contact, cast(:reporter as uuid), :reporterName,
            cast(:unit as uuid),
            (select jsonb_build_object('code', code, 'zh', name_zh, 'costCode', cost_code) from units where id = cast(:unit as uuid)),
            cast(:place as uuid), :placeText, cast(:taker as uuid), :repeat
       from numbered n, own, place
     returning id, version, number, reported_at as at`,
      {
        at: row.reportedAt ?? null,
        org: row.organisationId,
        ...where,
        kind: row.kind,
        source: row.source,
        what: row.what ?? '',
        contact: row.contactNumber ?? '',
        reporter: row.reporterId ?? null,
        reporterName: row.reporterName ?? '',
        unit: row.unitId ?? null,
        place: row.placeId ?? null,
        placeText: row.placeText ?? '',
        taker: row.firstTakerId ?? null,
        repeat: row.repeat ?? false,
      },
    )
    .options(prepared(`open-ticket-by-${byCode ? 'code' : 'id'}`))
  return rows[0]
}

/** Changes columns and counts the version up. Answers the new version. */
export async function updateTicket(tx: Tx, id: string, columns: Record<string, unknown>): Promise<number> {
  const [row] = await tx('tickets')
    .where({ id })
    .update({ ...columns, version: tx.raw('version + 1') })
    .returning('version')
  return row.version
}

export type Entry = { id: string; at: Date; byId: string | null; kind: string; body: Record<string, unknown> }

export async function insertEntry(
  tx: Tx,
  ticketId: string,
  entry: { at: Date; byId: string | null; kind: string; body: Record<string, unknown> },
): Promise<string> {
  const [row] = await tx('ticket_entries')
    .insert({
      ticket_id: ticketId,
      at: entry.at,
      by_id: entry.byId,
      kind: entry.kind,
      body: JSON.stringify(entry.body),
    })
    .returning('id')
  return row.id
}

export async function entriesOf(db: Db | Tx, ticketId: string): Promise<Entry[]> {
  const rows = await db('ticket_entries').where({ ticket_id: ticketId }).orderBy('at')
  return rows.map((row) => ({ id: row.id, at: row.at, byId: row.by_id, kind: row.kind, body: row.body }))
}

/** Which fields were changed after `version`, change by change. */
export async function changesSince(tx: Tx, ticketId: string, version: number): Promise<{ fields: string[] }[]> {
  const rows = await tx('ticket_entries')
    .where({ ticket_id: ticketId })
    .whereRaw(`(body ->> 'version')::int > ?`, [version])
    .select(tx.raw(`body -> 'fields' as fields`))
  return rows.map((row) => ({ fields: Object.keys(row.fields ?? {}) }))
}

export async function linkCall(
  tx: Tx,
  callId: string,
  ticketId: string,
  relation: CallRelation,
  at: Date,
): Promise<void> {
  await tx('ticket_calls')
    .insert({ call_id: callId, ticket_id: ticketId, relation, at })
    .onConflict(['call_id', 'ticket_id'])
    .merge({ relation })
}

export async function unlinkCall(tx: Tx, callId: string, ticketId: string): Promise<void> {
  await tx('ticket_calls').where({ call_id: callId, ticket_id: ticketId }).delete()
}

/** The one ticket a call belongs to, and how. */
export async function ticketOfCall(
  db: Db | Tx,
  callId: string,
): Promise<{ ticketId: string; relation: CallRelation } | undefined> {
  const row = await db('ticket_calls')
    .where({ call_id: callId })
    .whereNot({ relation: 'also' })
    .first('ticket_id', 'relation')
  return row && { ticketId: row.ticket_id, relation: row.relation }
}

export async function callsOf(
  db: Db | Tx,
  ticketId: string,
): Promise<{ callId: string; relation: CallRelation; at: Date }[]> {
  const rows = await db('ticket_calls').where({ ticket_id: ticketId }).orderBy('at')
  return rows.map((row) => ({ callId: row.call_id, relation: row.relation, at: row.at }))
}

export async function priorityOf(tx: Tx, impact: number, urgency: number): Promise<number> {
  const row = await tx('priorities').where({ impact, urgency }).first('priority')
  return row.priority
}

export async function campusAndLine(
  tx: Tx,
  organisationId: string,
  campus: string,
  line: string,
): Promise<{ campusId: string; lineId: string } | undefined> {
  const row = await tx('campuses as c')
    .join('lines as l', 'l.organisation_id', 'c.organisation_id')
    .where({ 'c.organisation_id': organisationId, 'c.code': campus, 'l.code': line })
    .first('c.id as campus_id', 'l.id as line_id')
  return row && { campusId: row.campus_id, lineId: row.line_id }
}

/** Ids for codes; null for what is not known. */
export async function campusAndLineOf(
  tx: Tx,
  organisationId: string,
  campus: string | null,
  line: string | null,
): Promise<{ campusId: string | null; lineId: string | null }> {
  const found = async (table: string, code: string | null) =>
    code === null ? null : ((await tx(table).where({ organisation_id: organisationId, code }).first('id'))?.id ?? null)
  return { campusId: await found('campuses', campus), lineId: await found('lines', line) }
}

/** The place's name in full, as it is written on the ticket when chosen. */
export async function placePath(tx: Tx, placeId: string): Promise<string | undefined> {
  return (await tx('places').where({ id: placeId }).first('path_zh'))?.path_zh
}

export async function categoryOf(tx: Tx, id: string): Promise<{ lineId: string; needsIp: boolean } | undefined> {
  const row = await tx('categories').where({ id }).first('line_id', 'needs_ip')
  return row && { lineId: row.line_id, needsIp: row.needs_ip }
}

export type Filter = {
  state?: TicketState
  line?: string
  campus?: string
  assigneeId?: string
  /** on this person's desk: theirs to work on, or taken by them and nobody's yet */
  deskOf?: string
  openOf?: { placeId: string | null; reporterId: string | null }
  q?: string
}

/** Whom the asker may see tickets of: scopes of campus and line (null = every), or only their own. */
export type Scope = { pairs: { campus: string | null; line: string | null }[]; personId: string }

/** Newest first, after the cursor (the last row's time and id). */
export async function listTickets(
  db: Db,
  organisationId: string,
  scope: Scope,
  filter: Filter,
  page: { limit: number; after?: { at: string; id: string } },
): Promise<Ticket[]> {
  const query = read(db).where('t.organisation_id', organisationId)
  if (!scope.pairs.some((pair) => pair.campus === null && pair.line === null)) {
    query.where((any) => {
      any.where('t.assignee_id', scope.personId).orWhere('t.reporter_id', scope.personId)
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
  const rows = await query.orderBy('t.reported_at', 'desc').orderBy('t.id', 'desc').limit(page.limit)
  return rows.map(fromRow)
}

/**
 * Words by their two-character pieces (GIN). A word of two characters is its own piece, so the pieces are the answer;
 * a longer one is also looked for whole, by position() and not by like: the planner thinks a like far rarer than it is,
 * and would gather every ticket that ever said 打印 instead of walking back from the newest until a page is full.
 */
function search(query: ReturnType<typeof read>, q: string): void {
  const words = q.trim().toLowerCase().split(/\s+/).filter(Boolean).slice(0, 6)
  for (const word of words) {
    const isPiece = /^[\p{L}\p{N}]{1,2}$/u.test(word)
    const whole = isPiece
      ? ''
      : ` and position(? in lower(t.what || ' ' || t.notes || ' ' || t.place_text || ' ' || t.contact_number || ' ' || t.reporter_name)) > 0`
    const pieces = `t.grams @> cjk_grams(?)${whole}`
    const values = isPiece ? [word] : [word, word]
    if (/^\d{1,7}$/.test(word)) query.whereRaw(`((${pieces}) or t.number = ?)`, [...values, Number(word)])
    else query.whereRaw(pieces, values)
  }
}

/** The first campus and line of the organisation, for a call that knows neither. */
export async function firstCampusAndLine(
  tx: Tx,
  organisationId: string,
): Promise<{ campusId: string; lineId: string }> {
  const campus = await tx('campuses').where({ organisation_id: organisationId }).orderBy('sort').first('id')
  const line = await tx('lines').where({ organisation_id: organisationId }).orderBy('sort').first('id')
  return { campusId: campus.id, lineId: line.id }
}

export async function setFirstTakerIfNone(tx: Tx, id: string, personId: string): Promise<void> {
  await tx('tickets').where({ id }).whereNull('first_taker_id').update({ first_taker_id: personId })
}

/** How often this number called in the 24 hours up to this call, itself included. */
export async function callsIn24h(
  tx: Db | Tx,
  call: { ani: string; campusId: string | null; arrivedAt: Date },
): Promise<number> {
  if (!call.ani) return 1
  const { rows } = await tx.raw(
    `select count(*)::int as n from calls where ani = ? and campus_id is not distinct from ? and direction = 'inbound'
        and arrived_at <= ? and arrived_at > cast(? as timestamptz) - interval '24 hours'`,
    [call.ani, call.campusId, call.arrivedAt, call.arrivedAt],
  )
  return rows[0].n
}
