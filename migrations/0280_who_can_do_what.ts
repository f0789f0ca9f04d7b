import type { Knex } from 'knex'

/** What a crew can do, who leads it, which places are a person's own, and who agreed to be called off shift. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table crew_skills (
      crew_id      uuid not null references crews,
      category_id  uuid not null references categories,
      primary key (crew_id, category_id)
    );
    comment on table crew_skills is 'a crew without any does all of its line';

    create table person_zones (
      person_id  uuid not null references people,
      place_id   uuid not null references places,
      kind       text not null default 'own' check (kind in ('own', 'barred')),
      during     tstzrange not null default tstzrange(now(), null),
      constraint a_place_is_a_persons_once_at_a_time exclude using gist (person_id with =, place_id with =, during with &&)
    );
    comment on column person_zones.kind is 'barred: the place turns them away or wants an escort';

    alter table crew_members add column is_lead boolean not null default false;
    alter table people add column called_off_shift boolean not null default false;
    comment on column people.called_off_shift is 'agreed to be called when not on shift';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`alter table people drop column called_off_shift; alter table crew_members drop column is_lead;
    drop table person_zones, crew_skills`)
}
