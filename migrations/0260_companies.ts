import type { Knex } from 'knex'

/** Companies as somebody rings them, their people, and contracts that say of what kind and how soon. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table companies
      add column dispatcher_numbers text[] not null default '{}',
      add column mail text,
      add column retired_at timestamptz,
      add column version integer not null default 1;

    alter table contracts
      add column organisation_id uuid references organisations,
      add column code text,
      add column kind text not null default 'maintenance',
      add column system_id uuid references systems,
      add column respond_min integer,
      add column version integer not null default 1,
      add constraint a_contract_supplies_or_maintains check (kind in ('supply', 'maintenance')),
      add constraint a_contract_answers_within_a_month check (respond_min between 1 and 43200);
    update contracts c set organisation_id = o.organisation_id, code = 'C-' || left(c.id::text, 8)
      from companies o where o.id = c.company_id;
    alter table contracts
      alter column organisation_id set not null,
      alter column code set not null,
      add constraint contract_codes_are_unique_in_an_organisation unique (organisation_id, code);
    comment on column contracts.kind is 'supply: answers while what it supplied is in warranty; maintenance: answers after that';
    create index contracts_by_system on contracts (system_id) where system_id is not null;

    alter table people add column company_id uuid references companies;
    comment on column people.company_id is 'whose worker this is; null: the hospital''s own';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table people drop column company_id;
    alter table contracts drop column organisation_id, drop column code, drop column kind, drop column system_id,
      drop column respond_min, drop column version;
    alter table companies drop column dispatcher_numbers, drop column mail, drop column retired_at, drop column version;
  `)
}
