import type { Knex } from 'knex'

/** An exchange may name another caller in mid-call. What was heard first stays; the other number stands beside it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table calls
      add column later_ani_raw text,
      add column later_name_raw text,
      add column other_ani text not null default '',
      add column other_ani_name text not null default '';
    comment on column calls.ani_raw is 'as first heard; what came after it is later_ani_raw';
    comment on column calls.ani is 'of the numbers heard, the one that says more of who called; the other is other_ani';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table calls drop column later_ani_raw, drop column later_name_raw, drop column other_ani, drop column other_ani_name;
  `)
}
