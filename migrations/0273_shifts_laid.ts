import type { Knex } from 'knex'

/** How far a pattern's shifts stand already, and that one slot of a day may be left out: a shift that was taken away stays away. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table shift_patterns add column laid_to date;
    alter table shift_pattern_exceptions
      add column slot smallint,
      drop constraint shift_pattern_exceptions_pkey,
      add constraint an_exception_stands_once unique nulls not distinct (pattern_id, day, slot);
    comment on column shift_pattern_exceptions.slot is 'null: the whole day';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    delete from shift_pattern_exceptions where slot is not null;
    alter table shift_pattern_exceptions
      drop constraint an_exception_stands_once, drop column slot,
      add primary key (pattern_id, day);
    alter table shift_patterns drop column laid_to;
  `)
}
