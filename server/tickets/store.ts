import { type Db, prepared, type Tx } from '../db/index.ts'
import { numberOf } from '../wire/number.ts'
import type { CallRelation } from './events.ts'
import type { Ticket } from './ticket.ts'

/** What of a ticket's row is read. Its grams are the index's business and never leave the database. */
export const OWN = [
  'id organisation_id year number campus_id line_id kind state what notes contact_number reporter_id reporter_name unit_id',
  'reported_place_id confirmed_place_id place_text reported_category_id confirmed_category_id reported_impact reported_urgency',
  'confirmed_impact confirmed_urgency priority ip_address first_taker_id assignee_id crew_id resolution fault_cause urged',
  'repeat_flag source reported_at responded_at finished_at version',
].flatMap((names) => names.split(' ').map((name) => `t.${name}`))

const COLUMNS = `${OWN.join(', ')}, c.code as campus_code, l.code as line_code`

/** Tickets with their campus and line, to be narrowed. */
export function read(db: Db | Tx) {
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

/** Reads a ticket and holds its row until the transaction ends. */
export async function holdTicket(tx: Tx, id: string): Promise<Ticket | undefined> {
  const { rows } = await tx
    .raw(
      `select ${COLUMNS} from tickets t join campuses c on c.id = t.campus_id join lines l on l.id = t.line_id where t.id = ? for update of t`,
      [id],
    )
    .options(prepared('hold-ticket'))
  return rows[0] && fromRow(rows[0])
}

/** Changes columns and counts the version up. Answers the new version. A number is kept beside as it is looked for. */
export async function updateTicket(tx: Tx, id: string, columns: Record<string, unknown>): Promise<number> {
  const contact = columns.contact_number
  const key = typeof contact === 'string' ? { contact_key: numberOf(contact) } : {}
  const [row] = await tx('tickets')
    .where({ id })
    .update({ ...columns, ...key, version: tx.raw('version + 1') })
    .returning('version')
  return row.version
}

export type Entry = { id: string; at: Date; byId: string | null; kind: string; body: Record<string, unknown> }

/** Writes on the timeline; without `at` it happened now, by PostgreSQL's clock. */
export async function insertEntry(
  tx: Tx,
  ticketId: string,
  entry: { at?: Date; byId: string | null; kind: string; body: Record<string, unknown> },
): Promise<{ id: string; at: Date }> {
  const { rows } = await tx
    .raw(
      `insert into ticket_entries (ticket_id, at, by_id, kind, body)
       values (?, coalesce(cast(? as timestamptz), clock_timestamp()), ?, ?, ?) returning id, at`,
      [ticketId, entry.at ?? null, entry.byId, entry.kind, JSON.stringify(entry.body)],
    )
    .options(prepared('insert-entry'))
  return rows[0]
}

export async function entriesOf(db: Db | Tx, ticketId: string): Promise<Entry[]> {
  const { rows } = await db
    .raw('select id, at, by_id, kind, body from ticket_entries where ticket_id = ? order by at', [ticketId])
    .options(prepared('entries-of'))
  return rows.map((row: Record<string, unknown>) => ({
    id: row.id,
    at: row.at,
    byId: row.by_id,
    kind: row.kind,
    body: row.body,
  }))
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

/** Who works on the tickets a call is about. */
export async function assigneesOfCall(tx: Tx, callId: string): Promise<string[]> {
  return tx('ticket_calls as k')
    .join('tickets as t', 't.id', 'k.ticket_id')
    .where('k.call_id', callId)
    .whereNotNull('t.assignee_id')
    .distinct()
    .pluck('t.assignee_id')
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
  const { rows } = await db
    .raw('select call_id, relation, at from ticket_calls where ticket_id = ? order by at', [ticketId])
    .options(prepared('calls-of-ticket'))
  return rows.map((row: Record<string, unknown>) => ({ callId: row.call_id, relation: row.relation, at: row.at }))
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

/** What a unit is called and costs under now, kept with the ticket; undefined when there is no such unit. */
export async function unitSnapshot(tx: Tx, organisationId: string, unitId: string): Promise<string | undefined> {
  const row = await tx('units')
    .where({ id: unitId, organisation_id: organisationId })
    .first('code', 'name_zh', 'cost_code')
  return row && JSON.stringify({ code: row.code, zh: row.name_zh, costCode: row.cost_code })
}

/** The place's name in full, as it is written on the ticket when chosen; undefined when there is no such place. */
export async function placePath(tx: Tx, organisationId: string, placeId: string): Promise<string | undefined> {
  const row = await tx('places as p')
    .join('campuses as c', 'c.id', 'p.campus_id')
    .where({ 'p.id': placeId, 'c.organisation_id': organisationId })
    .first('p.path_zh')
  return row?.path_zh
}

export async function isPerson(tx: Tx, organisationId: string, id: string): Promise<boolean> {
  return (await tx('people').where({ id, organisation_id: organisationId }).first('id')) !== undefined
}

export async function categoryOf(
  tx: Tx,
  organisationId: string,
  id: string,
): Promise<{ lineId: string; needsIp: boolean } | undefined> {
  const row = await tx('categories').where({ id, organisation_id: organisationId }).first('line_id', 'needs_ip')
  return row && { lineId: row.line_id, needsIp: row.needs_ip }
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
  call: { organisationId: string; ani: string; campusId: string | null; arrivedAt: Date },
): Promise<number> {
  if (!call.ani) return 1
  const { rows } = await tx.raw(
    `select count(*)::int as n from calls where organisation_id = ? and ani = ? and campus_id is not distinct from ? and direction = 'inbound'
        and arrived_at <= ? and arrived_at > cast(? as timestamptz) - interval '24 hours'`,
    [call.organisationId, call.ani, call.campusId, call.arrivedAt, call.arrivedAt],
  )
  return rows[0].n
}
