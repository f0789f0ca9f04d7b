import type { Knex } from 'knex'

/** What we know of a call and its legs, kept apart from what follows from it, so that late news can be folded in. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table calls
      add column named_at          timestamptz,
      add column queue             text,
      add column callback_asked_at timestamptz,
      add column voicemail_at      timestamptz,
      add column voicemail_file    text,
      add column voicemail_ms      integer,
      add column told_over         jsonb;
    comment on column calls.told_over is 'the end as told outright (restart, lost channel), not read from the caller''s leg';
    comment on column calls.root_uniqueid is 'the channel that came first; "?" and the id while only later news of the call was heard';

    alter table call_legs
      add column rung_at      timestamptz,
      add column stopped_at   timestamptz,
      add column stopped_why  text,
      add column connected_at timestamptz,
      add column marks        jsonb not null default '[]',
      add column ended_by     text;
    comment on column call_legs.marks is 'in and out of a bridge, on and off hold, each with its time: as heard, from every source';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table call_legs drop column rung_at, drop column stopped_at, drop column stopped_why, drop column connected_at,
      drop column marks, drop column ended_by;
    alter table calls drop column named_at, drop column queue, drop column callback_asked_at, drop column voicemail_at,
      drop column voicemail_file, drop column voicemail_ms, drop column told_over;
  `)
}
