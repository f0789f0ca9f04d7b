import type { Knex } from 'knex'

/** People, what they may do and where; numbers and what they point to; stations; sessions. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table people (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      staff_code       text not null,
      name             text not null,
      name_latin       text,
      title            text,
      login            text,
      password_hash    text,
      must_change_password boolean not null default false,
      locale           text not null default 'zh-CN' check (locale in ('zh-CN', 'en')),
      retired_at       timestamptz,
      created_at       timestamptz not null default now(),
      version          integer not null default 1,
      constraint staff_codes_are_unique_in_an_organisation unique (organisation_id, staff_code),
      constraint logins_are_unique_in_an_organisation unique (organisation_id, login)
    );

    create table person_units (
      person_id  uuid not null references people,
      unit_id    uuid not null references units,
      during     tstzrange not null default tstzrange(now(), null),
      primary key (person_id, unit_id, during)
    );

    create table grants (
      id          uuid primary key default uuidv7(),
      person_id   uuid not null references people,
      role        text not null check (role in ('agent', 'engineer', 'supervisor', 'admin', 'auditor', 'reporter')),
      campus_id   uuid references campuses,
      line_id     uuid references lines,
      during      tstzrange not null default tstzrange(now(), null)
    );
    comment on column grants.campus_id is 'null: every campus'; comment on column grants.line_id is 'null: every line';
    create index grants_by_person on grants (person_id);

    create table numbers (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      realm            text not null,
      number           text not null,
      kind             text not null check (kind in ('ward', 'mobile', 'shared_trunk', 'pilot', 'legacy')),
      note             text,
      version          integer not null default 1,
      constraint a_number_stands_once_in_its_realm unique (organisation_id, realm, number)
    );
    comment on column numbers.realm is 'campus code for extensions (the same extension may exist on both); "public" for mobiles';

    create table number_places (
      number_id  uuid not null references numbers,
      place_id   uuid not null references places,
      during     tstzrange not null default tstzrange(now(), null),
      source     text not null check (source in ('import', 'seed', 'admin', 'agent')),
      primary key (number_id, place_id, during),
      constraint a_number_rings_at_one_place_at_a_time exclude using gist (number_id with =, during with &&)
    );

    create table number_people (
      number_id  uuid not null references numbers,
      person_id  uuid not null references people,
      during     tstzrange not null default tstzrange(now(), null),
      source     text not null check (source in ('import', 'seed', 'admin', 'agent')),
      primary key (number_id, person_id, during),
      constraint a_number_names_a_person_once_at_a_time exclude using gist (number_id with =, person_id with =, during with &&)
    );

    create table crews (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      line_id          uuid references lines,
      code             text not null,
      name_zh          text not null,
      name_en          text not null,
      version          integer not null default 1,
      constraint crew_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );
    create table crew_members (
      crew_id    uuid not null references crews,
      person_id  uuid not null references people,
      during     tstzrange not null default tstzrange(now(), null),
      primary key (crew_id, person_id, during)
    );
    create table crew_zones (
      crew_id   uuid not null references crews,
      place_id  uuid not null references places,
      primary key (crew_id, place_id)
    );
    create table systems (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      code             text not null,
      name_zh          text not null,
      name_en          text not null,
      constraint system_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );
    create table system_roles (
      system_id  uuid not null references systems,
      role       text not null check (role in ('A', 'B')),
      person_id  uuid not null references people,
      during     tstzrange not null default tstzrange(now(), null),
      constraint one_person_per_ab_role_at_a_time exclude using gist (system_id with =, role with =, during with &&)
    );
    create table companies (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      code             text not null,
      name             text not null,
      constraint company_codes_are_unique_in_an_organisation unique (organisation_id, code)
    );
    create table contracts (
      id          uuid primary key default uuidv7(),
      company_id  uuid not null references companies,
      line_id     uuid references lines,
      what        text not null,
      during      tstzrange not null
    );
    create table shifts (
      id         uuid primary key default uuidv7(),
      person_id  uuid not null references people,
      crew_id    uuid references crews,
      planned    tstzrange not null,
      actual     tstzrange,
      swapped_with uuid references people
    );
    create index shifts_by_time on shifts using gist (planned);
    create table radio_holders (
      unit       text not null,
      person_id  uuid not null references people,
      during     tstzrange not null,
      constraint a_handheld_is_held_by_one_person_at_a_time exclude using gist (unit with =, during with &&)
    );

    create table stations (
      code       text primary key,
      pbx_id     smallint not null references pbxs,
      kind       text not null check (kind in ('browser', 'desk', 'handset', 'mobile')),
      person_id  uuid references people,
      campus_id  uuid references campuses,
      label      text,
      constraint a_browser_station_belongs_to_a_person check (kind <> 'browser' or person_id is not null)
    );
    create unique index one_browser_station_per_person on stations (person_id) where kind = 'browser';
    comment on table stations is 'the phones agents sit at; the code is the PJSIP endpoint and the queue member name';

    create table queue_members (
      person_id  uuid not null references people,
      line_id    uuid not null references lines,
      primary key (person_id, line_id)
    );
    comment on table queue_members is 'which lines an agent takes when signed in';

    create table sessions (
      id            uuid primary key default uuidv7(),
      token_hash    bytea not null unique,
      person_id     uuid not null references people,
      created_at    timestamptz not null default now(),
      seen_at       timestamptz not null default now(),
      expires_at    timestamptz not null,
      revoked_at    timestamptz,
      address       inet,
      agent_string  text
    );
    create index sessions_by_person on sessions (person_id) where revoked_at is null;

    create table sign_in_failures (
      id       bigint generated always as identity primary key,
      login    text not null,
      address  inet,
      at       timestamptz not null default now()
    );
    create index sign_in_failures_recent on sign_in_failures (login, at);
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`drop table sign_in_failures, sessions, queue_members, stations, radio_holders, shifts, contracts, companies,
    system_roles, systems, crew_zones, crew_members, crews, number_people, number_places, numbers, grants, person_units, people`)
}
