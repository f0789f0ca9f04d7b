import type { Knex } from 'knex'

/** Tickets, what hangs on them, callbacks owed and written reasons. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create function cjk_grams(t text) returns text[] language sql immutable strict parallel safe as $$
      select coalesce(array_agg(distinct g), '{}') from (
        select substr(w, i, 2) g from regexp_split_to_table(lower(t), '[^[:alnum:]]+') w, generate_series(1, greatest(length(w) - 1, 1)) i
        where w <> '') s
    $$;
    comment on function cjk_grams is 'two-character pieces of the text, for a GIN index that finds two Chinese characters';

    create table categories (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      line_id          uuid not null references lines,
      parent_id        uuid references categories,
      code             text not null,
      label_zh         text not null,
      label_en         text not null,
      needs_ip         boolean not null default false,
      sort             integer not null default 0,
      retired_at       timestamptz,
      constraint category_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );

    create table priorities (
      impact    smallint not null check (impact between 1 and 3),
      urgency   smallint not null check (urgency between 1 and 3),
      priority  smallint not null check (priority between 1 and 4),
      primary key (impact, urgency)
    );
    insert into priorities values (1,1,1),(1,2,2),(1,3,3),(2,1,2),(2,2,3),(2,3,3),(3,1,3),(3,2,4),(3,3,4);
    comment on table priorities is 'impact x urgency -> priority; 1 is most';

    create table ticket_years (
      organisation_id  uuid not null references organisations,
      year             integer not null,
      last             integer not null default 0,
      primary key (organisation_id, year)
    );

    create table tickets (
      id                     uuid primary key default uuidv7(),
      organisation_id        uuid not null references organisations,
      year                   integer not null,
      number                 integer not null,
      campus_id              uuid not null references campuses,
      line_id                uuid not null references lines,
      kind                   text not null default 'incident' check (kind in ('incident', 'service_request', 'voicemail')),
      state                  text not null default 'unassigned' check (state in ('unassigned', 'in_progress', 'done', 'withdrawn', 'unresolved')),
      what                   text not null default '',
      notes                  text not null default '',
      contact_number         text not null default '',
      reporter_id            uuid references people,
      reporter_name          text not null default '',
      unit_id                uuid references units,
      unit_snapshot          jsonb,
      reported_place_id      uuid references places,
      confirmed_place_id     uuid references places,
      place_text             text not null default '',
      reported_category_id   uuid references categories,
      confirmed_category_id  uuid references categories,
      reported_impact        smallint not null default 3 check (reported_impact between 1 and 3),
      reported_urgency       smallint not null default 3 check (reported_urgency between 1 and 3),
      confirmed_impact       smallint check (confirmed_impact between 1 and 3),
      confirmed_urgency      smallint check (confirmed_urgency between 1 and 3),
      priority               smallint not null default 4 check (priority between 1 and 4),
      ip_address             inet,
      first_taker_id         uuid references people,
      assignee_id            uuid references people,
      crew_id                uuid references crews,
      resolution             text check (resolution in ('phone', 'remote', 'on_site')),
      fault_cause            text,
      urged                  integer not null default 0,
      repeat_flag            boolean not null default false,
      source                 text not null check (source in ('call', 'voicemail', 'desk', 'web')),
      reported_at            timestamptz not null,
      responded_at           timestamptz,
      finished_at            timestamptz,
      reviewed_at            timestamptz,
      accepted_at            timestamptz,
      version                integer not null default 1,
      grams                  text[] generated always as (cjk_grams(what || ' ' || notes || ' ' || place_text || ' ' || contact_number || ' ' || reporter_name)) stored,
      constraint ticket_numbers_are_unique_in_a_year unique (organisation_id, year, number),
      constraint done_tickets_say_how check (state <> 'done' or (resolution is not null and finished_at is not null)),
      constraint tickets_in_progress_have_somebody check (state <> 'in_progress' or assignee_id is not null or crew_id is not null)
    );
    create index tickets_newest on tickets (organisation_id, reported_at desc, id desc);
    create index tickets_by_state on tickets (organisation_id, state, reported_at desc, id desc);
    create index tickets_by_line on tickets (organisation_id, line_id, reported_at desc, id desc);
    create index tickets_open_by_place on tickets (reported_place_id) where state in ('unassigned', 'in_progress');
    create index tickets_open_by_reporter on tickets (reporter_id) where state in ('unassigned', 'in_progress');
    create index tickets_by_assignee on tickets (assignee_id, reported_at desc) where state = 'in_progress';
    create index tickets_by_words on tickets using gin (grams);

    create table ticket_calls (
      call_id    uuid not null references calls,
      ticket_id  uuid not null references tickets,
      relation   text not null check (relation in ('opened', 'same_fault', 'urge', 'callback', 'also')),
      at         timestamptz not null default now(),
      primary key (call_id, ticket_id)
    );
    create unique index a_call_belongs_to_one_ticket on ticket_calls (call_id) where relation <> 'also';
    create index ticket_calls_by_ticket on ticket_calls (ticket_id);

    create table callbacks (
      id          uuid primary key default uuidv7(),
      organisation_id uuid not null references organisations,
      call_id     uuid not null unique references calls,
      campus_id   uuid references campuses,
      line_id     uuid references lines,
      number      text not null,
      place_id    uuid references places,
      owed_at     timestamptz not null,
      why         text not null check (why in ('abandoned', 'asked', 'voicemail')),
      taken_by    uuid references people,
      taken_at    timestamptz,
      lease_until timestamptz,
      tries       integer not null default 0,
      cleared_at  timestamptz,
      cleared_how text check (cleared_how in ('called_back', 'caller_got_through', 'place_got_through', 'ticket_exists', 'unreachable', 'by_hand')),
      cleared_by  uuid references people,
      cleared_call_id uuid references calls,
      note        text,
      constraint cleared_callbacks_say_how check ((cleared_at is null) = (cleared_how is null))
    );
    create index callbacks_owed on callbacks (organisation_id, owed_at) where cleared_at is null;

    create table call_reasons (
      call_id    uuid primary key references calls,
      reason     text not null check (reason in ('wrong_number', 'test_call', 'caller_silent', 'asked_only', 'internal', 'hung_up_in_notice', 'outbound', 'technical')),
      note       text,
      by_id      uuid references people,
      at         timestamptz not null
    );
    comment on table call_reasons is 'why an ended call has neither a ticket nor a callback owed';

    create table ticket_entries (
      id         uuid primary key default uuidv7(),
      ticket_id  uuid not null references tickets,
      at         timestamptz not null default now(),
      by_id      uuid references people,
      kind       text not null,
      body       jsonb not null default '{}'
    );
    comment on table ticket_entries is 'the timeline in words: what was noted or changed, from what to what';
    create index ticket_entries_by_ticket on ticket_entries (ticket_id, at);

    create table attachments (
      id          uuid primary key default uuidv7(),
      ticket_id   uuid not null references tickets,
      name        text not null,
      media_type  text not null,
      bytes       bigint not null,
      vault_key   text not null,
      sha256      bytea not null,
      data_class  text not null check (data_class in ('operational', 'clinical')),
      by_id       uuid references people,
      at          timestamptz not null default now()
    );
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`drop table attachments, ticket_entries, call_reasons, callbacks, ticket_calls, tickets, ticket_years, priorities, categories;
    drop function cjk_grams(text)`)
}
