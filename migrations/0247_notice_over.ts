import type { Knex } from 'knex'

/** When a caller began to be looked after: where nobody is there, no queue ever lets them in. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table calls add column notice_over_at timestamptz;
    comment on column calls.notice_over_at is 'the notice was over; who leaves later is owed a callback, queue or not'`)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table calls drop column notice_over_at')
}
