import type { Knex } from 'knex'

/** Organisations, campuses, exchanges, lines, places, units: where everything else hangs. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create extension if not exists btree_gist;

    create table organisations (
      id          uuid primary key default uuidv7(),
      code        text not null unique,
      name_zh     text not null,
      name_en     text not null,
      time_zone   text not null default 'Asia/Shanghai',
      created_at  timestamptz not null default now()
    );

    create table campuses (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      code             text not null,
      name_zh          text not null,
      name_en          text not null,
      seal             text not null default 'outlined' check (seal in ('outlined', 'solid')),
      sort             integer not null default 0,
      version          integer not null default 1,
      constraint campus_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );

    create table pbxs (
      id               smallint primary key,
      organisation_id  uuid not null references organisations,
      name             text not null,
      host             text not null default '127.0.0.1',
      boot_id          text,
      booted_at        timestamptz
    );
    comment on column pbxs.boot_id is 'start-up time Asterisk reports; when it changes, every channel of before is dead';

    create table lines (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      code             text not null,
      name_zh          text not null,
      name_en          text not null,
      sort             integer not null default 0,
      ring_seconds     integer not null default 20 check (ring_seconds between 5 and 120),
      wrap_up_seconds  integer not null default 30 check (wrap_up_seconds between 0 and 600),
      version          integer not null default 1,
      constraint line_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );

    create table trunks (
      id          uuid primary key default uuidv7(),
      pbx_id      smallint not null references pbxs,
      campus_id   uuid not null references campuses,
      code        text not null,
      address     inet not null,
      contact     text not null,
      traits      jsonb not null default '{}',
      version     integer not null default 1,
      constraint trunk_codes_are_unique_on_a_pbx unique (pbx_id, code),
      constraint one_trunk_per_source_address unique (pbx_id, address)
    );
    comment on column trunks.traits is 'what is odd about it: {lateName, busyToneHangup}';

    create table dialled_numbers (
      id         uuid primary key default uuidv7(),
      campus_id  uuid not null references campuses,
      number     text not null,
      line_id    uuid not null references lines,
      kind       text not null default 'service' check (kind in ('service', 'legacy')),
      constraint a_dialled_number_leads_to_one_line unique (campus_id, number)
    );

    create table calendars (
      id         uuid primary key default uuidv7(),
      line_id    uuid not null references lines,
      campus_id  uuid references campuses,
      weekdays   smallint[] not null,
      day_from   time not null,
      day_to     time not null,
      night_handset text not null default 'd8190',
      night_mobile  text,
      version    integer not null default 1
    );

    create table places (
      id             uuid primary key default uuidv7(),
      campus_id      uuid not null references campuses,
      parent_id      uuid references places,
      kind           text not null check (kind in ('building', 'floor', 'room', 'bed')),
      code           text not null,
      name_zh        text not null,
      name_en        text,
      path_zh        text not null,
      spoken_zh      text,
      no_transmit    boolean not null default false,
      retired_at     timestamptz,
      version        integer not null default 1,
      constraint place_codes_are_unique_on_a_campus unique (campus_id, code)
    );
    comment on column places.no_transmit is 'ICU, MRI: a handheld may not be keyed here';
    create index places_by_parent on places (parent_id);

    create table units (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      parent_id        uuid references units,
      kind             text not null check (kind in ('department', 'nursing_unit', 'office', 'company')),
      code             text not null,
      cost_code        text,
      name_zh          text not null,
      name_en          text,
      retired_at       timestamptz,
      version          integer not null default 1,
      constraint unit_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );

    create table unit_places (
      unit_id   uuid not null references units,
      place_id  uuid not null references places,
      during    tstzrange not null default tstzrange(now(), null),
      primary key (unit_id, place_id, during),
      constraint a_unit_is_at_a_place_once_at_a_time exclude using gist (unit_id with =, place_id with =, during with &&)
    );
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(
    'drop table unit_places, units, places, calendars, dialled_numbers, trunks, lines, pbxs, campuses, organisations',
  )
}
