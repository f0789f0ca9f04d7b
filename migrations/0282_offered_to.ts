import type { Knex } from 'knex'

/** Whom a ticket is offered to now: until the offer ends they see it, and hear the caller's own words. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table tickets add column offered_ids uuid[] not null default '{}';
    create index tickets_by_offer on tickets using gin (offered_ids) where offered_ids <> '{}';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table tickets drop column offered_ids')
}
