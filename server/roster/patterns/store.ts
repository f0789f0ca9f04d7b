/** Patterns and the shifts laid out from them: rows. */
import type { Db, Tx } from '../../db/index.ts'
import type { DutyKind } from '../../wire/roster.ts'
import type { Laid, Pattern } from './pattern.ts'

/** A pattern with whose it is: its crew, and what may() is asked. */
export type PatternRow = Pattern & {
  id: string
  name: string
  crewId: string
  crew: string
  campusId: string | null
  campus: string | null
  line: string | null
  version: number
  ended: boolean
  laidTo: string | null
}

const PATTERN = `select p.id, p.name, p.kind, p.zone, p.rrule, to_char(p.first_day, 'YYYY-MM-DD') as "firstDay",
    to_char(p.last_day, 'YYYY-MM-DD') as "lastDay", to_char(p.starts, 'HH24:MI') as starts, to_char(p.ends, 'HH24:MI') as ends,
    p.slots, p.rotates, p.version, p.ended_at is not null as ended, to_char(p.laid_to, 'YYYY-MM-DD') as "laidTo",
    p.crew_id as "crewId", w.code as crew, l.code as line, p.campus_id as "campusId", c.code as campus,
    array(select m.person_id from shift_pattern_people m where m.pattern_id = p.id order by m.position) as "personIds",
    coalesce((select jsonb_agg(jsonb_build_object('day', e.day, 'slot', e.slot) order by e.day, e.slot nulls first)
       from shift_pattern_exceptions e where e.pattern_id = p.id), '[]') as exceptions
  from shift_patterns p join crews w on w.id = p.crew_id left join lines l on l.id = w.line_id
    left join campuses c on c.id = p.campus_id`

export async function readPatterns(db: Db | Tx, organisationId: string): Promise<PatternRow[]> {
  const { rows } = await db.raw(
    `${PATTERN} where p.organisation_id = ? and p.ended_at is null order by w.code, c.code nulls first, p.starts, p.name`,
    [organisationId],
  )
  return rows
}

/** A pattern, held until the transaction ends. */
export async function holdPattern(tx: Tx, organisationId: string, id: string): Promise<PatternRow | undefined> {
  const { rows } = await tx.raw(`${PATTERN} where p.organisation_id = ? and p.id = ? for update of p`, [
    organisationId,
    id,
  ])
  return rows[0]
}

export type PatternWrite = Pattern & { name: string; crewId: string; campusId: string | null }

export async function insertPattern(
  tx: Tx,
  organisationId: string,
  pattern: PatternWrite,
  byId: string | null,
): Promise<string> {
  const [row] = await tx('shift_patterns')
    .insert({ organisation_id: organisationId, by_id: byId, ...columns(pattern) })
    .returning('id')
  await writeTurns(tx, row.id, pattern)
  return row.id
}

export async function updatePattern(tx: Tx, id: string, pattern: PatternWrite): Promise<void> {
  await tx('shift_patterns')
    .where({ id })
    .update({ ...columns(pattern), version: tx.raw('version + 1') })
  await tx('shift_pattern_people').where({ pattern_id: id }).delete()
  await tx('shift_pattern_exceptions').where({ pattern_id: id }).delete()
  await writeTurns(tx, id, pattern)
}

const columns = (one: PatternWrite) => ({
  crew_id: one.crewId,
  campus_id: one.campusId,
  name: one.name,
  kind: one.kind,
  zone: one.zone,
  rrule: one.rrule,
  first_day: one.firstDay,
  last_day: one.lastDay,
  starts: one.starts,
  ends: one.ends,
  slots: one.slots,
  rotates: one.rotates,
})

async function writeTurns(tx: Tx, pattern_id: string, { personIds, exceptions }: Pattern): Promise<void> {
  if (personIds.length > 0)
    await tx('shift_pattern_people').insert(
      personIds.map((person_id, position) => ({ pattern_id, position, person_id })),
    )
  if (exceptions.length > 0)
    await tx('shift_pattern_exceptions')
      .insert(exceptions.map((one) => ({ pattern_id, ...one })))
      .onConflict()
      .ignore()
}

export async function endPattern(tx: Tx, id: string): Promise<void> {
  await tx('shift_patterns')
    .where({ id })
    .update({ ended_at: tx.fn.now(), version: tx.raw('version + 1') })
}

export async function setLaidTo(tx: Tx, id: string, day: string): Promise<void> {
  await tx('shift_patterns').where({ id }).update({ laid_to: day })
}

/** Patterns whose shifts do not reach so far yet. */
export async function shortOf(tx: Tx, day: string): Promise<{ id: string; organisationId: string }[]> {
  return tx('shift_patterns')
    .whereNull('ended_at')
    .whereRaw('coalesce(laid_to, first_day - 1) < least(?::date, coalesce(last_day, ?::date))', [day, day])
    .orderBy('id')
    .select('id', 'organisation_id as organisationId')
}

/** What has not begun and nobody has changed goes; how many did. */
export async function dropUntouched(tx: Tx, patternId: string, at: Date): Promise<number> {
  return tx('shifts')
    .where({ pattern_id: patternId, by_hand: false })
    .whereRaw('lower(planned) > ?::timestamptz', [at])
    .delete()
}

/** Days and slots that stand already. */
export async function standing(tx: Tx, patternId: string, fromDay: string): Promise<Set<string>> {
  const { rows } = await tx.raw(
    `select to_char(occurs_on, 'YYYY-MM-DD') || ' ' || slot as key from shifts where pattern_id = ? and occurs_on >= ?::date`,
    [patternId, fromDay],
  )
  return new Set(rows.map(({ key }: { key: string }) => key))
}
export const keyOf = ({ occursOn, slot }: Pick<Laid, 'occursOn' | 'slot'>) => `${occursOn} ${slot}`

export type InTheWay = { occursOn: string; slot: number; personId: string; name: string; leave: boolean }

/** What these people have at those times already: another shift of the kind, or leave. */
export async function inTheWay(tx: Tx, kind: DutyKind, laid: readonly Laid[]): Promise<InTheWay[]> {
  const { rows } = await tx.raw(
    `select l.occurs_on as "occursOn", l.slot, p.id as "personId", p.name, bool_or(s.kind = 'leave') as leave
       from jsonb_to_recordset(?::jsonb) as l(occurs_on text, slot int, person_id uuid, from_at timestamptz, to_at timestamptz)
            join people p on p.id = l.person_id
            join shifts s on s.person_id = l.person_id and s.kind in (?, 'leave')
                         and coalesce(s.actual, s.planned) && tstzrange(l.from_at, l.to_at)
      group by 1, 2, 3, 4 order by 1, 2`,
    [asJson(laid), kind],
  )
  return rows
}

export async function insertLaid(
  tx: Tx,
  organisationId: string,
  pattern: Pick<PatternRow, 'id' | 'kind' | 'crewId' | 'campusId'>,
  laid: readonly Laid[],
): Promise<void> {
  await tx.raw(
    `insert into shifts (organisation_id, kind, person_id, crew_id, campus_id, planned, pattern_id, occurs_on, slot)
     select ?, ?, l.person_id, ?, ?, tstzrange(l.from_at, l.to_at), ?, l.occurs_on::date, l.slot
       from jsonb_to_recordset(?::jsonb) as l(occurs_on text, slot int, person_id uuid, from_at timestamptz, to_at timestamptz)`,
    [organisationId, pattern.kind, pattern.crewId, pattern.campusId, pattern.id, asJson(laid)],
  )
}

const asJson = (laid: readonly Laid[]) =>
  JSON.stringify(
    laid.map(({ occursOn, slot, personId, from, to }) => ({
      ...{ occurs_on: occursOn, slot, person_id: personId, from_at: from, to_at: to },
    })),
  )

/** Those of them who are not people of this organisation, or have left it. */
export async function strangers(tx: Tx, organisationId: string, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.raw(
    `select u.id from unnest(?::uuid[]) as u(id) where not exists
      (select from people p where p.id = u.id and p.organisation_id = ? and p.retired_at is null)`,
    [[...personIds], organisationId],
  )
  return rows.map(({ id }: { id: string }) => id)
}
