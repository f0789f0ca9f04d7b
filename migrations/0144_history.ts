import type { Knex } from 'knex'

/** What happened to one row of the directory, found in the journal without reading all of it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index journal_by_row on journal ((body ->> 'id')) where type = 'directory.changed';
    create index journal_by_person_granted on journal ((body ->> 'personId')) where type = 'grants.changed';
    create index journal_of_imports on journal (seq) where type = 'directory.imported';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index journal_by_row, journal_by_person_granted, journal_of_imports')
}
