/** Calls as other rooms may read them. */
import type { Db } from '../db/index.ts'
import type { CallState } from '../wire/words.ts'
import type { Span } from './call.ts'
import type { CallOutcome, Direction, EndedBy } from './events.ts'
import { PROVISIONAL } from './store.ts'

/** A call's row as other rooms may read it. Campus and line are codes. */
export type CallRow = {
  id: string
  organisationId: string
  pbx: number
  bootId: string
  root: string
  direction: Direction
  campus: string | null
  line: string | null
  state: CallState
  outcome: CallOutcome | null
  endedBy: EndedBy | null
  ani: string
  aniName: string
  dialled: string
  diverted: string
  numberId: string | null
  placeId: string | null
  unitId: string | null
  personId: string | null
  identifiedHow: string | null
  confidence: number | null
  firstTakerId: string | null
  arrivedAt: Date
  noticeOverAt: Date | null
  queuedAt: Date | null
  answeredAt: Date | null
  endedAt: Date | null
  waitedMs: number | null
  talkMs: number | null
  cause: number | null
  recovered: boolean
  unrecordedWhy: string | null
  version: number
}

export type LegRow = {
  id: string
  uniqueid: string
  side: 'caller' | 'agent'
  station: string | null
  personId: string | null
  startedAt: Date
  answeredAt: Date | null
  endedAt: Date | null
  cause: number | null
  lost: boolean
  talks: Span[]
}

const rows = (db: Db) =>
  db('calls as c')
    .leftJoin('campuses as cp', 'cp.id', 'c.campus_id')
    .leftJoin('lines as ln', 'ln.id', 'c.line_id')
    .whereNot('c.root_uniqueid', 'like', `${PROVISIONAL}%`)
    .select('c.*', 'cp.code as campus', 'ln.code as line')

// biome-ignore lint/suspicious/noExplicitAny: a database row
const rowOf = (row: any): CallRow => ({
  id: row.id,
  organisationId: row.organisation_id,
  pbx: row.pbx_id,
  bootId: row.boot_id,
  root: row.root_uniqueid,
  direction: row.direction,
  campus: row.campus,
  line: row.line,
  state: row.state,
  outcome: row.outcome,
  endedBy: row.ended_by,
  ani: row.ani,
  aniName: row.ani_name,
  dialled: row.dialled,
  diverted: row.diverted,
  numberId: row.number_id,
  placeId: row.place_id,
  unitId: row.unit_id,
  personId: row.person_id,
  identifiedHow: row.identified_how,
  confidence: row.confidence,
  firstTakerId: row.first_taker_id,
  arrivedAt: row.arrived_at,
  noticeOverAt: row.notice_over_at,
  queuedAt: row.queued_at,
  answeredAt: row.answered_at,
  endedAt: row.ended_at,
  waitedMs: row.waited_ms,
  talkMs: row.talk_ms,
  cause: row.hangup_cause,
  recovered: row.recovered,
  unrecordedWhy: row.unrecorded_why,
  version: row.version,
})

export async function readCalls(db: Db, ids: string[]): Promise<CallRow[]> {
  return (await rows(db).whereIn('c.id', ids)).map(rowOf)
}

export async function readLive(db: Db): Promise<CallRow[]> {
  return (await rows(db).whereNot('c.state', 'ended').orderBy('c.arrived_at')).map(rowOf)
}

/** Calls not ended on one PBX, those of which only later news was heard included. */
export async function readOpen(
  db: Db,
  pbx: number,
): Promise<{ id: string; bootId: string; root: string; lastAt: Date }[]> {
  const open = await db('calls').where({ pbx_id: pbx }).whereNot('state', 'ended')
  return open.map((row) => ({ id: row.id, bootId: row.boot_id, root: row.root_uniqueid, lastAt: row.arrived_at }))
}

export async function readLegs(db: Db, callId: string): Promise<LegRow[]> {
  const legs = await db('call_legs').where({ call_id: callId }).orderBy('started_at')
  const talks = await db('leg_talks')
    .whereIn(
      'leg_id',
      legs.map((leg) => leg.id),
    )
    .orderBy('from_at')
  return legs.map((leg) => ({
    id: leg.id,
    uniqueid: leg.uniqueid,
    side: leg.side,
    station: leg.station,
    personId: leg.person_id,
    startedAt: leg.started_at,
    answeredAt: leg.answered_at,
    endedAt: leg.ended_at,
    cause: leg.hangup_cause,
    lost: leg.lost,
    talks: talks.filter((talk) => talk.leg_id === leg.id).map((talk) => ({ from: talk.from_at, to: talk.to_at })),
  }))
}
