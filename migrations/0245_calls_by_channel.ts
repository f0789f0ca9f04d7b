import type { Knex } from 'knex'

/**
 * A channel that begins a second call is no reason to refuse that call: an agent was rung for it and saw no card. The
 * first call ends when the second begins (server/calls), so one channel still never carries two that are open.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table calls drop constraint one_call_per_root_channel;
    create index calls_by_channel on calls (pbx_id, boot_id, root_uniqueid);
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop index calls_by_channel;
    alter table calls add constraint one_call_per_root_channel unique (pbx_id, boot_id, root_uniqueid);
  `)
}
