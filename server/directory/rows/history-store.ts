/** SQL of a row's history, read from the journal. */
import type { Db } from '../../db/index.ts'

export type Entry = {
  seq: number
  at: Date
  byId: string | null
  /** of whom the change was made: the row itself, or a part of it kept elsewhere */
  what: 'row' | 'grants' | 'queues'
  verb: 'created' | 'changed' | 'retired'
  fields: string[]
  imported: boolean
}

/** What happened to a row, newest first: one by one, by import, and for a person their rights and queues. */
export async function readHistory(
  db: Db,
  { what, id, limit, before }: { what: string; id: string; limit: number; before: number | undefined },
): Promise<Entry[]> {
  const { rows } = await db.raw(
    `select seq::float8 as seq, at, "byId", what, verb, fields, imported from (
       select seq, at, body ->> 'byId' as "byId",
              case body ->> 'what' when 'queue-members' then 'queues' else 'row' end as what,
              body ->> 'verb' as verb, body -> 'fields' as fields, false as imported
         from journal
        where type = 'directory.changed' and body ->> 'id' = :id
          and body ->> 'what' = any(:kinds)
       union all
       select seq, at, body ->> 'byId', 'grants', 'changed', '[]'::jsonb, false
         from journal
        where type = 'grants.changed' and body ->> 'personId' = :id and :what = 'people'
       union all
       select seq, at, body ->> 'byId', 'row', one ->> 'verb', one -> 'fields', true
         from journal, jsonb_array_elements(body -> 'rows') as one
        where type = 'directory.imported' and body ->> 'what' = :what and body @> :named::jsonb and one ->> 'id' = :id
     ) history
      where seq < :before order by seq desc limit :limit`,
    {
      id,
      what,
      kinds: what === 'people' ? ['people', 'queue-members'] : [what],
      named: JSON.stringify({ rows: [{ id }] }),
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit,
    },
  )
  return rows
}
