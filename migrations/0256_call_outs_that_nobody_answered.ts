import type { Knex } from 'knex'

/**
 * A call-out that nobody answered is an alarm until somebody takes it over. Those of tickets that are over by now were
 * seen to without it.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    update radio_callouts o set state = 'cancelled', version = o.version + 1
      from tickets t where t.id = o.ticket_id and o.state = 'given_up' and t.state not in ('unassigned', 'in_progress');
    create index radio_callouts_given_up on radio_callouts (created_at) where state = 'given_up';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`drop index radio_callouts_given_up`)
}
