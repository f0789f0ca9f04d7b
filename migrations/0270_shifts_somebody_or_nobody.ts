import type { Knex } from 'knex'

/**
 * A shift is a row before anybody holds it, so that a gap is seen before it is there; it is work, being on call at home,
 * or leave. Nobody is on two of one kind at a time. Whose organisation it is stands on the row: a vacant one has no person
 * to ask.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table shifts
      add column organisation_id uuid references organisations,
      add column kind text not null default 'work' check (kind in ('work', 'on_call', 'leave')),
      add column by_hand boolean not null default false,
      add column version integer not null default 1;
    update shifts s set organisation_id = p.organisation_id from people p where p.id = s.person_id;
    alter table shifts
      alter column organisation_id set not null,
      alter column person_id drop not null,
      drop constraint a_person_is_on_one_shift_at_a_time,
      add constraint a_person_is_on_one_shift_of_a_kind_at_a_time
        exclude using gist (person_id with =, kind with =, (coalesce(actual, planned)) with &&),
      add constraint leave_is_somebodys check (kind <> 'leave' or person_id is not null),
      add constraint a_shift_lasts check (not isempty(planned) and not isempty(coalesce(actual, planned)));
    drop index shifts_by_time;
    create index shifts_by_what_they_cover on shifts using gist ((coalesce(actual, planned)));
    create index shifts_by_person on shifts (person_id);
    comment on column shifts.person_id is 'null: vacant, nobody holds it yet';
    comment on column shifts.by_hand is 'changed by a person: a pattern that changes leaves it as it is';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    delete from shifts where person_id is null or kind <> 'work';
    drop index shifts_by_person, shifts_by_what_they_cover;
    create index shifts_by_time on shifts using gist (planned);
    alter table shifts
      drop constraint a_shift_lasts, drop constraint leave_is_somebodys,
      drop constraint a_person_is_on_one_shift_of_a_kind_at_a_time,
      alter column person_id set not null,
      drop column organisation_id, drop column kind, drop column by_hand, drop column version,
      add constraint a_person_is_on_one_shift_at_a_time
        exclude using gist (person_id with =, (coalesce(actual, planned)) with &&);
  `)
}
