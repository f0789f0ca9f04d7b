/** Calls, their legs, talks and offers: rows in, rows out. */
import type { Tx } from '../db/index.ts'
import {
  agentLegs,
  answeredAt,
  type Call,
  firstAnswer,
  isLost,
  type Leg,
  lineOf,
  offerEnd,
  outcomeOf,
  overOf,
  sideOf,
  stateOf,
  talkMs,
  talksOf,
  waitedMs,
} from './call.ts'
import type { EndedBy } from './events.ts'
import type { StopWhy } from './leg.ts'

/** A call in hand: what is known of it, how it was identified, and whether its row exists. */
export type Held = {
  call: Call
  row: {
    organisationId: string
    identifiedHow: string | null
    placeId: string | null
    personId: string | null
    recovered: boolean
    ani: string
  }
}

/** Begins what stands in for a caller's channel that nobody has named yet. */
export const PROVISIONAL = '?'

/**
 * Reads a call and holds it until the transaction ends, so two facts about one call wait for each other. The lock is on
 * the id, not the row: the first fact about a call arrives before there is a row to lock.
 */
export async function holdCall(tx: Tx, id: string): Promise<Held | undefined> {
  await tx.raw('select pg_advisory_xact_lock(hashtextextended(?, 71))', [id])
  const { rows } = await tx.raw(
    `select c.*, cp.code as campus, ln.code as line,
       (select coalesce(jsonb_agg(to_jsonb(l) order by l.started_at, l.uniqueid), '[]') from call_legs l where l.call_id = c.id) as legs
     from calls c left join campuses cp on cp.id = c.campus_id left join lines ln on ln.id = c.line_id
     where c.id = ?`,
    [id],
  )
  return rows[0] && heldOf(rows[0])
}

// biome-ignore lint/suspicious/noExplicitAny: a database row
function heldOf(row: any): Held {
  const root: string = row.root_uniqueid
  const told = row.told_over
  const call: Call = {
    id: row.id,
    pbx: row.pbx_id,
    bootId: row.boot_id,
    firstHeardAt: row.arrived_at,
    arrival: root.startsWith(PROVISIONAL)
      ? null
      : {
          at: row.arrived_at,
          root,
          direction: row.direction,
          campus: row.campus,
          line: row.line,
          dialled: row.dialled,
          diverted: row.diverted,
        },
    caller: { ani: unhex(row.ani_raw), aniName: unhex(row.ani_name_raw), namedAt: row.named_at },
    queuedAt: row.queued_at,
    queue: row.queue,
    legs: row.legs.map(legOf),
    callbackAskedAt: row.callback_asked_at,
    voicemail: row.voicemail_at && { at: row.voicemail_at, file: row.voicemail_file, ms: row.voicemail_ms },
    unrecorded: row.unrecorded_why,
    toldOver: told && { ...told, at: new Date(told.at) },
  }
  return {
    call,
    row: {
      organisationId: row.organisation_id,
      identifiedHow: row.identified_how,
      placeId: row.place_id,
      personId: row.person_id,
      recovered: row.recovered,
      ani: row.ani,
    },
  }
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text))

// biome-ignore lint/suspicious/noExplicitAny: a row as JSON
const legOf = (leg: any): Leg => ({
  uniqueid: leg.uniqueid,
  station: leg.station,
  personId: leg.person_id,
  startedAt: new Date(leg.started_at),
  rungAt: dateOf(leg.rung_at),
  stoppedAt: dateOf(leg.stopped_at),
  stoppedWhy: leg.stopped_why as StopWhy | null,
  connectedAt: dateOf(leg.connected_at),
  marks: leg.marks,
  endedAt: dateOf(leg.ended_at),
  cause: leg.hangup_cause,
  endedBy: leg.ended_by as EndedBy | null,
})

/** Evidence kept as hex comes back as what was heard, so that hearing it again compares equal. */
const unhex = (text: string): string =>
  text.startsWith('hex:') ? Buffer.from(text.slice(4), 'hex').toString('utf8') : text

export type Identity = {
  numberId: string | null
  placeId: string | null
  unitId: string | null
  personId: string | null
  how: string
  confidence: number
}
export type HeardAs = { ani: string; aniName: string; aniRaw: string; nameRaw: string }

/** Writes the call as now known: its row, the legs that changed (all of them when `before` is not given), talks and offers. */
export async function saveCall(
  tx: Tx,
  call: Call,
  { before, heardAs, recovered }: { before: Call | undefined; heardAs: HeardAs; recovered: boolean },
): Promise<void> {
  const over = overOf(call)
  const first = firstAnswer(call)
  const { arrival } = call
  const fields = {
    boot_id: call.bootId,
    root_uniqueid: arrival?.root ?? PROVISIONAL + call.id,
    direction: arrival?.direction ?? 'inbound',
    state: stateOf(call),
    outcome: outcomeOf(call),
    ended_by: over?.by ?? null,
    ani_raw: heardAs.aniRaw,
    ani_name_raw: heardAs.nameRaw,
    ani: heardAs.ani,
    ani_name: heardAs.aniName,
    named_at: call.caller.namedAt,
    dialled: arrival?.dialled ?? '',
    diverted: arrival?.diverted ?? '',
    arrived_at: arrival?.at ?? call.firstHeardAt,
    queue: call.queue,
    queued_at: call.queuedAt,
    answered_at: first?.at ?? null,
    ended_at: over?.at ?? null,
    waited_ms: waitedMs(call),
    talk_ms: over ? talkMs(call) : null,
    hangup_cause: over?.cause ?? null,
    recovered,
    unrecorded_why: call.unrecorded,
    first_taker_id: first?.leg.personId ?? null,
    callback_asked_at: call.callbackAskedAt,
    voicemail_at: call.voicemail?.at ?? null,
    voicemail_file: call.voicemail?.file ?? null,
    voicemail_ms: call.voicemail?.ms ?? null,
    told_over: call.toldOver ? JSON.stringify(call.toldOver) : null,
  }
  const places = {
    campus_id: tx
      .raw('select c.id from campuses c join pbxs p using (organisation_id) where p.id = ? and c.code = ?', [
        call.pbx,
        arrival?.campus ?? '',
      ])
      .wrap('(', ')'),
    line_id: tx
      .raw('select l.id from lines l join pbxs p using (organisation_id) where p.id = ? and l.code = ?', [
        call.pbx,
        lineOf(call) ?? '',
      ])
      .wrap('(', ')'),
  }
  if (before) {
    await tx('calls')
      .where({ id: call.id })
      .update({ ...fields, ...places, version: tx.raw('version + 1') })
  } else {
    const organisation_id = tx.raw('select organisation_id from pbxs where id = ?', [call.pbx]).wrap('(', ')')
    await tx('calls').insert({ id: call.id, pbx_id: call.pbx, organisation_id, ...fields, ...places })
  }
  // Knowing the arrival, or the end, changes what every leg means.
  const all = before?.arrival !== call.arrival || Boolean(over)
  const changed = call.legs.filter((leg) => all || !before?.legs.includes(leg))
  if (changed.length > 0) await saveLegs(tx, call, changed)
}

async function saveLegs(tx: Tx, call: Call, legs: Leg[]): Promise<void> {
  const rows = await tx('call_legs')
    .insert(
      legs.map((leg) => ({
        call_id: call.id,
        uniqueid: leg.uniqueid,
        side: sideOf(call, leg),
        station: leg.station,
        person_id: leg.personId,
        started_at: leg.startedAt,
        rung_at: leg.rungAt,
        stopped_at: leg.stoppedAt,
        stopped_why: leg.stoppedWhy,
        connected_at: leg.connectedAt,
        marks: JSON.stringify(leg.marks),
        answered_at: answeredAt(call, leg),
        ended_at: leg.endedAt,
        ended_by: leg.endedBy,
        hangup_cause: leg.cause,
        lost: isLost(call, leg),
      })),
    )
    .onConflict(['call_id', 'uniqueid'])
    .merge()
    .returning(['id', 'uniqueid'])

  const talks = legs.flatMap((leg) => {
    const leg_id = rows.find((row) => row.uniqueid === leg.uniqueid)?.id
    return talksOf(call, leg).map(({ from, to }) => ({ leg_id, from_at: from, to_at: to }))
  })
  if (talks.length > 0 || legs.some((leg) => leg.marks.length > 0)) {
    await tx('leg_talks')
      .whereIn(
        'leg_id',
        rows.map((row) => row.id),
      )
      .delete()
    if (talks.length > 0) await tx('leg_talks').insert(talks)
  }

  if (call.arrival?.direction !== 'inbound') return
  const rung = agentLegs(call).filter((leg) => leg.rungAt && legs.includes(leg))
  if (rung.length === 0) return
  await tx('offers')
    .insert(
      rung.map((leg) => {
        const end = offerEnd(call, leg)
        return {
          call_id: call.id,
          leg_uniqueid: leg.uniqueid,
          station: leg.station ?? '',
          person_id: leg.personId,
          at: leg.rungAt,
          ended_at: end?.at ?? null,
          outcome: end?.outcome ?? null,
        }
      }),
    )
    .onConflict(['call_id', 'leg_uniqueid'])
    .merge(['station', 'person_id', 'at', 'ended_at', 'outcome'])
}

/** Who sits at these stations now. */
export async function peopleAt(tx: Tx, stations: string[]): Promise<Map<string, string | null>> {
  const rows = await tx('stations').whereIn('code', stations).select('code', 'person_id')
  return new Map(rows.map((row) => [row.code, row.person_id]))
}

export async function saveIdentity(tx: Tx, callIds: string[], identity: Identity): Promise<void> {
  await tx('calls')
    .whereIn('id', callIds)
    .update({
      number_id: identity.numberId,
      place_id: identity.placeId,
      unit_id: identity.unitId,
      person_id: identity.personId,
      identified_how: identity.how,
      confidence: identity.confidence,
      version: tx.raw('version + 1'),
    })
}

export async function organisationOf(tx: Tx, pbx: number): Promise<string> {
  const row = await tx('pbxs').where({ id: pbx }).first('organisation_id')
  if (!row) throw new Error(`pbx ${pbx} is not in the directory`)
  return row.organisation_id
}
