import type { Knex } from 'knex'

/** What happens to a ticket between accepted and verified: causes, arrival, waiting, review, the ward's word, links, complaints. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table causes (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      line_id          uuid not null references lines,
      parent_id        uuid references causes,
      code             text not null,
      zh               text not null,
      en               text not null,
      sort             integer not null default 0,
      retired_at       timestamptz,
      unique (line_id, code)
    );
    comment on table causes is 'why things break, in two levels for each line; a ticket names one of the lower';

    alter table tickets rename column accepted_at to verified_at;
    alter table tickets
      add column cause_id       uuid references causes,
      add column survivor_id    uuid references tickets,
      add column waiting_for    text check (waiting_for in ('ward', 'vendor', 'part', 'window')),
      add column waiting_until  timestamptz,
      add column arrived_at     timestamptz,
      add column verify_by      timestamptz,
      add column returned       integer not null default 0,
      add column moved          integer not null default 0,
      add column escalated      boolean not null default false,
      add column act_by         timestamptz,
      add column stars          smallint check (stars between 1 and 5),
      add column acted_version  integer not null default 0,
      add constraint tickets_survive_as_another check (survivor_id <> id),
      add constraint tickets_wait_while_in_progress check (waiting_for is null or (state = 'in_progress' and waiting_until is not null));
    comment on column tickets.survivor_id is 'merged: the ticket its number leads to';
    comment on column tickets.returned is 'how often it came back: returned, sent back by review, or not fixed';
    comment on column tickets.moved is 'how often it went to another line';
    comment on column tickets.act_by is 'instructed: a supervisor asks for an answer by then';
    comment on column tickets.acted_version is 'the version at the last act; what was shown before it is out of date';
    alter table tickets drop constraint tickets_source_check;
    alter table tickets add constraint tickets_source_check
      check (source in ('call', 'voicemail', 'desk', 'web', 'radio', 'chat', 'in_person', 'from_above'));
    create index tickets_waiting on tickets (waiting_until) where waiting_for is not null;
    create index tickets_to_verify on tickets (verify_by) where verify_by is not null;
    create index tickets_merged_into on tickets (survivor_id) where survivor_id is not null;

    create table ticket_links (
      id          uuid primary key default uuidv7(),
      from_id     uuid not null references tickets,
      to_id       uuid not null references tickets,
      kind        text not null check (kind in ('duplicate', 'part', 'related')),
      at          timestamptz not null,
      by_id       uuid references people,
      undone_at   timestamptz,
      check (from_id <> to_id)
    );
    comment on table ticket_links is 'duplicate: from was merged into to; part: from is another crew''s share of to';
    create unique index a_ticket_is_merged_once on ticket_links (from_id) where kind = 'duplicate' and undone_at is null;
    create unique index a_ticket_is_part_of_one on ticket_links (from_id) where kind = 'part' and undone_at is null;
    create unique index two_tickets_are_linked_once on ticket_links (least(from_id, to_id), greatest(from_id, to_id), kind) where undone_at is null;
    create index links_by_to on ticket_links (to_id);

    create table complaints (
      id              uuid primary key default uuidv7(),
      ticket_id       uuid not null references tickets,
      about_id        uuid references people,
      words           text not null,
      by_id           uuid references people,
      at              timestamptz not null,
      answer_due_at   timestamptz not null,
      answer          text,
      answered_by_id  uuid references people,
      answered_at     timestamptz,
      check ((answer is null) = (answered_at is null))
    );
    create index complaints_by_ticket on complaints (ticket_id);
    create index complaints_unanswered on complaints (answer_due_at) where answered_at is null;

    create table ratings (
      ticket_id  uuid not null references tickets,
      n          integer not null,
      stars      smallint not null check (stars between 1 and 5),
      words      text not null default '',
      by_id      uuid references people,
      at         timestamptz not null,
      primary key (ticket_id, n)
    );
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table ratings, complaints, ticket_links;
    update tickets set source = 'desk' where source in ('chat', 'in_person', 'from_above');
    alter table tickets drop constraint tickets_source_check;
    alter table tickets add constraint tickets_source_check check (source in ('call', 'voicemail', 'desk', 'web', 'radio'));
    alter table tickets drop column cause_id, drop column survivor_id, drop column waiting_for, drop column waiting_until,
      drop column arrived_at, drop column verify_by, drop column returned,
      drop column moved, drop column escalated, drop column act_by, drop column stars, drop column acted_version;
    alter table tickets rename column verified_at to accepted_at;
    drop table causes;
  `)
}
