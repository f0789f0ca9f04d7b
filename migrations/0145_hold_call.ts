import type { Knex } from 'knex'

/**
 * Takes a call in hand in one round trip: waits for whoever holds it, then reads it. As a function, because a statement
 * that waited for a lock still sees what it saw before; inside a function each statement looks anew.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create function hold_call(wanted uuid) returns table (call jsonb, legs jsonb) language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended(wanted::text, 71));
      return query
        select to_jsonb(c) || jsonb_build_object('campus', cp.code, 'line', ln.code),
               (select coalesce(jsonb_agg(to_jsonb(l) order by l.started_at, l.uniqueid), '[]') from call_legs l where l.call_id = c.id)
          from calls c left join campuses cp on cp.id = c.campus_id left join lines ln on ln.id = c.line_id
         where c.id = wanted;
    end $$;
    comment on function hold_call is 'the lock is on the id, not the row: the first fact about a call arrives before there is a row to lock'`)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop function hold_call(uuid)')
}
