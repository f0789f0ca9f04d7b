import type { Knex } from 'knex'

/** By which ways somebody on a shift was proven to be reachable: a page they pressed, a telephone they answered, the air. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table reachabilities (
      shift_id   uuid not null references shifts on delete cascade,
      way        text not null check (way in ('page', 'phone', 'radio')),
      proven_at  timestamptz not null default now(),
      by_id      uuid references people,
      constraint a_way_is_proven_once_a_shift primary key (shift_id, way)
    );
    comment on column reachabilities.by_id is 'who noted it for them; null: it was heard by the desk itself';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table reachabilities')
}
