import type { Knex } from 'knex'

/**
 * Events of before say which fields changed and not to what, so a fold of them does not know how a ticket stands. One
 * event for each ticket says it, in codes; from here on a fold of a ticket's events ends in its row.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    select pg_advisory_xact_lock(7001);
    insert into journal (type, at, body)
    select 'ticket.stood', now(), jsonb_build_object('eventId', gen_random_uuid(), 'ticketId', t.id, 'version', t.version, 'stands', jsonb_build_object(
        'id', t.id, 'organisationId', t.organisation_id, 'year', t.year, 'number', t.number, 'campusId', t.campus_id, 'campus', c.code,
        'lineId', t.line_id, 'line', l.code, 'kind', t.kind, 'state', t.state, 'reporterId', t.reporter_id, 'unitId', t.unit_id,
        'reportedPlaceId', t.reported_place_id, 'confirmedPlaceId', t.confirmed_place_id, 'reportedCategoryId', t.reported_category_id,
        'confirmedCategoryId', t.confirmed_category_id, 'reportedImpact', t.reported_impact, 'reportedUrgency', t.reported_urgency)
      || jsonb_build_object(
        'confirmedImpact', t.confirmed_impact, 'confirmedUrgency', t.confirmed_urgency, 'priority', t.priority,
        'firstTakerId', t.first_taker_id, 'assigneeId', t.assignee_id, 'crewId', t.crew_id, 'resolution', t.resolution, 'urged', t.urged,
        'repeat', t.repeat_flag, 'source', t.source, 'reportedAt', t.reported_at, 'respondedAt', t.responded_at,
        'finishedAt', t.finished_at, 'version', t.version))
      from tickets t join campuses c on c.id = t.campus_id join lines l on l.id = t.line_id
     order by t.reported_at, t.id;
  `)
}

/** The journal is never changed: what it says of how they stood stays true. */
export async function down(): Promise<void> {}
