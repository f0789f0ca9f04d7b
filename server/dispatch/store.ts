/** Rules and their versions, decisions, offers, rungs: rows. */
import type { Db, Tx } from '../db/index.ts'
import type { AcceptedHow, DeclineReason, DispatchRules, OfferView, RungOutcome } from '../wire/dispatch.ts'
import type { Offer } from './offer.ts'
import type { Ranking } from './rank.ts'

export type RulesVersion = { versionId: string | null; body: DispatchRules }

/** The rules of a line now; undefined: nobody has changed them yet. */
export async function readRules(db: Db | Tx, organisationId: string, line: string): Promise<RulesVersion | undefined> {
  const row = await db('rule_versions as r')
    .join('lines as l', 'l.id', 'r.line_id')
    .where({ 'l.organisation_id': organisationId, 'l.code': line, 'r.kind': 'dispatch' })
    .whereRaw('r.during @> now()')
    .first('r.id', 'r.body')
  return row && { versionId: row.id, body: row.body }
}

/** What the rules of a line were, newest first. */
export async function readRulesHistory(db: Db, organisationId: string, line: string) {
  const rows = await db('rule_versions as r')
    .join('lines as l', 'l.id', 'r.line_id')
    .where({ 'l.organisation_id': organisationId, 'l.code': line, 'r.kind': 'dispatch' })
    .orderByRaw('lower(r.during) desc')
    .limit(100)
    .select('r.id', 'r.body', 'r.by_id', db.raw('lower(r.during) as from_at, upper(r.during) as to_at'))
  return rows.map((row) => ({
    versionId: row.id as string,
    body: row.body as DispatchRules,
    byId: row.by_id as string | null,
    from: row.from_at as Date,
    to: row.to_at as Date | null,
  }))
}

/** The version in force ends and this one begins. Undefined: there is no such line; false: `after` is not the one in force. */
export async function insertRules(
  tx: Tx,
  rules: { organisationId: string; line: string; body: DispatchRules; byId: string; after: string | null },
): Promise<string | false | undefined> {
  const line = await tx('lines')
    .where({ organisation_id: rules.organisationId, code: rules.line })
    .forUpdate()
    .first('id')
  if (!line) return undefined
  const of = { kind: 'dispatch', line_id: line.id }
  const now = await tx('rule_versions').where(of).whereRaw('upper_inf(during)').first('id')
  if ((now?.id ?? null) !== rules.after) return false
  if (now)
    await tx('rule_versions')
      .where({ id: now.id })
      .update({ during: tx.raw('tstzrange(lower(during), now())') })
  const [row] = await tx('rule_versions')
    .insert({
      ...of,
      organisation_id: rules.organisationId,
      body: JSON.stringify(rules.body),
      during: tx.raw('tstzrange(now(), null)'),
      by_id: rules.byId,
    })
    .returning('id')
  return row.id
}

export async function insertDecision(
  tx: Tx,
  decision: {
    organisationId: string
    ticketId: string
    ruleVersionId: string | null
    at: Date
    inputs: unknown
    ranking: Ranking
  },
): Promise<string> {
  const [row] = await tx('decisions')
    .insert({
      organisation_id: decision.organisationId,
      ticket_id: decision.ticketId,
      rule_version_id: decision.ruleVersionId,
      at: decision.at,
      inputs: JSON.stringify(decision.inputs),
      ranking: JSON.stringify(decision.ranking),
    })
    .returning('id')
  return row.id
}

// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
const offerOf = (row: any): Offer => ({
  id: row.id,
  organisationId: row.organisation_id,
  ticketId: row.ticket_id,
  round: row.round,
  to: { personId: row.person_id, crewId: row.crew_id, companyId: row.company_id },
  state: row.state,
  ways: row.ways,
  until: row.until,
  answeredById: row.answered_by_id,
})

/** One offer, nobody else's to change until this transaction ends. */
export async function holdOffer(tx: Tx, id: string): Promise<Offer | undefined> {
  const row = await tx('job_offers').where({ id }).forUpdate().first()
  return row && offerOf(row)
}
/** The ticket an offer is of: read before the ticket is held, so that all hold the ticket first. */
export async function ticketOfOffer(db: Db | Tx, id: string): Promise<string | undefined> {
  return (await db('job_offers').where({ id }).first('ticket_id'))?.ticket_id
}
/** Whether an offer is, or was, made to this person or to a crew of theirs. */
export async function isOfferedTo(db: Db | Tx, id: string, personId: string): Promise<boolean> {
  const row = await db('job_offers as o').where({ 'o.id': id }).whereRaw(TO_ME, { me: personId }).first('o.id')
  return row !== undefined
}
const TO_ME = `(o.person_id = :me or exists (select from crew_members m where m.crew_id = o.crew_id and m.person_id = :me and m.during @> now()))`

/** Everybody to whom a ticket is offered now, by themselves or with their crew. */
export async function offeredNow(tx: Tx, ticketId: string): Promise<string[]> {
  const { rows } = await tx.raw(
    `select o.person_id as id from job_offers o where o.ticket_id = :ticketId and o.state = 'open' and o.person_id is not null
     union select m.person_id from job_offers o join crew_members m on m.crew_id = o.crew_id and m.during @> now()
      where o.ticket_id = :ticketId and o.state = 'open'`,
    { ticketId },
  )
  return rows.map((row: { id: string }) => row.id)
}

/** The open offers of a ticket, held. */
export async function holdOpenOffers(tx: Tx, ticketId: string): Promise<Offer[]> {
  return (await tx('job_offers').where({ ticket_id: ticketId, state: 'open' }).orderBy('id').forUpdate()).map(offerOf)
}

/** What of a ticket's offers the next one needs, since somebody last had it: how many there were, who said no, who said nothing last. */
export async function pastOf(
  tx: Tx,
  ticketId: string,
): Promise<{ rounds: number; declined: string[]; silent: string | null }> {
  const { rows } = await tx.raw(
    `select coalesce(max(round), 0) as rounds,
            coalesce(array_agg(distinct answered_by_id) filter (where state = 'declined' and is_new), '{}') as declined,
            (array_agg(person_id order by round desc) filter (where state = 'lapsed' and is_new and person_id is not null))[1] as silent
       from (select o.*, o.round > coalesce(max(o.round) filter (where o.state = 'accepted') over (), 0) as is_new
               from job_offers o where o.ticket_id = ?) o`,
    [ticketId],
  )
  return rows[0]
}

/** Open offers count as load, or forty tickets in a minute would all go to one. */
export async function offeredTo(
  tx: Tx,
  personIds: string[],
  but: string,
): Promise<Map<string, { open: number; urgent: number }>> {
  const { rows } = await tx.raw(
    `select o.person_id, count(*)::int as open, count(*) filter (where t.priority = 1)::int as urgent
       from job_offers o join tickets t on t.id = o.ticket_id
      where o.person_id = any(?) and o.state = 'open' and o.ticket_id <> ? group by o.person_id`,
    [personIds, but],
  )
  return new Map(
    rows.map((row: { person_id: string; open: number; urgent: number }) => [
      row.person_id,
      { open: row.open, urgent: row.urgent },
    ]),
  )
}

export async function insertOffer(tx: Tx, offer: Offer & { decisionId: string | null; at: Date }): Promise<void> {
  await tx('job_offers').insert({
    id: offer.id,
    organisation_id: offer.organisationId,
    ticket_id: offer.ticketId,
    round: offer.round,
    person_id: offer.to.personId,
    crew_id: offer.to.crewId,
    company_id: offer.to.companyId,
    ways: offer.ways,
    decision_id: offer.decisionId,
    offered_at: offer.at,
    until: offer.until,
  })
}

/** Writes what became of an offer that is held. */
export async function saveOffer(
  tx: Tx,
  after: Offer,
  answer: { at: Date; how?: AcceptedHow; reason?: DeclineReason },
): Promise<void> {
  await tx('job_offers')
    .where({ id: after.id })
    .update({
      state: after.state,
      answered_by_id: after.answeredById,
      answered_at: answer.at,
      answered_how: answer.how ?? null,
      reason: answer.reason ?? null,
    })
}

export type RungRow = { id: string; organisationId: string; ticketId: string; run: number; n: number; step: number }

/** A ticket that nobody has waits for its first rung, as long as its line's rules say for its priority; by hand: for none. */
export async function putFirstRung(tx: Tx, ticketId: string, first: DispatchRules): Promise<void> {
  await tx.raw(
    `insert into rungs (organisation_id, ticket_id, run, n, step, due_at)
     select t.organisation_id, t.id, 1 + coalesce((select max(r.run) from rungs r where r.ticket_id = t.id), 0), 0, 0,
            now() + case p ->> 'mode' when 'at_once' then 0 else (p ->> 'afterS')::int end * interval '1 second'
       from tickets t left join rule_versions v on v.line_id = t.line_id and v.kind = 'dispatch' and upper_inf(v.during),
            lateral (select coalesce(v.body, cast(? as jsonb)) -> 'priorities' -> (t.priority::text)) as of (p)
      where t.id = ? and t.state = 'unassigned' and p ->> 'mode' <> 'by_hand'
     on conflict (ticket_id) where done_at is null do update set due_at = least(rungs.due_at, excluded.due_at)
       where rungs.n = 0`,
    [JSON.stringify({ priorities: first.priorities }), ticketId],
  )
}

/** Puts a rung to be climbed `inS` seconds from now. A ticket waits for one rung: another that waits is moved, not doubled. */
export async function putRung(
  tx: Tx,
  rung: {
    organisationId: string
    ticketId: string
    run: number
    n: number
    step: number
    inS: number
    byId: string | null
  },
): Promise<void> {
  await tx.raw(
    `insert into rungs (organisation_id, ticket_id, run, n, step, due_at, by_id)
     values (:organisationId, :ticketId, :run, :n, :step, clock_timestamp() + :inS * interval '1 second', :byId)
     on conflict (ticket_id) where done_at is null do update set due_at = least(rungs.due_at, excluded.due_at)`,
    rung,
  )
}
/** The rung a ticket waits for, held. */
export async function holdRung(tx: Tx, ticketId: string): Promise<RungRow | undefined> {
  const row = await tx('rungs').where({ ticket_id: ticketId }).whereNull('done_at').forUpdate().first()
  return row && rungOf(row)
}
/** A rung that was passed at once. */
export async function insertDoneRung(tx: Tx, rung: Omit<RungRow, 'id'> & { outcome: RungOutcome }): Promise<void> {
  await tx('rungs').insert({
    organisation_id: rung.organisationId,
    ticket_id: rung.ticketId,
    run: rung.run,
    n: rung.n,
    step: rung.step,
    due_at: tx.raw('now()'),
    done_at: tx.raw('now()'),
    outcome: rung.outcome,
  })
}
export async function endRung(tx: Tx, id: string, outcome: RungOutcome): Promise<void> {
  await tx('rungs')
    .where({ id })
    .update({ done_at: tx.raw('now()'), outcome })
}
/** The next run's number. */
export async function nextRun(tx: Tx, ticketId: string): Promise<number> {
  return ((await tx('rungs').where({ ticket_id: ticketId }).max('run as run').first())?.run ?? 0) + 1
}
// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
const rungOf = (row: any): RungRow => ({
  id: row.id,
  organisationId: row.organisation_id,
  ticketId: row.ticket_id,
  run: row.run,
  n: row.n,
  step: row.step,
})

/** Two tickets of one line are allocated one after the other: load is counted when it is given. */
export async function lockLine(tx: Tx, lineId: string): Promise<void> {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('dispatch ' || ?, 0))`, [lineId])
}

/** The offers of a ticket, oldest first; these; or those open to a person and their crews. */
export async function readOffers(
  db: Db | Tx,
  wanted: { ticketId: string } | { ids: string[] } | { openTo: string; organisationId: string },
): Promise<OfferView[]> {
  const query = db('job_offers as o').orderBy(['o.offered_at', 'o.id'])
  if ('ticketId' in wanted) query.where('o.ticket_id', wanted.ticketId)
  else if ('ids' in wanted) query.whereIn('o.id', wanted.ids)
  else
    query
      .where({ 'o.organisation_id': wanted.organisationId, 'o.state': 'open' })
      .whereRaw(TO_ME, { me: wanted.openTo })
  const rows = await query.limit(500).select('o.*')
  return rows.map((row) => ({
    offerId: row.id,
    ticketId: row.ticket_id,
    round: row.round,
    personId: row.person_id,
    crewId: row.crew_id,
    companyId: row.company_id,
    state: row.state,
    ways: row.ways,
    offeredAt: row.offered_at.toISOString(),
    until: row.until.toISOString(),
    answeredAt: row.answered_at?.toISOString() ?? null,
    answeredById: row.answered_by_id,
    answeredHow: row.answered_how,
    reason: row.reason,
  }))
}

/** Rungs that are due, oldest first; and when the next one will be. */
export async function dueRungs(db: Db, limit: number, but: readonly string[]) {
  const { rows } = await db.raw(
    `select now() as now, (select min(r.due_at) from rungs r where r.done_at is null and r.due_at > now()) as "nextAt",
            coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'ticketId', d.ticket_id, 'dueAt', d.due_at) order by d.due_at)
               from (select r.* from rungs r where r.done_at is null and r.due_at <= now() and r.id <> all(:but)
                      order by r.due_at limit :limit) d), '[]') as rows`,
    { but: [...but], limit },
  )
  const [{ now, nextAt, rows: due }] = rows
  return {
    now: now as Date,
    nextAt: nextAt as Date | null,
    rows: (due as { id: string; ticketId: string; dueAt: string }[]).map((row) => ({
      ...row,
      dueAt: new Date(row.dueAt),
    })),
  }
}

/** When the ladder of a ticket goes on by itself; null: it does not. */
export async function nextRungAt(db: Db | Tx, ticketId: string): Promise<Date | null> {
  return (await db('rungs').where({ ticket_id: ticketId }).whereNull('done_at').first('due_at'))?.due_at ?? null
}
