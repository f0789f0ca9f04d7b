import type { Knex } from 'knex'

/** Who takes a registering gateway's place is told, also when it happened while no server was there. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table radio_ports add column gateway_address text;
    comment on column radio_ports.gateway_address is 'where its gateway last registered from; null for one that is called';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table radio_ports drop column gateway_address')
}
