/** Calls, their legs, talks and offers: rows in, rows out. */
import { prepared, type Tx } from '../db/index.ts'
import type { Caller } from '../directory/index.ts'
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
    identifiedHow: string | null
    recovered: boolean
    ani: string
  }
}

/** Begins what stands in for a caller's channel that nobody has named yet. */
export const PROVISIONAL = '?'

/**
 * Reads a call and holds it until the transaction ends, so two facts about one call wait for each other. With it come
 * the phone system's organisation, and who sits at these stations and at those of legs that nobody is known for yet.
 * @throws when the phone system is not in the directory
 */
export async function holdCall(
  tx: Tx,
  { id, pbx, stations }: { id: string; pbx: number; stations: string[] },
): Promise<{ held: Held | undefined; organisationId: string; people: Record<string, string | null> }> {
  const { rows } = await tx
    .raw(
      `select h.call, h.legs, p.organisation_id,
              (select jsonb_object_agg(s.code, s.person_id) from stations s where s.code = any(?::text[])
                  or s.code in (select l.station from call_legs l where l.call_id = ?::uuid and l.person_id is null)) as people
         from pbxs p left join hold_call(?::uuid) h on true where p.id = ?`,
      [stations, id, id, pbx],
    )
    .options(prepared('hold-call'))
  const [row] = rows
  if (!row) throw new Error(`pbx ${pbx} is not in the directory`)
  return {
    held: row.call ? heldOf({ ...row.call, legs: row.legs }) : undefined,
    organisationId: row.organisation_id,
    people: row.people ?? {},
  }
}

/** Calls that we placed so long ago, open and without a leg. */
export async function unheardOf(tx: Tx, afterMs: number): Promise<{ id: string; pbx: number }[]> {
  const { rows } = await tx.raw(
    `select k.id, k.pbx_id as pbx from calls k
      where k.state = 'arrived' and k.root_uniqueid = 'desk-' || k.id
        and k.arrived_at between now() - interval '1 day' and now() - ? * interval '1 millisecond'
        and not exists (select from call_legs l where l.call_id = k.id)`,
    [afterMs],
  )
  return rows
}

/** Now, and which life of the phone system it is. */
export async function clockOf(tx: Tx, pbx: number): Promise<{ at: Date; bootId: string }> {
  const { rows } = await tx.raw('select now() as at, boot_id from pbxs where id = ?', [pbx])
  return { at: rows[0].at, bootId: rows[0].boot_id ?? '' }
}

// biome-ignore lint/suspicious/noExplicitAny: a database row as JSON
function heldOf(row: any): Held {
  const root: string = row.root_uniqueid
  const told = row.told_over
  const call: Call = {
    id: row.id,
    pbx: row.pbx_id,
    bootId: row.boot_id,
    firstHeardAt: new Date(row.arrived_at),
    arrival: root.startsWith(PROVISIONAL)
      ? null
      : {
          at: new Date(row.arrived_at),
          root,
          direction: row.direction,
          campus: row.campus,
          line: row.line,
          dialled: row.dialled,
          diverted: row.diverted,
        },
    caller: { ani: unhex(row.ani_raw), aniName: unhex(row.ani_name_raw) },
    later:
      row.later_ani_raw === null || row.named_at === null
        ? null
        : { ani: unhex(row.later_ani_raw), aniName: unhex(row.later_name_raw ?? ''), at: new Date(row.named_at) },
    noticeOverAt: dateOf(row.notice_over_at),
    queuedAt: dateOf(row.queued_at),
    queue: row.queue,
    legs: row.legs.map(legOf),
    callbackAskedAt: dateOf(row.callback_asked_at),
    voicemail: row.voicemail_at && { at: new Date(row.voicemail_at), file: row.voicemail_file, ms: row.voicemail_ms },
    unrecorded: row.unrecorded_why,
    toldOver: told && { ...told, at: new Date(told.at) },
  }
  return {
    call,
    row: {
      identifiedHow: row.identified_how,
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
/** The numbers heard: the one to go by, the other beside it, and what was really sent, first and later. */
export type HeardAs = {
  ani: string
  aniName: string
  other: { ani: string; aniName: string }
  first: Caller
  later: Caller | null
}

/** What is written of a call besides its keys: columns of `calls` and their types. */
const CALL = columns(`boot_id text, root_uniqueid text, direction text, state text, outcome text, ended_by text,
  ani_raw text, ani_name_raw text, later_ani_raw text, later_name_raw text, ani text, ani_name text, other_ani text,
  other_ani_name text, named_at timestamptz, dialled text, diverted text,
  arrived_at timestamptz, notice_over_at timestamptz, queue text, queued_at timestamptz, answered_at timestamptz, ended_at timestamptz, waited_ms integer,
  talk_ms integer, hangup_cause integer, recovered boolean, unrecorded_why text, first_taker_id uuid,
  callback_asked_at timestamptz, voicemail_at timestamptz, voicemail_file text, voicemail_ms integer, told_over jsonb`)
const IDENTITY = columns(
  'number_id uuid, place_id uuid, unit_id uuid, person_id uuid, identified_how text, confidence smallint',
)
const LEG = columns(`side text, station text, person_id uuid, started_at timestamptz, rung_at timestamptz,
  stopped_at timestamptz, stopped_why text, connected_at timestamptz, marks jsonb, answered_at timestamptz,
  ended_at timestamptz, ended_by text, hangup_cause integer, lost boolean`)
const OFFER = columns('station text, person_id uuid, at timestamptz, ended_at timestamptz, outcome text')

function columns(types: string): { types: string; names: string[] } {
  return { types, names: types.split(',').map((one) => one.trim().split(' ')[0] as string) }
}
const listed = (names: string[], each = (name: string) => name) => names.map(each).join(', ')
const asTold = (name: string) => `${name} = excluded.${name}`

/** The call, its legs and its offers in one statement whose text never varies: what is not told again stays. */
const SAVE = `
  with told as (select * from jsonb_to_record(?::jsonb) as n(campus text, line text, identified boolean, ${CALL.types}, ${IDENTITY.types})),
  called as (
    insert into calls as k (id, pbx_id, organisation_id, campus_id, line_id, ${listed([...CALL.names, ...IDENTITY.names])})
    select ?::uuid, p.id, p.organisation_id,
           (select c.id from campuses c where c.organisation_id = p.organisation_id and c.code = n.campus),
           (select l.id from lines l where l.organisation_id = p.organisation_id and l.code = n.line),
           ${listed([...CALL.names, ...IDENTITY.names], (name) => `n.${name}`)}
      from told n, pbxs p where p.id = ?
    on conflict (id) do update set campus_id = excluded.campus_id, line_id = excluded.line_id, ${listed(CALL.names, asTold)},
           ${listed(IDENTITY.names, (name) => `${name} = case when (select identified from told) then excluded.${name} else k.${name} end`)},
           version = k.version + 1),
  offered as (
    insert into offers (call_id, leg_uniqueid, ${listed(OFFER.names)})
    select ?::uuid, o.leg_uniqueid, ${listed(OFFER.names, (name) => `o.${name}`)}
      from jsonb_to_recordset(?::jsonb) as o(leg_uniqueid text, ${OFFER.types})
    on conflict (call_id, leg_uniqueid) do update set ${listed(OFFER.names, asTold)})
  insert into call_legs (call_id, uniqueid, ${listed(LEG.names)})
  select ?::uuid, g.uniqueid, ${listed(LEG.names, (name) => `g.${name}`)}
    from jsonb_to_recordset(?::jsonb) as g(uniqueid text, ${LEG.types})
  on conflict (call_id, uniqueid) do update set ${listed(LEG.names, asTold)}
  returning id, uniqueid`

/** JSON that PostgreSQL takes: half a character, left by a cut, is not one. */
const json = (told: unknown): string =>
  JSON.stringify(told, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value))

/**
 * Writes the call as now known: its row, who called when that was found anew, the legs that changed (all of them when
 * `before` is not given), talks and offers.
 */
export async function saveCall(
  tx: Tx,
  call: Call,
  how: { before: Call | undefined; heardAs: HeardAs; recovered: boolean; identity: Identity | null },
): Promise<void> {
  const { before, heardAs, recovered, identity } = how
  const over = overOf(call)
  const first = firstAnswer(call)
  const { arrival } = call
  const row = {
    boot_id: call.bootId,
    root_uniqueid: arrival?.root ?? PROVISIONAL + call.id,
    direction: arrival?.direction ?? 'inbound',
    campus: arrival?.campus ?? null,
    line: lineOf(call),
    state: stateOf(call),
    outcome: outcomeOf(call),
    ended_by: over?.by ?? null,
    ani_raw: heardAs.first.aniRaw,
    ani_name_raw: heardAs.first.nameRaw,
    later_ani_raw: heardAs.later?.aniRaw ?? null,
    later_name_raw: heardAs.later?.nameRaw ?? null,
    ani: heardAs.ani,
    ani_name: heardAs.aniName,
    other_ani: heardAs.other.ani,
    other_ani_name: heardAs.other.aniName,
    named_at: call.later?.at ?? null,
    dialled: arrival?.dialled ?? '',
    diverted: arrival?.diverted ?? '',
    arrived_at: arrival?.at ?? call.firstHeardAt,
    notice_over_at: call.noticeOverAt,
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
    told_over: call.toldOver,
    identified: identity !== null,
    ...(identity && identityRow(identity)),
  }
  // Knowing the arrival, or the end, changes what every leg means.
  const all = before?.arrival !== call.arrival || Boolean(over)
  const legs = call.legs.filter((leg) => all || !before?.legs.includes(leg))
  const { rows } = await tx
    .raw(SAVE, [
      json(row),
      call.id,
      call.pbx,
      call.id,
      json(offersIn(call, legs)),
      call.id,
      json(legs.map((leg) => legRow(call, leg))),
    ])
    .options(prepared('save-call'))
  await saveTalks(tx, call, legs, rows)
}

const identityRow = (identity: Identity) => ({
  number_id: identity.numberId,
  place_id: identity.placeId,
  unit_id: identity.unitId,
  person_id: identity.personId,
  identified_how: identity.how,
  confidence: identity.confidence,
})

const legRow = (call: Call, leg: Leg) => ({
  uniqueid: leg.uniqueid,
  side: sideOf(call, leg),
  station: leg.station,
  person_id: leg.personId,
  started_at: leg.startedAt,
  rung_at: leg.rungAt,
  stopped_at: leg.stoppedAt,
  stopped_why: leg.stoppedWhy,
  connected_at: leg.connectedAt,
  marks: leg.marks,
  answered_at: answeredAt(call, leg),
  ended_at: leg.endedAt,
  ended_by: leg.endedBy,
  hangup_cause: leg.cause,
  lost: isLost(call, leg),
})

function offersIn(call: Call, legs: Leg[]) {
  if (call.arrival?.direction !== 'inbound') return []
  return agentLegs(call)
    .filter((leg) => leg.rungAt && legs.includes(leg))
    .map((leg) => {
      const end = offerEnd(call, leg)
      return {
        leg_uniqueid: leg.uniqueid,
        station: leg.station ?? '',
        person_id: leg.personId,
        at: leg.rungAt,
        ended_at: end?.at ?? null,
        outcome: end?.outcome ?? null,
      }
    })
}

async function saveTalks(tx: Tx, call: Call, legs: Leg[], rows: { id: string; uniqueid: string }[]): Promise<void> {
  const talks = legs.flatMap((leg) => {
    const leg_id = rows.find((row) => row.uniqueid === leg.uniqueid)?.id
    return talksOf(call, leg).map(({ from, to }) => ({ leg_id, from_at: from, to_at: to }))
  })
  if (talks.length === 0 && !legs.some((leg) => leg.marks.length > 0)) return
  const ids = rows.map((row) => row.id)
  await tx('leg_talks').whereIn('leg_id', ids).delete()
  if (talks.length > 0) await tx('leg_talks').insert(talks)
}

/** Calls, other than `but`, that began on this channel and have not ended. */
export async function openOnRoot(
  tx: Tx,
  { pbx, bootId, root, but }: { pbx: number; bootId: string; root: string; but: string },
): Promise<string[]> {
  return tx('calls')
    .where({ pbx_id: pbx, boot_id: bootId, root_uniqueid: root })
    .whereNot({ id: but })
    .whereNot('state', 'ended')
    .pluck('id')
}

/** Says of calls who called, without touching anything else. */
export async function saveIdentity(tx: Tx, callIds: string[], identity: Identity): Promise<void> {
  await tx('calls')
    .whereIn('id', callIds)
    .update({ ...identityRow(identity), version: tx.raw('version + 1') })
}
