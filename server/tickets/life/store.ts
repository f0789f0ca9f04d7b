/** Rows of a ticket's life: causes, links, complaints, ratings, and what is due by itself. */
import type { Db, Tx } from '../../db/index.ts'
import type { CauseView } from '../../wire/life.ts'
import type { LinkKind } from '../../wire/tickets.ts'

const CAUSE = `k.id as "causeId", k.parent_id as "parentId", l.code as line, k.code, k.zh, k.en, k.retired_at is not null as retired`

/** Causes of a line, or of all: the upper level first, in their order. */
export async function readCauses(db: Db | Tx, organisationId: string, line?: string): Promise<CauseView[]> {
  const { rows } = await db.raw(
    `select ${CAUSE} from causes k join lines l on l.id = k.line_id
      where k.organisation_id = ? and (cast(? as text) is null or l.code = ?)
      order by l.sort, k.parent_id nulls first, k.sort, k.code`,
    [organisationId, line ?? null, line ?? null],
  )
  return rows
}

export async function readCause(db: Db | Tx, id: string): Promise<CauseView | undefined> {
  const { rows } = await db.raw(`select ${CAUSE} from causes k join lines l on l.id = k.line_id where k.id = ?`, [id])
  return rows[0]
}

export type NewCause = { code: string; zh: string; en: string; parentId: string | null }

/** Writes a cause anew or over the one of its code. Undefined: the line is not there. */
export async function putCause(
  tx: Tx,
  where: { organisationId: string; line: string },
  cause: NewCause & { retired: boolean },
): Promise<string | undefined> {
  const { rows } = await tx.raw(
    `insert into causes (organisation_id, line_id, parent_id, code, zh, en, sort, retired_at)
     select l.organisation_id, l.id, cast(:parentId as uuid), :code, :zh, :en,
            (select count(*)::int from causes o where o.line_id = l.id), case when :retired then now() end
       from lines l where l.organisation_id = :organisationId and l.code = :line
     on conflict (line_id, code) do update
       set parent_id = excluded.parent_id, zh = excluded.zh, en = excluded.en, retired_at = excluded.retired_at
     returning id`,
    { ...where, ...cause },
  )
  return rows[0]?.id
}

export type Link = { linkId: string; fromId: string; toId: string; kind: LinkKind; at: Date }

/** Links of a ticket that stand. */
export async function readLinks(db: Db | Tx, ticketId: string): Promise<Link[]> {
  const rows = await db('ticket_links')
    .where((either) => either.where({ from_id: ticketId }).orWhere({ to_id: ticketId }))
    .whereNull('undone_at')
    .orderBy('at')
    .select('id as linkId', 'from_id as fromId', 'to_id as toId', 'kind', 'at')
  return rows
}

/** Undefined: they are linked so already, or the first is merged or a part already. */
export async function insertLink(
  tx: Tx,
  link: { id: string; fromId: string; toId: string; kind: LinkKind; at: Date; byId: string | null },
): Promise<boolean> {
  const rows = await tx('ticket_links')
    .insert({
      ...{ id: link.id, from_id: link.fromId, to_id: link.toId, kind: link.kind, at: link.at, by_id: link.byId },
    })
    .onConflict()
    .ignore()
    .returning('id')
  return rows.length > 0
}

export async function undoLink(tx: Tx, id: string, at: Date): Promise<void> {
  await tx('ticket_links').where({ id }).update({ undone_at: at })
}

/** How many shares of other crews are not over, and whether this is one itself. */
export async function partsOf(tx: Db | Tx, ticketId: string): Promise<{ openParts: number; isPart: boolean }> {
  const { rows } = await tx.raw(
    `select count(*) filter (where k.to_id = :id and t.state in ('unassigned', 'in_progress'))::int as "openParts",
            coalesce(bool_or(k.from_id = :id), false) as "isPart"
       from ticket_links k join tickets t on t.id = k.from_id
      where k.kind = 'part' and k.undone_at is null and (k.to_id = :id or k.from_id = :id)`,
    { id: ticketId },
  )
  return rows[0]
}

export type Complaint = {
  complaintId: string
  aboutId: string | null
  words: string
  byId: string | null
  at: Date
  answerDueAt: Date
  answer: string | null
  answeredById: string | null
  answeredAt: Date | null
}

export async function readComplaints(db: Db | Tx, ticketId: string): Promise<Complaint[]> {
  const rows = await db('complaints').where({ ticket_id: ticketId }).orderBy('at').select('*')
  return rows.map((row) => ({
    complaintId: row.id,
    aboutId: row.about_id,
    words: row.words,
    byId: row.by_id,
    at: row.at,
    answerDueAt: row.answer_due_at,
    answer: row.answer,
    answeredById: row.answered_by_id,
    answeredAt: row.answered_at,
  }))
}

export async function insertComplaint(
  tx: Tx,
  ticketId: string,
  complaint: { id: string; aboutId: string | null; words: string; byId: string; at: Date; answerDueAt: Date },
): Promise<void> {
  await tx('complaints').insert({
    ...{ id: complaint.id, ticket_id: ticketId, about_id: complaint.aboutId, words: complaint.words },
    ...{ by_id: complaint.byId, at: complaint.at, answer_due_at: complaint.answerDueAt },
  })
}

/** False: it is answered already. */
export async function answerComplaint(
  tx: Tx,
  complaintId: string,
  answer: { words: string; byId: string; at: Date },
): Promise<boolean> {
  const done = await tx('complaints')
    .where({ id: complaintId })
    .whereNull('answered_at')
    .update({ answer: answer.words, answered_by_id: answer.byId, answered_at: answer.at })
  return done > 0
}

/** A vote that is changed: the one before is kept. */
export async function insertRating(
  tx: Tx,
  ticketId: string,
  rating: { stars: number; words: string; byId: string; at: Date },
): Promise<void> {
  await tx.raw(
    `insert into ratings (ticket_id, n, stars, words, by_id, at)
     select :ticketId, coalesce(max(n), 0) + 1, :stars, :words, :byId, :at from ratings where ticket_id = :ticketId`,
    { ticketId, ...rating },
  )
}

export type Due = { id: string; dueAt: Date; kind: 'waiting' | 'verify' }

/** Tickets whose wait is over, and those that the ward said nothing about in time. */
export async function dueTickets(
  db: Db,
  limit: number,
  but: readonly string[],
): Promise<{ rows: Due[]; now: Date; nextAt: Date | null }> {
  const due = `select id, waiting_until as "dueAt", 'waiting' as kind from tickets where waiting_for is not null
     union all select id, verify_by, 'verify' from tickets where verify_by is not null`
  const { rows } = await db.raw(
    `select * from (${due}) d where "dueAt" <= clock_timestamp() and not (id = any(?::uuid[])) order by "dueAt" limit ?`,
    [[...but], limit],
  )
  const { rows: times } = await db.raw(
    `select clock_timestamp() as now, (select min("dueAt") from (${due}) d where "dueAt" > clock_timestamp()) as "nextAt"`,
  )
  return { rows, ...times[0] }
}

/** Holds a ticket unless another server has it. */
export async function skipHeld(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await tx.raw('select id from tickets where id = ? for update skip locked', [id])
  return rows.length > 0
}
