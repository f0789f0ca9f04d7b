import type { Knex } from 'knex'

/** A call is looked for by either number that was heard of it. Few have a second one. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index calls_by_other_ani on calls (other_ani, arrived_at desc) where other_ani <> ''`)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index calls_by_other_ani')
}
