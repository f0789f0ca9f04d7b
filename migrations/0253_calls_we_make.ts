import type { Knex } from 'knex'

/** A call made from a ticket stands on it; calls made to a number are found by it, as calls from it are. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table ticket_calls drop constraint ticket_calls_relation_check;
    alter table ticket_calls add constraint ticket_calls_relation_check
      check (relation in ('opened', 'same_fault', 'urge', 'callback', 'outbound', 'also'));
    create index calls_by_dialled on calls (dialled, arrived_at desc) where direction <> 'inbound';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop index calls_by_dialled;
    update ticket_calls set relation = 'callback' where relation = 'outbound';
    alter table ticket_calls drop constraint ticket_calls_relation_check;
    alter table ticket_calls add constraint ticket_calls_relation_check
      check (relation in ('opened', 'same_fault', 'urge', 'callback', 'also'));
  `)
}
