import type { Knex } from 'knex'

/** Shifts are written from the desk: of which campus, by whom; one person is on one shift at a time, as it really was. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table shifts
      add column campus_id uuid references campuses,
      add column by_id uuid references people,
      add constraint a_person_is_on_one_shift_at_a_time
        exclude using gist (person_id with =, (coalesce(actual, planned)) with &&);
    comment on column shifts.campus_id is 'null: of every campus';
    comment on column shifts.actual is 'once a shift ended otherwise than planned: what it really was';
    comment on column shifts.swapped_with is 'who was on this shift before it was handed over';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table shifts drop constraint a_person_is_on_one_shift_at_a_time, drop column by_id, drop column campus_id;
  `)
}
