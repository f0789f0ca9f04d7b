/** What must be covered, who covers it, and the gaps: rows. */
import type { Db, Tx } from '../../db/index.ts'
import { DURING } from '../store.ts'
import type { Covering, Gap, Need, OpenGap, Span } from './cover.ts'

export type NeedRow = Need & {
  id: string
  organisationId: string
  crewId: string
  crew: string
  line: string | null
  campusId: string | null
  campus: string | null
  systemId: string | null
  system: string | null
  onCallCounts: boolean
  version: number
}

const NEED = `select n.id, n.organisation_id as "organisationId", n.crew_id as "crewId", w.code as crew, l.code as line,
    n.campus_id as "campusId", c.code as campus, n.system_id as "systemId", y.code as system, n.weekdays, n.zone,
    to_char(n.starts, 'HH24:MI') as starts, to_char(n.ends, 'HH24:MI') as ends, n.least, n.on_call_counts as "onCallCounts", n.version
  from cover_needs n join crews w on w.id = n.crew_id left join lines l on l.id = w.line_id
    left join campuses c on c.id = n.campus_id left join systems y on y.id = n.system_id`

/** What is to be covered: of one organisation, or of all that this database serves. */
export async function readNeeds(db: Db | Tx, organisationId: string | null): Promise<NeedRow[]> {
  const { rows } = await db.raw(
    `${NEED} where n.ended_at is null and n.organisation_id = coalesce(?, n.organisation_id)
      order by w.code, c.code nulls first, y.code nulls first, n.starts`,
    [organisationId],
  )
  return rows
}

/** A need, held until the transaction ends. */
export async function holdNeed(tx: Tx, organisationId: string, id: string): Promise<NeedRow | undefined> {
  const { rows } = await tx.raw(
    `${NEED} where n.id = ? and n.organisation_id = ? and n.ended_at is null for update of n`,
    [id, organisationId],
  )
  return rows[0]
}

export type NeedWrite = Need & {
  crewId: string
  campusId: string | null
  systemId: string | null
  onCallCounts: boolean
}

export async function insertNeed(
  tx: Tx,
  organisationId: string,
  need: NeedWrite,
  byId: string | null,
): Promise<string> {
  const [row] = await tx('cover_needs')
    .insert({
      organisation_id: organisationId,
      crew_id: need.crewId,
      campus_id: need.campusId,
      system_id: need.systemId,
      weekdays: [...need.weekdays],
      zone: need.zone,
      starts: need.starts,
      ends: need.ends,
      least: need.least,
      on_call_counts: need.onCallCounts,
      by_id: byId,
    })
    .returning('id')
  return row.id
}

export async function endNeed(tx: Tx, id: string): Promise<void> {
  await tx('cover_needs')
    .where({ id })
    .update({ ended_at: tx.fn.now(), version: tx.raw('version + 1') })
}

export async function systemId(tx: Tx, organisationId: string, code: string): Promise<string | undefined> {
  return (await tx('systems').where({ organisation_id: organisationId, code }).first('id'))?.id
}

/** Who covers it within a time: of the crew, at the campus, A or B of the system, and not away. */
export async function covering(tx: Db | Tx, need: NeedRow, { from, to }: Span): Promise<Covering[]> {
  const { rows } = await tx.raw(
    `select s.person_id as "personId", lower(r.during) as from, upper(r.during) as to
       from shifts s join people p on p.id = s.person_id and p.retired_at is null
            cross join lateral unnest(tstzmultirange(${DURING}) - coalesce((select range_agg(coalesce(v.actual, v.planned))
              from shifts v where v.person_id = s.person_id and v.kind = 'leave'), '{}')) as r(during)
      where s.organisation_id = :organisationId and s.kind = any(:kinds) and ${DURING} && tstzrange(:from, :to)
        and (s.crew_id = :crewId or (s.crew_id is null and exists (select from crew_members m
              where m.crew_id = :crewId and m.person_id = s.person_id and m.during && ${DURING})))
        and (cast(:campusId as uuid) is null or coalesce(s.campus_id, :campusId) = :campusId)
        and (cast(:systemId as uuid) is null or exists (select from system_roles k
              where k.system_id = :systemId and k.person_id = s.person_id and k.during && ${DURING}))`,
    {
      ...{ organisationId: need.organisationId, crewId: need.crewId, campusId: need.campusId, systemId: need.systemId },
      ...{ kinds: need.onCallCounts ? ['work', 'on_call'] : ['work'], from, to },
    },
  )
  return rows
}

/** The gaps that stand open, held: only one looks at a time. */
export async function holdGaps(tx: Tx): Promise<(OpenGap & { needId: string })[]> {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('cover gaps', 0))`)
  const { rows } = await tx.raw(
    `select id, need_id as "needId", lower(during) as from, upper(during) as to, have from cover_gaps
      where closed_at is null order by lower(during)`,
  )
  return rows
}

export async function insertGap(tx: Tx, needId: string, { from, to, have }: Gap, at: Date): Promise<string> {
  const during = tx.raw('tstzrange(?::timestamptz, ?::timestamptz)', [from, to])
  const [row] = await tx('cover_gaps').insert({ need_id: needId, during, have, found_at: at }).returning('id')
  return row.id
}

export async function changeGap(tx: Tx, { id, from, to, have }: OpenGap): Promise<void> {
  await tx('cover_gaps')
    .where({ id })
    .update({ have, during: tx.raw('tstzrange(?::timestamptz, ?::timestamptz)', [from, to]) })
}

export async function closeGap(tx: Tx, id: string, at: Date): Promise<void> {
  await tx('cover_gaps').where({ id }).update({ closed_at: at })
}

export type GapShown = Gap & {
  gapId: string
  crew: string
  crewZh: string
  crewEn: string
  line: string | null
  campus: string | null
  system: string | null
  systemZh: string | null
  systemEn: string | null
  least: number
  foundAt: Date
}

export async function readGaps(db: Db, organisationId: string): Promise<GapShown[]> {
  const { rows } = await db.raw(
    `select g.id as "gapId", lower(g.during) as from, upper(g.during) as to, g.have, g.found_at as "foundAt", n.least,
            w.code as crew, w.name_zh as "crewZh", w.name_en as "crewEn", l.code as line, c.code as campus,
            y.code as system, y.name_zh as "systemZh", y.name_en as "systemEn"
       from cover_gaps g join cover_needs n on n.id = g.need_id join crews w on w.id = n.crew_id
            left join lines l on l.id = w.line_id left join campuses c on c.id = n.campus_id left join systems y on y.id = n.system_id
      where n.organisation_id = ? and g.closed_at is null order by lower(g.during), w.code limit 500`,
    [organisationId],
  )
  return rows
}
