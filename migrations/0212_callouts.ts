import type { Knex } from 'knex'

/** A call-out remembers what is said of the fault and who is called, so that the next tier is called in the same words. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table radio_callouts
      add column fault text not null default '',
      add column unit_code text,
      add column confirmed_by_id uuid references people;
    comment on column radio_callouts.confirmed_by_id is 'who said that words the patient check found may go on the air';
    create index radio_callouts_by_ticket on radio_callouts (ticket_id, created_at);
    create index radio_callout_steps_by_callout on radio_callout_steps (callout_id, at);
    create unique index one_callout_per_code_on_a_port on radio_callouts (port_id, ack_code) where state in ('saying', 'waiting');
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop index one_callout_per_code_on_a_port, radio_callout_steps_by_callout, radio_callouts_by_ticket;
    alter table radio_callouts drop column confirmed_by_id, drop column unit_code, drop column fault;
  `)
}
