import type { Knex } from 'knex'

/** Calls, their legs, ring attempts, how the caller was identified, and what CEL has told so far. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table calls (
      id                uuid primary key,
      organisation_id   uuid not null references organisations,
      pbx_id            smallint not null references pbxs,
      boot_id           text not null,
      root_uniqueid     text not null,
      direction         text not null check (direction in ('inbound', 'outbound', 'callback')),
      campus_id         uuid references campuses,
      line_id           uuid references lines,
      state             text not null check (state in ('arrived', 'queued', 'offered', 'talking', 'ended')),
      outcome           text check (outcome in ('answered', 'abandoned', 'voicemail', 'callback_asked', 'refused', 'failed')),
      ended_by          text check (ended_by in ('caller', 'agent', 'system', 'pbx_restart')),
      ani_raw           text not null default '',
      ani_name_raw      text not null default '',
      ani               text not null default '',
      ani_name          text not null default '',
      dialled           text not null default '',
      diverted          text not null default '',
      number_id         uuid references numbers,
      place_id          uuid references places,
      unit_id           uuid references units,
      person_id         uuid references people,
      identified_how    text,
      confidence        smallint check (confidence between 0 and 100),
      first_taker_id    uuid references people,
      arrived_at        timestamptz not null,
      queued_at         timestamptz,
      answered_at       timestamptz,
      ended_at          timestamptz,
      waited_ms         integer,
      talk_ms           integer,
      hangup_cause      integer,
      recovered         boolean not null default false,
      unrecorded_why    text,
      version           integer not null default 1,
      constraint one_call_per_root_channel unique (pbx_id, boot_id, root_uniqueid),
      constraint ended_calls_have_an_outcome check (state <> 'ended' or (outcome is not null and ended_at is not null)),
      constraint answered_calls_have_a_time check (outcome <> 'answered' or answered_at is not null)
    );
    comment on column calls.id is 'the UUID the dialplan gave the call on entry; where none was heard, the uuid5 of (pbx, boot, root uniqueid)';
    comment on column calls.ani_raw is 'caller ID as heard, hex of the bytes when it held what text may not';
    create index calls_by_arrival on calls (arrived_at desc);
    create index calls_live on calls (state) where state <> 'ended';
    create index calls_by_place on calls (place_id, arrived_at desc);
    create index calls_by_ani on calls (ani, arrived_at desc);

    create table call_legs (
      id            uuid primary key default uuidv7(),
      call_id       uuid not null references calls,
      uniqueid      text not null,
      side          text not null check (side in ('caller', 'agent')),
      station       text,
      person_id     uuid references people,
      started_at    timestamptz not null,
      answered_at   timestamptz,
      ended_at      timestamptz,
      hangup_cause  integer,
      lost          boolean not null default false,
      constraint one_leg_per_channel unique (call_id, uniqueid)
    );
    create index call_legs_by_uniqueid on call_legs (uniqueid);

    create table leg_talks (
      leg_id   uuid not null references call_legs,
      from_at  timestamptz not null,
      to_at    timestamptz,
      primary key (leg_id, from_at)
    );
    comment on table leg_talks is 'when the leg stood in a bridge with another: its talk time, and where its voice lies on the time line';

    create table offers (
      id          uuid primary key default uuidv7(),
      call_id     uuid not null references calls,
      leg_uniqueid text not null,
      station     text not null,
      person_id   uuid references people,
      at          timestamptz not null,
      ended_at    timestamptz,
      outcome     text check (outcome in ('answered', 'no_answer', 'declined', 'cancelled', 'unreachable')),
      painted_at  timestamptz,
      constraint one_offer_per_leg unique (call_id, leg_uniqueid)
    );
    create index offers_by_person on offers (person_id, at desc);

    create table pbx_channels (
      pbx_id     smallint not null,
      boot_id    text not null,
      uniqueid   text not null,
      linkedid   text not null,
      call_id    uuid,
      first_at   timestamptz not null,
      primary key (pbx_id, boot_id, uniqueid)
    );
    comment on table pbx_channels is 'which call a channel belongs to; the alias table for Linkedid, which bridging replaces';
    create index pbx_channels_by_linkedid on pbx_channels (pbx_id, linkedid);

    create table cel_marks (
      pbx_id     smallint not null references pbxs,
      file       text not null,
      inode      bigint not null,
      byte_offset bigint not null default 0,
      read_at    timestamptz not null default now(),
      primary key (pbx_id, file)
    );

    create table recordings (
      id           uuid primary key default uuidv7(),
      call_id      uuid references calls,
      kind         text not null default 'call' check (kind in ('call', 'voicemail', 'radio')),
      state        text not null check (state in ('recording', 'filing', 'filed', 'missing', 'short')),
      vault_key    text,
      sha256       bytea,
      bytes        bigint,
      ms           integer,
      talk_ms      integer,
      findings     jsonb not null default '[]',
      peaks        bytea,
      started_at   timestamptz not null,
      filed_at     timestamptz,
      attempts     integer not null default 0,
      next_try_at  timestamptz,
      version      integer not null default 1,
      constraint filed_recordings_are_somewhere check (state <> 'filed' or (vault_key is not null and sha256 is not null))
    );
    create unique index one_recording_of_a_kind_per_call on recordings (call_id, kind) where kind <> 'radio';
    create index recordings_open on recordings (state) where state in ('recording', 'filing');
    alter table listenings add constraint listenings_are_of_a_recording foreign key (recording_id) references recordings;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`alter table listenings drop constraint listenings_are_of_a_recording;
    drop table recordings, cel_marks, pbx_channels, offers, leg_talks, call_legs, calls`)
}
