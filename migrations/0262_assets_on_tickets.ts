import type { Knex } from 'knex'

/** What a ticket is about: an asset, a system, and the company that works on it; categories that ask for an asset. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table tickets
      add column asset_id uuid references assets,
      add column system_id uuid references systems,
      add column company_id uuid references companies;
    create index tickets_by_asset on tickets (asset_id, reported_at desc, id desc) where asset_id is not null;

    alter table categories
      add column system_id uuid references systems,
      add column asset_required boolean not null default false;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table categories drop column system_id, drop column asset_required;
    alter table tickets drop column asset_id, drop column system_id, drop column company_id;
  `)
}
