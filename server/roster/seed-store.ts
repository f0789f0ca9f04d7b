/** The demonstration's roster: patterns of every crew, their shifts a fortnight back and two months ahead, and what must be covered. */
import type { Db, Tx } from '../db/index.ts'
import { insertNeed } from './cover/store.ts'
import { LAID_AHEAD_DAYS } from './patterns/index.ts'
import { dayAt, plusDays, shiftsOf } from './patterns/pattern.ts'
import { insertLaid, insertPattern, type PatternWrite, setLaidTo } from './patterns/store.ts'

const DAYS_BACK = 15
const SEED_LOCK = 7_005
const WORKDAYS = 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'
const WEEKEND = 'FREQ=WEEKLY;BYDAY=SA,SU'
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
/** Nobody of it works at weekends: a newcomer sees what a vacant shift and a gap look like. */
const VACANT_AT_WEEKENDS = 'equipment-crew'

type Crew = { id: string; code: string; members: string[] }

/** Only a roster that has no pattern yet is filled. */
export async function seedRoster(db: Db, { demo }: { demo: boolean }): Promise<void> {
  if (!demo) return
  await db.transaction(async (tx) => {
    await tx.raw('select pg_advisory_xact_lock(?)', [SEED_LOCK])
    const organisation = await tx('organisations').orderBy('created_at').first('id', 'time_zone')
    if (!organisation || (await tx('shift_patterns').first('id'))) return
    for (const crew of await crewsOf(tx, organisation.id)) await seedCrew(tx, organisation, crew)
    await tx.raw(
      `insert into reachabilities (shift_id, way) select id, 'page' from shifts
        where person_id is not null and kind <> 'leave' and planned @> now() on conflict do nothing`,
    )
  })
}

async function crewsOf(tx: Tx, organisationId: string): Promise<Crew[]> {
  const { rows } = await tx.raw(
    `select w.id, w.code, array_agg(p.id order by length(p.login), p.login) as members
       from crews w join crew_members m on m.crew_id = w.id and m.during @> now() join people p on p.id = m.person_id
      where w.organisation_id = ? group by w.id, w.code order by w.code`,
    [organisationId],
  )
  return rows
}

async function seedCrew(tx: Tx, { id, time_zone: zone }: { id: string; time_zone: string }, crew: Crew): Promise<void> {
  const today = dayAt(new Date(), zone)
  const from = plusDays(today, -DAYS_BACK)
  const to = plusDays(today, LAID_AHEAD_DAYS)
  const of = { crewId: crew.id, campusId: null, zone, firstDay: from, lastDay: null, exceptions: [] }
  const weekend = crew.code === VACANT_AT_WEEKENDS ? [] : crew.members
  const patterns: PatternWrite[] = [
    {
      ...{ ...of, name: '工作日白班', kind: 'work', rrule: WORKDAYS, starts: '08:00', ends: '17:30' },
      ...{ slots: crew.members.length, rotates: false, personIds: crew.members },
    },
    {
      ...{ ...of, name: '周末班', kind: 'work', rrule: WEEKEND, starts: '08:00', ends: '17:30' },
      ...{ slots: 1, rotates: true, personIds: weekend },
    },
    {
      ...{ ...of, name: '夜间听班', kind: 'on_call', rrule: 'FREQ=DAILY', starts: '17:30', ends: '08:00' },
      ...{ slots: 1, rotates: true, personIds: crew.members },
    },
  ]
  for (const pattern of patterns) {
    const patternId = await insertPattern(tx, id, pattern, null)
    await insertLaid(tx, id, { id: patternId, ...pattern }, shiftsOf(pattern, from, to))
    await setLaidTo(tx, patternId, to)
  }
  const need = { weekdays: EVERY_DAY, zone, starts: '00:00', ends: '00:00', least: 1, onCallCounts: true }
  await insertNeed(tx, id, { ...need, crewId: crew.id, campusId: null, systemId: null }, null)
}
