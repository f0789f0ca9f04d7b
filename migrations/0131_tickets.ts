import type { Knex } from 'knex'

/** Open tickets of a line are few among all of its tickets: their own small index. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index tickets_open_by_line on tickets (organisation_id, line_id, state, reported_at desc, id desc)
      where state in ('unassigned', 'in_progress');
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index tickets_open_by_line')
}
