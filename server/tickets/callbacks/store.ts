import type { Db, Tx } from '../db/index.ts'
import type { CallReason, ClearedHow } from './events.ts'

export type Callback = {
  id: string
  organisationId: string
  callId: string
  campusId: string | null
  campus: string | null
  line: string | null
  number: string
  placeId: string | null
  owedAt: Date
  why: 'abandoned' | 'asked' | 'voicemail'
  takenBy: string | null
  takenAt: Date | null
  leaseUntil: Date | null
  tries: number
  clearedAt: Date | null
  clearedHow: ClearedHow | null
}

function read(db: Db | Tx) {
  return db('callbacks as b')
    .leftJoin('campuses as c', 'c.id', 'b.campus_id')
    .leftJoin('lines as l', 'l.id', 'b.line_id')
    .select('b.*', 'c.code as campus_code', 'l.code as line_code')
}

// biome-ignore lint/suspicious/noExplicitAny: a row as PostgreSQL gives it
const fromRow = (row: any): Callback => ({
  id: row.id,
  organisationId: row.organisation_id,
  callId: row.call_id,
  campusId: row.campus_id,
  campus: row.campus_code,
  line: row.line_code,
  number: row.number,
  placeId: row.place_id,
  owedAt: row.owed_at,
  why: row.why,
  takenBy: row.taken_by,
  takenAt: row.taken_at,
  leaseUntil: row.lease_until,
  tries: row.tries,
  clearedAt: row.cleared_at,
  clearedHow: row.cleared_how,
})

/** Owes a call back, once per call. Answers the id when it is new. */
export async function insertCallback(
  tx: Tx,
  row: {
    organisationId: string
    callId: string
    campusId: string | null
    lineId: string | null
    number: string
    placeId: string | null
    owedAt: Date
    why: Callback['why']
  },
): Promise<string | undefined> {
  const [inserted] = await tx('callbacks')
    .insert({
      organisation_id: row.organisationId,
      call_id: row.callId,
      campus_id: row.campusId,
      line_id: row.lineId,
      number: row.number,
      place_id: row.placeId,
      owed_at: row.owedAt,
      why: row.why,
    })
    .onConflict('call_id')
    .ignore()
    .returning('id')
  return inserted?.id
}

export async function holdCallback(tx: Tx, id: string): Promise<Callback | undefined> {
  const row = await read(tx).where('b.id', id).forUpdate('b').first()
  return row && fromRow(row)
}

export async function readCallbacks(db: Db | Tx, ids: string[]): Promise<Callback[]> {
  return ids.length === 0 ? [] : (await read(db).whereIn('b.id', ids)).map(fromRow)
}

/** All owed ones of the organisation, oldest first. */
export async function owedCallbacks(db: Db, organisationId: string, limit = 500): Promise<Callback[]> {
  const rows = await read(db)
    .where('b.organisation_id', organisationId)
    .whereNull('b.cleared_at')
    .orderBy('b.owed_at')
    .limit(limit)
  return rows.map(fromRow)
}

export async function callbackOfCall(db: Db | Tx, callId: string): Promise<string | undefined> {
  return (await db('callbacks').where({ call_id: callId }).first('id'))?.id
}

/** Gives a lease: whoever holds it calls, nobody else does. */
export async function lease(tx: Tx, id: string, personId: string, minutes: number): Promise<Date> {
  const [row] = await tx('callbacks')
    .where({ id })
    .update({
      taken_by: personId,
      taken_at: tx.fn.now(),
      lease_until: tx.raw(`now() + ? * interval '1 minute'`, [minutes]),
    })
    .returning('lease_until')
  return row.lease_until
}

export async function release(tx: Tx, id: string): Promise<void> {
  await tx('callbacks').where({ id }).update({ taken_by: null, taken_at: null, lease_until: null })
}

export async function countTry(tx: Tx, id: string): Promise<void> {
  await tx('callbacks').where({ id }).increment('tries', 1)
}

/** Owed by this line to this number at this campus, to this place, or to this person. One of no line is any line's. */
export async function owedTo(
  tx: Tx,
  whom: {
    organisationId: string
    campusId: string | null
    lineId: string | null
    number: string
    placeId: string | null
    personId: string | null
  },
): Promise<{ id: string; byCaller: boolean }[]> {
  const { rows } = await tx.raw(
    `select b.id, k.by_number or k.by_person as by_caller
       from callbacks b
       join lateral (select coalesce(b.number = :number and b.number <> '' and b.campus_id is not distinct from :campus, false) as by_number,
                            coalesce(c.person_id = :person, false) as by_person
                       from calls c where c.id = b.call_id) k on true
      where b.organisation_id = :org and b.cleared_at is null
        and (b.line_id is null or b.line_id = :line) and (k.by_number or k.by_person or b.place_id = :place)
      order by b.owed_at for update of b`,
    {
      org: whom.organisationId,
      number: whom.number,
      campus: whom.campusId,
      line: whom.lineId,
      place: whom.placeId,
      person: whom.personId,
    },
  )
  return rows.map((row: { id: string; by_caller: boolean }) => ({ id: row.id, byCaller: row.by_caller }))
}

export async function clear(
  tx: Tx,
  id: string,
  how: ClearedHow,
  by: { personId: string | null; callId: string | null; note: string | null },
): Promise<void> {
  await tx('callbacks').where({ id }).update({
    cleared_at: tx.fn.now(),
    cleared_how: how,
    cleared_by: by.personId,
    cleared_call_id: by.callId,
    note: by.note,
  })
}

/** Writes why an ended call has neither ticket nor callback; the first reason given stays. */
export async function insertReason(
  tx: Tx,
  row: { callId: string; reason: CallReason; note: string | null; byId: string | null; at: Date },
): Promise<boolean> {
  const rows = await tx('call_reasons')
    .insert({ call_id: row.callId, reason: row.reason, note: row.note, by_id: row.byId, at: row.at })
    .onConflict('call_id')
    .ignore()
    .returning('call_id')
  return rows.length > 0
}

export async function deleteReason(tx: Tx, callId: string): Promise<void> {
  await tx('call_reasons').where({ call_id: callId }).delete()
}
