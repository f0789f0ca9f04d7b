import type { Knex } from 'knex'

/** What one shift lead hands to the next, item by item, and which of them the next one has acknowledged. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table handovers (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      campus_id        uuid not null references campuses,
      from_id          uuid not null references people,
      to_id            uuid not null references people,
      state            text not null check (state in ('open', 'taken', 'withdrawn')),
      begun_at         timestamptz not null,
      ended_at         timestamptz,
      constraint nobody_hands_over_to_themselves check (from_id <> to_id),
      constraint a_handover_that_is_over_says_since_when check ((state = 'open') = (ended_at is null))
    );
    create unique index one_open_handover_per_giver on handovers (campus_id, from_id) where state = 'open';
    create index handovers_by_time on handovers (organisation_id, begun_at);
    create table handover_items (
      id               uuid primary key default uuidv7(),
      handover_id      uuid not null references handovers,
      position         smallint not null,
      kind             text not null check (kind in ('ticket', 'callback', 'handheld', 'night_phone', 'note', 'nothing')),
      subject_id       uuid,
      code             text,
      note             text,
      acknowledged_at  timestamptz,
      constraint an_item_stands_at_one_place unique (handover_id, position),
      constraint tickets_and_callbacks_are_named check ((kind in ('ticket', 'callback')) = (subject_id is not null)),
      constraint handhelds_and_phones_have_a_code check ((kind in ('handheld', 'night_phone')) = (code is not null)),
      constraint only_notes_have_words check ((kind = 'note') = (note is not null))
    );
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table handover_items, handovers')
}
