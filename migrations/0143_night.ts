import type { Knex } from 'knex'

/** The switch of a whole line: by its calendar, or night or day until somebody turns it back. Who turned it, and when. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table lines
      add column night text not null default 'auto' constraint a_line_is_at_night_by_hand_or_by_calendar check (night in ('auto', 'on', 'off')),
      add column night_since timestamptz,
      add column night_by uuid references people;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table lines drop column night, drop column night_since, drop column night_by')
}
