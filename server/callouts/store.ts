/** Call-outs and their steps: rows; and what a call-out needs to know of a ticket. */
import type { Db, Tx } from '../db/index.ts'
import type { CalloutStep, CalloutView } from '../wire/radio.ts'
import type { Alarm } from '../wire/views.ts'
import type { CalloutState, Tier } from './callout.ts'
import type { Language } from './words.ts'

export type CalloutRow = {
  id: string
  ticketId: string
  portId: string
  port: string
  campus: string
  organisationId: string
  language: Language
  words: string
  fault: string
  state: CalloutState
  tier: Tier
  tries: number
  unit: string | null
  toPersonId: string | null
  ackCode: string
  waitUntil: Date | null
  /** its time to wait has passed */
  isDue: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: rows of our own SELECTs
type Row = any

const rowsOf = (db: Db | Tx) =>
  db('radio_callouts as o')
    .join('radio_ports as p', 'p.id', 'o.port_id')
    .join('campuses as c', 'c.id', 'p.campus_id')
    .orderBy('o.created_at')
    .select(
      'o.*',
      'p.code as port',
      'p.organisation_id',
      'c.code as campus',
      db.raw('coalesce(o.wait_until <= now(), false) as is_due'),
    )

const fromRow = (row: Row): CalloutRow => ({
  id: row.id,
  ticketId: row.ticket_id,
  portId: row.port_id,
  port: row.port,
  campus: row.campus,
  organisationId: row.organisation_id,
  language: row.language,
  words: row.words,
  fault: row.fault,
  state: row.state,
  tier: row.tier,
  tries: row.tries,
  unit: row.unit_code,
  toPersonId: row.to_person_id,
  ackCode: row.ack_code,
  waitUntil: row.wait_until,
  isDue: row.is_due,
})

/** Those that are not over, oldest first. */
export async function openCallouts(db: Db): Promise<CalloutRow[]> {
  return (await rowsOf(db).whereIn('o.state', ['saying', 'waiting'])).map(fromRow)
}
export async function readCallout(db: Db | Tx, id: string): Promise<CalloutRow | undefined> {
  const row = await rowsOf(db).where('o.id', id).first()
  return row && fromRow(row)
}
/** The call-out as it stands, and nobody else's to change until this transaction is over. */
export async function holdCallout(tx: Tx, id: string): Promise<CalloutRow | undefined> {
  await tx('radio_callouts').where({ id }).forUpdate().first('id')
  return readCallout(tx, id)
}

/** Codes that are waited for on a port. Locks the port's row: two call-outs never take one code. */
export async function takenCodes(tx: Tx, portId: string): Promise<Set<string>> {
  await tx('radio_ports').where({ id: portId }).forUpdate().first('id')
  const rows = await tx('radio_callouts').where({ port_id: portId }).whereIn('state', ['saying', 'waiting'])
  return new Set(rows.map(({ ack_code }) => ack_code))
}

export type NewCallout = Pick<
  CalloutRow,
  'ticketId' | 'portId' | 'language' | 'words' | 'fault' | 'unit' | 'toPersonId' | 'ackCode'
> & { byId: string; confirmedById: string | null }

export async function insertCallout(tx: Tx, one: NewCallout): Promise<string> {
  const [row] = await tx('radio_callouts')
    .insert({
      ticket_id: one.ticketId,
      port_id: one.portId,
      by_id: one.byId,
      language: one.language,
      words: one.words,
      fault: one.fault,
      state: 'saying',
      unit_code: one.unit,
      to_person_id: one.toPersonId,
      ack_code: one.ackCode,
      confirmed_by_id: one.confirmedById,
    })
    .returning('id')
  return row.id
}

export type CalloutChange = {
  state: CalloutState
  tier?: Tier
  tries?: number
  words?: string
  unit?: string | null
  toPersonId?: string | null
  /** from now, by PostgreSQL's clock; null: no more */
  waitS: number | null
}
export async function updateCallout(tx: Tx, id: string, change: CalloutChange): Promise<void> {
  await tx('radio_callouts')
    .where({ id })
    .update({
      state: change.state,
      ...(change.tier && { tier: change.tier }),
      ...(change.tries !== undefined && { tries: change.tries }),
      ...(change.words !== undefined && { words: change.words }),
      ...(change.unit !== undefined && { unit_code: change.unit }),
      ...(change.toPersonId !== undefined && { to_person_id: change.toPersonId }),
      wait_until: change.waitS === null ? null : tx.raw(`now() + ? * interval '1 second'`, [change.waitS]),
      version: tx.raw('version + 1'),
    })
}

type StepRow = { step: CalloutStep['step']; at: Date } & Partial<Omit<CalloutStep, 'step' | 'at'>>
export async function addStep(tx: Tx, calloutId: string, step: StepRow): Promise<void> {
  await tx('radio_callout_steps').insert({
    callout_id: calloutId,
    at: step.at,
    step: step.step,
    tier: step.to ?? null,
    unit_code: step.unit ?? null,
    person_id: step.personId ?? null,
    how: step.how ?? null,
  })
}
/** Who acknowledged is known only after the code: by the handheld's own call that came behind, or by whom the desk asked. */
export async function nameAck(tx: Tx, calloutId: string, unit: string, personId: string | null): Promise<boolean> {
  const changed = await tx('radio_callout_steps')
    .where({ callout_id: calloutId, step: 'acknowledged' })
    .whereNull('unit_code')
    .update({ unit_code: unit, person_id: personId })
  return changed > 0
}
/** The person who said that they go, if they are known. */
export async function whoAnswered(tx: Tx, calloutId: string): Promise<string | null> {
  const step = await tx('radio_callout_steps')
    .where({ callout_id: calloutId, step: 'acknowledged' })
    .orderBy('at', 'desc')
    .first('person_id')
  return step?.person_id ?? null
}

/** One for each call-out that nobody answered and nobody has taken over since, while its ticket is not over. */
export async function calloutAlarms(db: Db): Promise<Alarm[]> {
  const rows: Row[] = await db('radio_callouts as o')
    .join('tickets as t', 't.id', 'o.ticket_id')
    .where('o.state', 'given_up')
    .whereIn('t.state', ['unassigned', 'in_progress'])
    .orderBy('o.created_at')
    .select(
      'o.id',
      'o.ticket_id',
      db.raw(
        `coalesce((select max(s.at) from radio_callout_steps s where s.callout_id = o.id), o.created_at) as since`,
      ),
    )
  return rows.map((row) => ({
    kind: 'callout_given_up',
    callId: null,
    ticketId: row.ticket_id,
    since: row.since.toISOString(),
    count: 1,
  }))
}

export type ShownCallout = CalloutView & { organisationId: string; campus: string }

/** With their steps in order, newest call-out first. */
export async function showCallouts(
  db: Db | Tx,
  organisationId: string,
  wanted: { ids: string[] } | { ticketId: string },
) {
  const query = rowsOf(db).where('p.organisation_id', organisationId).clearOrder().orderBy('o.created_at', 'desc')
  if ('ids' in wanted) query.whereIn('o.id', wanted.ids)
  else query.where('o.ticket_id', wanted.ticketId)
  const rows: Row[] = await query
  const steps: Row[] = await db('radio_callout_steps')
    .whereIn(
      'callout_id',
      rows.map(({ id }) => id),
    )
    .orderBy(['at', 'id'])
  return rows.map(
    (row): ShownCallout => ({
      calloutId: row.id,
      ticketId: row.ticket_id,
      port: row.port,
      organisationId: row.organisation_id,
      campus: row.campus,
      state: row.state,
      text: row.words,
      ackCode: row.ack_code,
      waitUntil: row.wait_until?.toISOString() ?? null,
      steps: steps
        .filter(({ callout_id }) => callout_id === row.id)
        .map((step) => ({
          at: step.at.toISOString(),
          step: step.step,
          to: step.tier,
          unit: step.unit_code,
          personId: step.person_id,
          how: step.how,
        })),
    }),
  )
}

export type Called = { personId: string | null; name: string; unit: string | null }
export type TicketFacts = {
  number: number
  what: string
  place: { zh: string; en: string; spoken: string | null; noTransmit: boolean } | null
  assignee: Called | null
  /** names that must not be heard: whoever reported it, and the people of the place */
  names: string[]
}

export async function ticketFacts(db: Db | Tx, ticketId: string): Promise<TicketFacts | undefined> {
  const { rows } = await db.raw(
    `with recursive own as (select t.*, coalesce(t.confirmed_place_id, t.reported_place_id) as place_id from tickets t where t.id = :id),
     up as (select p.id, p.parent_id, p.no_transmit from places p, own where p.id = own.place_id
       union all select p.id, p.parent_id, p.no_transmit from places p join up on p.id = up.parent_id)
     select own.number, own.what, own.place_text, own.assignee_id, a.name as assignee, own.reporter_name, r.name as reporter,
       p.path_zh, p.name_en, p.spoken_zh, (select bool_or(no_transmit) from up) as no_transmit,
       (select h.unit from radio_holders h where h.person_id = own.assignee_id and h.during @> now() order by h.unit limit 1) as unit,
       array(select distinct q.name from unit_places up join person_units pu on pu.unit_id = up.unit_id and pu.during @> now()
         join people q on q.id = pu.person_id where up.place_id = own.place_id and up.during @> now() limit 500) as people
     from own left join people a on a.id = own.assignee_id left join people r on r.id = own.reporter_id
       left join places p on p.id = own.place_id`,
    { id: ticketId },
  )
  const [row] = rows
  if (!row) return undefined
  const zh = row.path_zh ?? row.place_text
  return {
    number: row.number,
    what: row.what,
    place: zh ? { zh, en: row.name_en ?? zh, spoken: row.spoken_zh, noTransmit: row.no_transmit ?? false } : null,
    assignee: row.assignee_id ? { personId: row.assignee_id, name: row.assignee, unit: row.unit } : null,
    names: [row.reporter_name, row.reporter, ...row.people].filter(Boolean),
  }
}

/** Who comes after the one called: the B role of a system whose A they are, and the crew of the ticket or of its line. */
export async function othersFor(
  db: Db | Tx,
  ticketId: string,
  personId: string | null,
): Promise<{ b: Called | null; crew: { zh: string; en: string } | null }> {
  const { rows } = await db.raw(
    `select q.id, q.name, (select h.unit from radio_holders h where h.person_id = q.id and h.during @> now() order by h.unit limit 1) as unit
       from system_roles a join system_roles b on b.system_id = a.system_id and b.role = 'B' and b.during @> now()
       join systems s on s.id = a.system_id join people q on q.id = b.person_id and q.retired_at is null
      where a.role = 'A' and a.during @> now() and a.person_id = :person and b.person_id <> a.person_id order by s.code limit 1`,
    { person: personId },
  )
  const crews = await db.raw(
    `select w.name_zh as zh, w.name_en as en from tickets t join crews w on w.id = t.crew_id or (t.crew_id is null and w.line_id = t.line_id)
      where t.id = ? order by w.code limit 1`,
    [ticketId],
  )
  const [b] = rows
  return { b: b ? { personId: b.id, name: b.name, unit: b.unit } : null, crew: crews.rows[0] ?? null }
}
