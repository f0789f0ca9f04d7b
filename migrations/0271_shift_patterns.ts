import type { Knex } from 'knex'

/**
 * What repeats: on which days (RFC 5545), from which to which time of the clock on the wall, in which zone, how many
 * people, and who takes turns. Its shifts are rows of their own, one for each day and slot.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table shift_patterns (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      crew_id          uuid not null references crews,
      campus_id        uuid references campuses,
      name             text not null,
      kind             text not null default 'work' check (kind in ('work', 'on_call')),
      zone             text not null,
      rrule            text not null,
      first_day        date not null,
      last_day         date,
      starts           time not null,
      ends             time not null,
      slots            smallint not null check (slots between 1 and 20),
      rotates          boolean not null default false,
      by_id            uuid references people,
      ended_at         timestamptz,
      version          integer not null default 1,
      constraint a_pattern_ends_after_its_first_day check (last_day >= first_day)
    );
    create index shift_patterns_by_crew on shift_patterns (crew_id);
    comment on column shift_patterns.campus_id is 'null: of every campus';
    comment on column shift_patterns.rrule is 'RFC 5545 3.3.10 without DTSTART: first_day and starts in zone are its DTSTART';
    comment on column shift_patterns.ends is 'at or before starts: of the next day';
    create table shift_pattern_people (
      pattern_id  uuid not null references shift_patterns on delete cascade,
      position    smallint not null,
      person_id   uuid not null references people,
      primary key (pattern_id, position)
    );
    create table shift_pattern_exceptions (
      pattern_id  uuid not null references shift_patterns on delete cascade,
      day         date not null,
      primary key (pattern_id, day)
    );
    alter table shifts
      add column pattern_id uuid references shift_patterns,
      add column occurs_on date,
      add column slot smallint,
      add constraint a_shift_stands_once_in_its_pattern unique (pattern_id, occurs_on, slot),
      add constraint a_shift_of_a_pattern_has_a_day_and_a_slot
        check ((pattern_id is null) = (occurs_on is null) and (pattern_id is null) = (slot is null));
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table shifts drop column pattern_id, drop column occurs_on, drop column slot;
    drop table shift_pattern_exceptions, shift_pattern_people, shift_patterns;
  `)
}
