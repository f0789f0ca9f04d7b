import type { Knex } from 'knex'

/** Pops nobody's screen showed are few: counting them every few seconds must not read every offer there ever was. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index offers_unpainted on offers (at) where painted_at is null and station like 'b%'`)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index offers_unpainted')
}
