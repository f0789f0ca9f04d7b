/** Ports and patches: rows. */
import type { Db, Tx } from '../../db/index.ts'
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

/** The organisation whose Asterisk this server drives, in a statement: a port's code is unique within one organisation only. */
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

/** Where a gateway registered from, so that also the next server notices when it is another address. */
export async function saveGatewayAddress(tx: Tx, port: string, address: string): Promise<void> {
  await tx('radio_ports')
    .where({ code: port })
    .whereRaw(`organisation_id = ${OURS}`)
    .whereNull('retired_at')
    .update({ gateway_address: address })
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
