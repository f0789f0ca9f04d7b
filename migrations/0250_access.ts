import type { Knex } from 'knex'

/** What a person was given ends with the right to it: the phone, the queues, an answer kept for a repeated request. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table agents add column session_id uuid references sessions;
    comment on column agents.session_id is 'whose browser has the phone; null: signed in before this was kept';

    alter table requests add column rights bytea;
    comment on column requests.rights is 'SHA-256 of what the person was granted when the answer was made';

    create view agent_queues as
      select m.person_id, m.line_id
        from queue_members m
       where exists (select 1 from grants g
                      where g.person_id = m.person_id and g.role = 'agent' and g.during @> now()
                        and (g.line_id is null or g.line_id = m.line_id));
    comment on view agent_queues is 'the lines an agent takes and may take: a queue is named as its line';

    create table sign_in_devices (
      token_hash  bytea not null,
      person_id   uuid not null references people,
      made_at     timestamptz not null default now(),
      seen_at     timestamptz not null default now(),
      primary key (token_hash, person_id)
    );
    comment on table sign_in_devices is 'browsers in which a person has signed in before: a stranger''s guesses do not count against them';

    alter table sign_in_failures add column device_hash bytea;
    comment on column sign_in_failures.device_hash is 'the browser, where this person had signed in there before; null: a browser we do not know';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table sign_in_failures drop column device_hash;
    drop table sign_in_devices;
    drop view agent_queues;
    alter table requests drop column rights;
    alter table agents drop column session_id`)
}
