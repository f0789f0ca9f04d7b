import { type Db, prepared, type Tx } from '../db/index.ts'
import { numberOf } from '../wire/number.ts'
import type { CallReason, CallRelation } from '../wire/tickets.ts'
import type { Ticket } from './ticket.ts'

/** Where each field of a ticket stands in its row; its campus and line are read by code beside it. */
const COLUMN = {
  id: 'id',
  organisationId: 'organisation_id',
  year: 'year',
  number: 'number',
  campusId: 'campus_id',
  lineId: 'line_id',
  kind: 'kind',
  state: 'state',
  what: 'what',
  notes: 'notes',
  contactNumber: 'contact_number',
  reporterId: 'reporter_id',
  reporterName: 'reporter_name',
  unitId: 'unit_id',
  reportedPlaceId: 'reported_place_id',
  confirmedPlaceId: 'confirmed_place_id',
  placeText: 'place_text',
  reportedCategoryId: 'reported_category_id',
  confirmedCategoryId: 'confirmed_category_id',
  reportedImpact: 'reported_impact',
  reportedUrgency: 'reported_urgency',
  confirmedImpact: 'confirmed_impact',
  confirmedUrgency: 'confirmed_urgency',
  priority: 'priority',
  ipAddress: 'ip_address',
  firstTakerId: 'first_taker_id',
  assigneeId: 'assignee_id',
  crewId: 'crew_id',
  resolution: 'resolution',
  causeId: 'cause_id',
  survivorId: 'survivor_id',
  waitingFor: 'waiting_for',
  waitingUntil: 'waiting_until',
  arrivedAt: 'arrived_at',
  reviewedAt: 'reviewed_at',
  verifyBy: 'verify_by',
  verifiedAt: 'verified_at',
  returned: 'returned',
  moved: 'moved',
  escalated: 'escalated',
  actBy: 'act_by',
  stars: 'stars',
  actedVersion: 'acted_version',
  faultCause: 'fault_cause',
  urged: 'urged',
  repeat: 'repeat_flag',
  source: 'source',
  reportedAt: 'reported_at',
  respondedAt: 'responded_at',
  finishedAt: 'finished_at',
  version: 'version',
  offeredIds: 'offered_ids',
} as const satisfies Record<Exclude<keyof Ticket, 'campus' | 'line'>, string>
const FIELDS = Object.entries(COLUMN) as [keyof typeof COLUMN, string][]

/** What of a ticket's row is read. Its grams are the index's business and never leave the database. */
export const OWN = FIELDS.map(([, column]) => `t.${column}`)

const COLUMNS = `${OWN.join(', ')}, c.code as campus_code, l.code as line_code`

/** Tickets with their campus and line, to be narrowed. */
export function read(db: Db | Tx) {
  return db('tickets as t')
    .join('campuses as c', 'c.id', 't.campus_id')
    .join('lines as l', 'l.id', 't.line_id')
    .select(db.raw(COLUMNS))
}

// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
export const fromRow = (row: any): Ticket => ({
  ...(Object.fromEntries(FIELDS.map(([field, column]) => [field, row[column]])) as Ticket),
  campus: row.campus_code,
  line: row.line_code,
})

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

/** Writes what became of a ticket that is held. A number is kept beside as it is looked for. */
export async function saveTicket(tx: Tx, before: Ticket, after: Ticket): Promise<void> {
  const changed = FIELDS.filter(([field]) => !same(before[field], after[field]))
  if (changed.length === 0) return
  const columns: Record<string, unknown> = Object.fromEntries(changed.map(([field, column]) => [column, after[field]]))
  if ('contact_number' in columns) columns.contact_key = numberOf(after.contactNumber)
  if ('unit_id' in columns) columns.unit_snapshot = tx.raw(`(${UNIT_SNAPSHOT})`, [after.unitId])
  await tx('tickets').where({ id: before.id }).update(columns)
}

const same = (one: unknown, other: unknown) =>
  one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other

/** What a unit is called and costs under now, kept with the ticket. */
const UNIT_SNAPSHOT = `select jsonb_build_object('code', code, 'zh', name_zh, 'costCode', cost_code) from units where id = cast(? as uuid)`

export type Entry = { id: string; at: Date; byId: string | null; kind: string; body: Record<string, unknown> }

/** Writes on the timeline what an event does not carry: the words, and from what to what. */
export async function insertEntry(
  tx: Tx,
  ticketId: string,
  entry: Omit<Entry, 'id'> & { eventId: string },
): Promise<void> {
  await tx
    .raw('insert into ticket_entries (ticket_id, at, by_id, kind, body, event_id) values (?, ?, ?, ?, ?, ?)', [
      ticketId,
      entry.at,
      entry.byId,
      entry.kind,
      JSON.stringify(entry.body),
      entry.eventId,
    ])
    .options(prepared('insert-entry'))
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

/** Who works on the tickets a call is about, or is offered them. */
export async function assigneesOfCall(tx: Tx, callId: string): Promise<string[]> {
  const { rows } = await tx.raw(
    `select distinct one from ticket_calls k join tickets t on t.id = k.ticket_id, unnest(t.offered_ids || t.assignee_id) as one
      where k.call_id = ? and one is not null`,
    [callId],
  )
  return rows.map((row: { one: string }) => row.one)
}

/** Whom a ticket is offered to from now on: they see it until the offer ends. Nobody but dispatch says so. */
export async function showTo(tx: Tx, ticketId: string, personIds: string[]): Promise<void> {
  await tx('tickets').where({ id: ticketId }).update({ offered_ids: personIds })
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

export async function isUnit(tx: Tx, organisationId: string, id: string): Promise<boolean> {
  return (await tx('units').where({ id, organisation_id: organisationId }).first('id')) !== undefined
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

export async function isCrew(tx: Tx, organisationId: string, id: string): Promise<boolean> {
  return (await tx('crews').where({ id, organisation_id: organisationId }).first('id')) !== undefined
}

/** A crew and its line's id; null: of every line. */
export async function crewOf(
  tx: Tx,
  organisationId: string,
  id: string,
): Promise<{ crewId: string; lineId: string | null } | undefined> {
  const row = await tx('crews').where({ id, organisation_id: organisationId }).first('id', 'line_id')
  return row && { crewId: row.id, lineId: row.line_id }
}

/** The one ticket somebody works on now; undefined when there is none, or more than one. */
export async function jobOf(tx: Db | Tx, personId: string): Promise<string | undefined> {
  const rows = await tx('tickets').where({ assignee_id: personId, state: 'in_progress' }).limit(2).select('id')
  return rows.length === 1 ? rows[0].id : undefined
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

/** Writes why an ended call has neither ticket nor callback; the first reason given stays. */
export async function insertReason(
  tx: Tx,
  row: { callId: string; reason: CallReason; note: string | null; byId: string | null; at: Date },
): Promise<boolean> {
  const rows = await tx('call_reasons')
    .insert({ call_id: row.callId, reason: row.reason, note: row.note, by_id: row.byId, at: row.at })
    .onConflict('call_id')
    .ignore()
    .returning('call_id')
  return rows.length > 0
}

export async function deleteReason(tx: Tx, callId: string): Promise<void> {
  await tx('call_reasons').where({ call_id: callId }).delete()
}
