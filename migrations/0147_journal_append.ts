import type { Knex } from 'knex'

/** Writing the journal is one call, so that it can travel with the commit and hold its turn for no network trip. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create function journal_append(events jsonb) returns bigint[] language plpgsql as $$
    declare seqs bigint[];
    begin
      perform pg_advisory_xact_lock(7001);
      with written as (
        insert into journal (type, at, body)
        select e.type, e.at, e.body
          from rows from (jsonb_to_recordset(events) as (type text, at timestamptz, body jsonb)) with ordinality as e(type, at, body, n)
         order by e.n returning seq)
      select array_agg(seq order by seq) into seqs from written;
      perform pg_notify('journal', seqs[cardinality(seqs)]::text);
      return seqs;
    end $$;
    comment on function journal_append is 'Commits take turns from here on (lock 7001): a reader that has seen a number has seen all before it.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop function journal_append')
}
