import type { Knex } from 'knex'

/** The things we maintain, and under which contracts. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table assets (
      id                uuid primary key default uuidv7(),
      organisation_id   uuid not null references organisations,
      code              text not null,
      name              text not null,
      maker             text not null default '',
      model             text not null default '',
      place_id          uuid references places,
      unit_id           uuid references units,
      supplier_id       uuid references companies,
      warranty_until    date,
      system_id         uuid references systems,
      responsible_id    uuid references people,
      state             text not null default 'in_use' check (state in ('in_use', 'spare', 'in_repair', 'retired')),
      retired_because   text,
      note              text not null default '',
      created_at        timestamptz not null default now(),
      version           integer not null default 1,
      grams             text[] generated always as (cjk_grams(code || ' ' || name || ' ' || maker || ' ' || model)) stored,
      constraint retired_assets_say_why check ((state = 'retired') = (retired_because is not null))
    );
    comment on column assets.warranty_until is 'its last day in warranty, by the organisation''s calendar; null: nobody knows';
    create unique index asset_codes_are_unique_without_case on assets (organisation_id, upper(code));
    create index assets_by_words on assets using gin (grams);
    create index assets_by_place on assets (place_id);

    create table asset_contracts (
      asset_id     uuid not null references assets,
      contract_id  uuid not null references contracts,
      during       tstzrange not null default tstzrange(now(), null),
      constraint an_asset_is_under_a_contract_once_at_a_time exclude using gist (asset_id with =, contract_id with =, during with &&)
    );
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table asset_contracts, assets')
}
