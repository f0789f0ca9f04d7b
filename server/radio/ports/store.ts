/** Ports, handhelds and who holds them: rows. */
import type { Knex } from 'knex'
import type { Db, Tx } from '../../db/index.ts'
import type { RadioUnitView } from '../../wire/radio.ts'
import type { Handheld } from '../handhelds/known.ts'
import { DEFAULT_PROFILE, type GatewayProfile } from './profile.ts'

export type PortRow = {
  id: string
  organisationId: string
  port: string
  campus: string
  nameZh: string
  nameEn: string
  endpoint: string
  enabled: boolean
  commissionedAt: Date | null
  profile: GatewayProfile
  gatewayAddress: string | null
  version: number
}

/** The organisation of this server's exchange, in a statement: a port's code is unique within one organisation only. */
export const OURS = '(select id from organisations order by created_at, id limit 1)'

/** Where a port of this organisation is; undefined: there is none, or it is not in use any more. */
export async function placeOfPort(
  db: Db,
  organisationId: string,
  code: string,
): Promise<{ organisationId: string; campus: string } | undefined> {
  const row = await db('radio_ports as p')
    .join('campuses as c', 'c.id', 'p.campus_id')
    .where({ 'p.organisation_id': organisationId, 'p.code': code })
    .whereNull('p.retired_at')
    .first('c.code as campus')
  return row && { organisationId, campus: row.campus }
}

export async function readPorts(db: Db | Tx, organisationId: string): Promise<PortRow[]> {
  const rows = await db('radio_ports as p')
    .join('campuses as c', 'c.id', 'p.campus_id')
    .where('p.organisation_id', organisationId)
    .whereNull('p.retired_at')
    .orderBy(['p.sort', 'p.code'])
    .select('p.*', 'c.code as campus')
  return rows.map((row) => ({
    id: row.id,
    organisationId: row.organisation_id,
    port: row.code,
    campus: row.campus,
    nameZh: row.name_zh,
    nameEn: row.name_en,
    endpoint: row.endpoint,
    enabled: row.enabled,
    commissionedAt: row.commissioned_at,
    profile: { ...DEFAULT_PROFILE, ...row.profile },
    gatewayAddress: row.gateway_address,
    version: row.version,
  }))
}

/** Where a gateway registered from, so that the next server knows when another takes its place. */
export async function saveGatewayAddress(tx: Tx, port: string, address: string): Promise<void> {
  await tx('radio_ports')
    .where({ code: port })
    .whereRaw(`organisation_id = ${OURS}`)
    .whereNull('retired_at')
    .update({ gateway_address: address })
}

/** Whoever holds a handheld `u` now, of the same organisation. */
const holdsNow = (db: Db | Tx) => (on: Knex.JoinClause) =>
  on.on('h.organisation_id', 'u.organisation_id').andOn('h.unit', 'u.code').andOn(db.raw('h.during @> now()'))

/** Every handheld in use: what its radio sends, and who holds it now. */
export async function readRoster(db: Db, organisationId: string): Promise<Handheld[]> {
  const rows = await db('radio_units as u')
    .join('campuses as c', 'c.id', 'u.campus_id')
    .leftJoin('radio_holders as h', holdsNow(db))
    .where('u.organisation_id', organisationId)
    .whereNull('u.retired_at')
    .select('u.*', 'c.code as campus', 'h.person_id')
  return rows.map((row) => ({
    organisationId: row.organisation_id,
    code: row.code,
    alias: row.alias,
    holderId: row.person_id,
    campus: row.campus,
    ids: { gateway: row.gateway_id, mdc1200: row.mdc1200_id, five_tone: row.five_tone_id, dtmf: row.dtmf_id },
  }))
}

/** The register as people see it, by code. */
export async function listUnits(db: Db | Tx, organisationId: string, campuses?: string[]): Promise<RadioUnitView[]> {
  const query = db('radio_units as u')
    .join('campuses as c', 'c.id', 'u.campus_id')
    .leftJoin('radio_holders as h', holdsNow(db))
    .leftJoin('people as p', 'p.id', 'h.person_id')
    .leftJoin('crews as w', 'w.id', 'u.crew_id')
    .where('u.organisation_id', organisationId)
    .orderBy('u.code')
    .select('u.*', 'c.code as campus', 'h.person_id', 'p.name as holder', 'p.title as holder_title', 'w.code as crew')
    .select(db.raw('lower(h.during) as holds_since'))
    .select(
      db.raw(`(select max(o.from_at) from radio_overs o where o.organisation_id = u.organisation_id
        and o.unit_code = u.code and o.kind = 'rx') as last_spoke`),
    )
  if (campuses) query.whereIn('c.code', campuses)
  return (await query).map((row) => ({
    unitId: row.id,
    code: row.code,
    alias: row.alias,
    campus: row.campus,
    ids: { gateway: row.gateway_id, mdc1200: row.mdc1200_id, fiveTone: row.five_tone_id, dtmf: row.dtmf_id },
    holder: row.person_id ? { id: row.person_id, name: row.holder, title: row.holder_title } : null,
    holdsSince: row.holds_since?.toISOString() ?? null,
    lastSpokeAt: row.last_spoke?.toISOString() ?? null,
    crew: row.crew,
    retired: row.retired_at !== null,
    version: row.version,
  }))
}

/**
 * Hands a handheld to somebody until it is planned for somebody else, or puts it back; whoever held it holds it no longer.
 * Undefined: there is no such handheld.
 */
export async function handOver(
  tx: Tx,
  organisationId: string,
  code: string,
  personId: string | null,
  byId: string,
): Promise<string | undefined> {
  const of = { organisation_id: organisationId }
  const unit = await tx('radio_units')
    .where({ ...of, code })
    .whereNull('retired_at')
    .forUpdate()
    .first('id')
  if (!unit) return undefined
  await tx('radio_holders')
    .where({ ...of, unit: code })
    .whereRaw('lower(during) = now()')
    .delete()
  await tx('radio_holders')
    .where({ ...of, unit: code })
    .whereRaw('during @> now()')
    .update({ during: tx.raw('tstzrange(lower(during), now())') })
  if (personId)
    await tx('radio_holders').insert({
      unit: code,
      person_id: personId,
      by_id: byId,
      during: tx.raw(
        'tstzrange(now(), (select min(lower(during)) from radio_holders where organisation_id = ? and unit = ? and lower(during) > now()))',
        [organisationId, code],
      ),
    })
  return unit.id
}

export async function savePatch(
  tx: Tx,
  patch: { patchId: string; portIds: string[]; callId: string | null; byId: string },
): Promise<void> {
  const { rows } = await tx.raw('select organisation_id from radio_ports where id = ?', [patch.portIds[0] ?? ''])
  await tx('radio_patches').insert({
    id: patch.patchId,
    organisation_id: rows[0]?.organisation_id,
    ports: patch.portIds,
    call_id: patch.callId,
    by_id: patch.byId,
  })
  await tx('radio_patch_ports').insert(patch.portIds.map((id) => ({ patch_id: patch.patchId, port_id: id })))
}

/** `byId` null: it ended by itself, with the server or the gateway. */
export async function endPatch(tx: Tx, patchId: string | null, byId: string | null): Promise<void> {
  const open = tx('radio_patches').whereNull('to_at')
  if (patchId) open.where({ id: patchId })
  const ids = (await open.select('id')).map(({ id }) => id)
  await tx('radio_patches').whereIn('id', ids).update({ to_at: tx.fn.now(), parted_by_id: byId })
  await tx('radio_patch_ports')
    .whereIn('patch_id', ids)
    .whereRaw('upper_inf(during)')
    .update({ during: tx.raw('tstzrange(lower(during), now())') })
}

/** What the roster asks of the radio. */
export const handhelds = (db: Db) => ({
  campuses: async (organisationId: string) => [
    ...new Set((await readPorts(db, organisationId)).map(({ campus }) => campus)),
  ],
  all: (organisationId: string) => readRoster(db, organisationId),
})
