import type { Knex } from 'knex'

/** What is wrong with a call's recording stands until somebody has said that they know of it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table recording_acknowledgements (
      call_id  uuid not null references calls,
      kind     text not null check (kind in ('recording_missing', 'recording_short', 'unrecorded')),
      by_id    uuid references people,
      at       timestamptz not null default now(),
      primary key (call_id, kind)
    );
    comment on column recording_acknowledgements.by_id is 'null: it had gone by itself after a day, before this was kept';

    create index recordings_gone_wrong on recordings (call_id) where state in ('missing', 'short');
    create index calls_unrecorded on calls (id) where unrecorded_why is not null;

    create view recording_alarms as
      select w.kind, w.call_id, w.at, a.at as acknowledged_at, a.by_id as acknowledged_by
        from (select 'recording_' || state as kind, call_id, min(started_at) as at
                from recordings where state in ('missing', 'short') and call_id is not null group by state, call_id
              union all
              select 'unrecorded', id, arrived_at from calls where unrecorded_why is not null) w
        left join recording_acknowledgements a on a.call_id = w.call_id and a.kind = w.kind;

    insert into recording_acknowledgements (call_id, kind)
      select call_id, kind from recording_alarms where at < now() - interval '1 day';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop view recording_alarms;
    drop index calls_unrecorded;
    drop index recordings_gone_wrong;
    drop table recording_acknowledgements`)
}
