import type { Knex } from 'knex'

/** Which call a channel belongs to stands in call_legs; nothing ever read the table that was to say it as well. */
export async function up(db: Knex): Promise<void> {
  await db.raw('drop table pbx_channels')
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
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
  `)
}
