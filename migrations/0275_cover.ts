import type { Knex } from 'knex'

/** What must be covered, crew by campus by system and hours, and the gaps that were found in it before they were there. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table cover_needs (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      crew_id          uuid not null references crews,
      campus_id        uuid references campuses,
      system_id        uuid references systems,
      weekdays         smallint[] not null,
      zone             text not null,
      starts           time not null,
      ends             time not null,
      least            smallint not null check (least between 1 and 20),
      on_call_counts   boolean not null default false,
      by_id            uuid references people,
      ended_at         timestamptz,
      version          integer not null default 1,
      constraint a_need_names_days_of_the_week check (weekdays <@ '{1,2,3,4,5,6,7}' and cardinality(weekdays) > 0)
    );
    create unique index a_need_stands_once on cover_needs
      (organisation_id, crew_id, campus_id, system_id, weekdays, starts, ends) nulls not distinct where ended_at is null;
    comment on column cover_needs.campus_id is 'null: at any campus';
    comment on column cover_needs.system_id is 'not null: by its A or its B';
    comment on column cover_needs.weekdays is 'of the day on which it begins; 1 is Monday';
    comment on column cover_needs.ends is 'at or before starts: of the next day';
    create table cover_gaps (
      id         uuid primary key default uuidv7(),
      need_id    uuid not null references cover_needs,
      during     tstzrange not null,
      have       smallint not null,
      found_at   timestamptz not null,
      closed_at  timestamptz,
      constraint a_gap_lasts check (not isempty(during)),
      constraint a_gap_is_open_once exclude using gist (need_id with =, during with &&) where (closed_at is null)
    );
    comment on column cover_gaps.have is 'how few there are at its worst';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table cover_gaps, cover_needs')
}
