import type { Knex } from 'knex'

/** Who asked whom to take which shift, for which one in return, and what became of it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table shift_changes (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      shift_id         uuid not null references shifts on delete cascade,
      for_shift_id     uuid references shifts on delete cascade,
      from_id          uuid not null references people,
      to_id            uuid not null references people,
      state            text not null check (state in ('asked', 'agreed', 'refused', 'withdrawn', 'seen')),
      asked_at         timestamptz not null,
      agreed_at        timestamptz,
      seen_at          timestamptz,
      seen_by_id       uuid references people,
      constraint nobody_swaps_with_themselves check (from_id <> to_id),
      constraint an_agreed_swap_says_when check ((state in ('agreed', 'seen')) = (agreed_at is not null)),
      constraint a_seen_swap_says_who_saw_it check ((state = 'seen') = (seen_at is not null and seen_by_id is not null))
    );
    create unique index a_shift_is_asked_of_one_person_once on shift_changes (shift_id, to_id) where state = 'asked';
    create index shift_changes_by_time on shift_changes (organisation_id, asked_at);
    comment on column shift_changes.for_shift_id is 'null: taken over for nothing in return';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table shift_changes')
}
