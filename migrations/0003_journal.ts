import type { Knex } from 'knex'

/** The journal of all that happened, and the wishes that wait to be asked of Asterisk. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table journal (
      seq   bigint generated always as identity primary key,
      type  text not null,
      at    timestamptz not null,
      body  jsonb not null
    );
    comment on table journal is 'Append-only, ids and codes only: no names, numbers or free text, so that a person''s data can be deleted.';
    create index journal_by_call on journal ((body ->> 'callId')) where body ->> 'callId' is not null;
    create index journal_by_ticket on journal ((body ->> 'ticketId')) where body ->> 'ticketId' is not null;
    create function journal_is_never_changed() returns trigger language plpgsql as $$
      begin raise exception 'the journal is never changed'; end $$;
    create trigger journal_is_never_changed before update or delete on journal
      for each row execute function journal_is_never_changed();

    create table commands (
      id            bigint generated always as identity primary key,
      pbx_id        smallint not null references pbxs,
      verb          text not null,
      body          jsonb not null,
      asked_at      timestamptz not null default now(),
      not_after     timestamptz,
      sent_at       timestamptz,
      settled_at    timestamptz,
      outcome       text check (outcome in ('done', 'refused', 'expired', 'unknown')),
      answer        text
    );
    comment on table commands is 'anything asked of Asterisk: written in the transaction that wants it, sent after commit by the acting server';
    create index commands_waiting on commands (pbx_id, id) where settled_at is null;

    create table requests (
      key         text not null,
      person_id   uuid not null references people,
      route       text not null,
      body_hash   bytea not null,
      status      integer,
      answer      jsonb,
      at          timestamptz not null default now(),
      primary key (person_id, key)
    );
    comment on table requests is 'Idempotency-Key: twice is once';

    create table listenings (
      id            bigint generated always as identity primary key,
      recording_id  uuid not null,
      person_id     uuid not null references people,
      at            timestamptz not null default now(),
      from_address  inet,
      reason        text
    );
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table listenings, requests, commands, journal; drop function journal_is_never_changed')
}
