/** What people already have on their hands: asked before they are given more. */
import type { Db, Tx } from '../db/index.ts'

export type Load = {
  personId: string
  open: number
  urgent: number
  lastJobAt: Date | null
  lastPlaceId: string | null
}

/** Jobs in each person's hands, the urgent among them, and when and where their last one was. Whoever has none has no row. */
export async function loadsOf(db: Db | Tx, personIds: string[]): Promise<Load[]> {
  const { rows } = await db.raw(
    `select t.assignee_id as "personId", count(*) filter (where t.state = 'in_progress')::int as open,
            count(*) filter (where t.state = 'in_progress' and t.priority = 1)::int as urgent,
            max(coalesce(t.finished_at, t.responded_at)) as "lastJobAt",
            (array_agg(coalesce(t.confirmed_place_id, t.reported_place_id) order by coalesce(t.finished_at, t.responded_at) desc nulls last))[1] as "lastPlaceId"
       from tickets t
      where t.assignee_id = any(?) and (t.state = 'in_progress' or t.finished_at > now() - interval '12 hours')
      group by t.assignee_id`,
    [personIds],
  )
  return rows
}

/** Who finished a job of this category at this place before: within a year. */
export async function workedBefore(
  db: Db | Tx,
  job: { placeId: string | null; categoryId: string | null; ticketId: string },
): Promise<Set<string>> {
  if (!job.placeId || !job.categoryId) return new Set()
  const { rows } = await db.raw(
    `select distinct t.assignee_id from tickets t
      where coalesce(t.confirmed_place_id, t.reported_place_id) = :placeId and t.state = 'done' and t.id <> :ticketId
        and coalesce(t.confirmed_category_id, t.reported_category_id) = :categoryId
        and t.assignee_id is not null and t.finished_at > now() - interval '1 year'`,
    job,
  )
  return new Set(rows.map((row: { assignee_id: string }) => row.assignee_id))
}
