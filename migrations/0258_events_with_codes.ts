import type { Knex } from 'knex'

/** What stands on the timeline hangs on the event it tells of: the words can be deleted, and the journal stays. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table ticket_entries add column event_id uuid;
    comment on column ticket_entries.event_id is 'eventId of the event in the journal; null for what was written before events had one';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table ticket_entries drop column event_id')
}
