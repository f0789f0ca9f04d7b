import type { Knex } from 'knex'

/** Radio ports, the handhelds that speak on them, what was said, patches, emergencies, call-outs. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table radio_ports (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      pbx_id           smallint not null references pbxs,
      campus_id        uuid not null references campuses,
      code             text not null,
      name_zh          text not null,
      name_en          text not null,
      endpoint         text not null,
      sort             integer not null default 0,
      profile          jsonb not null default '{}',
      enabled          boolean not null default false,
      commissioned_at  timestamptz,
      retired_at       timestamptz,
      version          integer not null default 1,
      constraint radio_port_codes_are_unique_in_an_organisation unique (organisation_id, code),
      constraint one_port_per_gateway unique (pbx_id, endpoint),
      constraint enabled_ports_were_commissioned check (not enabled or commissioned_at is not null)
    );
    comment on column radio_ports.profile is 'the gateway profile of radio/profile.ts: PTT and COR modes, timers, unit identification, jitter buffer';

    create table radio_commissionings (
      id             uuid primary key default uuidv7(),
      port_id        uuid not null references radio_ports,
      began_at       timestamptz not null,
      ended_at       timestamptz,
      by_id          uuid references people,
      passed         boolean,
      report         jsonb not null default '{}'
    );

    create table radio_units (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      campus_id        uuid not null references campuses,
      code             text not null,
      alias            text not null default '',
      gateway_id       text,
      mdc1200_id       text,
      five_tone_id     text,
      dtmf_id          text,
      crew_id          uuid references crews,
      retired_at       timestamptz,
      version          integer not null default 1,
      constraint handheld_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );
    create unique index one_unit_per_dtmf_id on radio_units (organisation_id, dtmf_id) where retired_at is null;
    create unique index one_unit_per_mdc1200_id on radio_units (organisation_id, mdc1200_id) where retired_at is null;
    create unique index one_unit_per_five_tone_id on radio_units (organisation_id, five_tone_id) where retired_at is null;
    create unique index one_unit_per_gateway_id on radio_units (organisation_id, gateway_id) where retired_at is null;
    alter table radio_holders
      add column id uuid not null default uuidv7(),
      add column by_id uuid references people,
      add constraint a_person_holds_a_handheld_once exclude using gist (person_id with =, unit with =, during with &&);
    comment on column radio_holders.unit is 'the code of radio_units';

    create table radio_segments (
      id            uuid primary key default uuidv7(),
      port_id       uuid not null references radio_ports,
      name          text not null unique,
      recording_id  uuid references recordings,
      rx_from       timestamptz,
      tx_from       timestamptz,
      from_at       timestamptz not null,
      to_at         timestamptz
    );
    comment on table radio_segments is 'pieces of the continuous recording, about an hour each; received left, transmitted right';
    create index radio_segments_by_time on radio_segments (port_id, from_at desc);

    create table radio_overs (
      id             uuid primary key,
      organisation_id uuid not null references organisations,
      port_id        uuid not null references radio_ports,
      campus_id      uuid not null references campuses,
      kind           text not null check (kind in ('rx', 'tx', 'announcement', 'relay', 'phone', 'test')),
      epoch          bigint not null,
      from_at        timestamptz not null,
      to_at          timestamptz,
      ended_by       text,
      overlap        boolean not null default false,
      emergency      boolean not null default false,
      short          boolean not null default false,
      person_id      uuid references people,
      unit_code      text,
      holder_id      uuid references people,
      known_how      text,
      confidence     smallint check (confidence between 0 and 100),
      raw_id         text,
      tagged_by_id   uuid references people,
      ticket_id      uuid references tickets,
      attached_how   text check (attached_how in ('desk', 'unit_job', 'announcement', 'hand', 'emergency')),
      call_id        uuid references calls,
      words          text,
      constraint ended_overs_say_why check ((to_at is null) = (ended_by is null)),
      constraint attached_overs_say_how check ((ticket_id is null) = (attached_how is null))
    );
    create index radio_overs_newest on radio_overs (organisation_id, from_at desc, id desc);
    create index radio_overs_by_port on radio_overs (port_id, from_at desc);
    create index radio_overs_by_ticket on radio_overs (ticket_id, from_at) where ticket_id is not null;
    create index radio_overs_untagged on radio_overs (organisation_id, from_at desc) where ticket_id is null and not short;
    create index radio_overs_open on radio_overs (port_id) where to_at is null;

    create table radio_patches (
      id          uuid primary key default uuidv7(),
      organisation_id uuid not null references organisations,
      ports       uuid[] not null,
      call_id     uuid references calls,
      by_id       uuid references people,
      from_at     timestamptz not null default now(),
      to_at       timestamptz,
      parted_by_id uuid references people
    );
    create table radio_patch_ports (
      patch_id  uuid not null references radio_patches,
      port_id   uuid not null references radio_ports,
      during    tstzrange not null default tstzrange(now(), null),
      primary key (patch_id, port_id),
      constraint a_port_is_in_one_patch_at_a_time exclude using gist (port_id with =, during with &&)
    );

    create table radio_emergencies (
      id           uuid primary key default uuidv7(),
      organisation_id uuid not null references organisations,
      port_id      uuid not null references radio_ports,
      unit_code    text,
      over_id      uuid,
      raised_how   text not null check (raised_how in ('unit_code', 'button', 'agent', 'lone_worker')),
      raised_at    timestamptz not null,
      ticket_id    uuid references tickets,
      acked_at     timestamptz,
      acked_by_id  uuid references people,
      cleared_at   timestamptz,
      cleared_by_id uuid references people,
      clear_reason text,
      constraint cleared_emergencies_were_acknowledged check (cleared_at is null or (acked_at is not null and clear_reason is not null))
    );
    create index radio_emergencies_latched on radio_emergencies (organisation_id) where cleared_at is null;

    create table radio_callouts (
      id           uuid primary key default uuidv7(),
      ticket_id    uuid not null references tickets,
      port_id      uuid not null references radio_ports,
      by_id        uuid references people,
      language     text not null check (language in ('zh-CN', 'en')),
      words        text not null,
      state        text not null check (state in ('saying', 'waiting', 'acknowledged', 'given_up', 'cancelled')),
      tier         text not null default 'A' check (tier in ('A', 'B', 'crew', 'supervisor')),
      tries        integer not null default 0,
      to_person_id uuid references people,
      ack_code     text,
      wait_until   timestamptz,
      created_at   timestamptz not null default now(),
      version      integer not null default 1
    );
    create index radio_callouts_waiting on radio_callouts (wait_until) where state in ('saying', 'waiting');
    create table radio_callout_steps (
      id          uuid primary key default uuidv7(),
      callout_id  uuid not null references radio_callouts,
      at          timestamptz not null,
      step        text not null,
      tier        text,
      unit_code   text,
      person_id   uuid references people,
      how         text
    );

    alter table tickets drop constraint tickets_source_check;
    alter table tickets add constraint tickets_source_check check (source in ('call', 'voicemail', 'desk', 'web', 'radio'));
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table tickets drop constraint tickets_source_check;
    alter table tickets add constraint tickets_source_check check (source in ('call', 'voicemail', 'desk', 'web'));
    drop table radio_callout_steps, radio_callouts, radio_emergencies, radio_patch_ports, radio_patches, radio_overs,
      radio_segments, radio_units, radio_commissionings, radio_ports;
    alter table radio_holders drop constraint a_person_holds_a_handheld_once, drop column by_id, drop column id;
  `)
}
