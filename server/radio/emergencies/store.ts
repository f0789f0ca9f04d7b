/** Emergencies: latched until one person has acknowledged and a supervisor has cleared them, whatever restarts meanwhile. */
import type { Db, Tx } from '../../db/index.ts'
import type { EmergencyView } from '../../wire/radio.ts'
import type { Emergency, RaisedHow } from '../engine/words.ts'
import { unregistered } from '../hearing/ident.ts'
import { OURS } from '../ports/store.ts'

export async function insertEmergency(
  tx: Tx,
  emergency: Emergency,
  how: RaisedHow,
): Promise<{ campus: string } | undefined> {
  const { rows } = await tx.raw(
    `with port as (select p.id, p.organisation_id, c.code as campus from radio_ports p join campuses c on c.id = p.campus_id
       where p.code = :port and p.organisation_id = ${OURS}),
     made as (insert into radio_emergencies (id, organisation_id, port_id, unit_code, raw_id, over_id, raised_how, raised_at)
       select :id, organisation_id, id, :unit, :raw, :over, :how, :at from port on conflict do nothing returning id)
     select port.campus from port, made`,
    {
      id: emergency.id,
      port: emergency.port,
      unit: emergency.unit,
      raw: emergency.raw,
      over: emergency.overId,
      how,
      at: new Date(emergency.raisedAt),
    },
  )
  return rows[0]
}

export async function setTicket(tx: Tx, id: string, ticketId: string): Promise<void> {
  await tx('radio_emergencies').where({ id }).update({ ticket_id: ticketId })
}
export async function setAcked(tx: Tx, id: string, byId: string, at: Date): Promise<void> {
  await tx('radio_emergencies').where({ id }).whereNull('acked_at').update({ acked_at: at, acked_by_id: byId })
}
export async function setCleared(tx: Tx, id: string, byId: string, reason: string): Promise<void> {
  await tx('radio_emergencies')
    .where({ id })
    .whereNull('cleared_at')
    .update({ cleared_at: tx.fn.now(), cleared_by_id: byId, clear_reason: reason })
}

export type ShownEmergency = EmergencyView & {
  organisationId: string
  campus: string
  raw: string | null
  cleared: boolean
  ackedById: string | null
}

/** What of an emergency consoles are shown. */
export const viewOf = ({
  emergencyId,
  port,
  unit,
  talker,
  ticketId,
  raisedAt,
  ackedAt,
  ackedBy,
}: ShownEmergency): EmergencyView => ({ emergencyId, port, unit, talker, ticketId, raisedAt, ackedAt, ackedBy })

/** Those of an organisation that are latched, or those asked for. */
export async function readEmergencies(db: Db | Tx, organisationId: string, ids?: string[]): Promise<ShownEmergency[]> {
  const query = db('radio_emergencies as e')
    .join('radio_ports as p', 'p.id', 'e.port_id')
    .join('campuses as c', 'c.id', 'p.campus_id')
    .leftJoin('people as a', 'a.id', 'e.acked_by_id')
    .leftJoin('radio_units as u', (on) =>
      on.on('u.organisation_id', 'e.organisation_id').andOn('u.code', 'e.unit_code'),
    )
    // whoever held it when it called: the last to have taken it over
    .joinRaw(
      `left join lateral (select p.id as holder_id, p.name as holder from radio_holders h join people p on p.id = h.person_id
        where h.organisation_id = e.organisation_id and h.unit = e.unit_code and h.during @> e.raised_at order by lower(h.during) desc limit 1) as h on true`,
    )
    .where('e.organisation_id', organisationId)
    .orderBy('e.raised_at')
    .select(
      'e.*',
      'p.code as port',
      'c.code as campus',
      'a.name as acker',
      'a.title as acker_title',
      'u.alias as alias',
      'h.holder',
      'h.holder_id',
    )
  if (ids) query.whereIn('e.id', ids)
  else query.whereNull('e.cleared_at')
  return (await query).map((row) => ({
    organisationId: row.organisation_id,
    emergencyId: row.id,
    port: row.port,
    campus: row.campus,
    unit: row.unit_code,
    talker: row.unit_code
      ? {
          kind: 'unit' as const,
          name: row.holder ?? (row.alias || row.unit_code),
          unit: row.unit_code,
          personId: row.holder_id,
          how: null,
          confidence: 90,
        }
      : row.raw_id
        ? unregistered(row.raw_id)
        : null,
    raw: row.raw_id,
    ticketId: row.ticket_id,
    raisedAt: row.raised_at.toISOString(),
    ackedAt: row.acked_at?.toISOString() ?? null,
    ackedBy: row.acked_by_id ? { id: row.acked_by_id, name: row.acker, title: row.acker_title } : null,
    ackedById: row.acked_by_id,
    cleared: row.cleared_at !== null,
  }))
}
