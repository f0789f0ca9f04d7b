import type { Knex } from 'knex'

/** Who did not say at the beginning of a shift that they can be reached is marked, once. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table shifts add column unreached_at timestamptz')
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table shifts drop column unreached_at')
}
