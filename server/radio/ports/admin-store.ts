/** Ports as administrators keep them, and their commissioning runs: rows. */
import type { Db, Tx } from '../../db/index.ts'
import type { CommissioningView, CommissioningWitness } from '../../wire/radio.ts'
import type { GatewayProfile } from './profile.ts'

export type PortChange = Partial<{
  nameZh: string
  nameEn: string
  sort: number
  enabled: boolean
  profile: GatewayProfile
  /** the gateway is told to transmit in another way: what was proven is proven no more */
  uncommission: true
}>

/** Undefined: no such campus. */
export async function insertPort(
  tx: Tx,
  port: {
    organisationId: string
    code: string
    campus: string
    nameZh: string
    nameEn: string
    profile: GatewayProfile
  },
): Promise<string | undefined> {
  const campus = await tx('campuses').where({ organisation_id: port.organisationId, code: port.campus }).first('id')
  if (!campus) return undefined
  const [row] = await tx('radio_ports')
    .insert({
      organisation_id: port.organisationId,
      pbx_id: 1,
      campus_id: campus.id,
      code: port.code,
      name_zh: port.nameZh,
      name_en: port.nameEn,
      endpoint: `g-${port.code}`,
      profile: JSON.stringify(port.profile),
    })
    .returning('id')
  return row.id
}

/** False: somebody changed it meanwhile. */
export async function updatePort(tx: Tx, id: string, version: number, change: PortChange): Promise<boolean> {
  const { nameZh, nameEn, sort, enabled, profile, uncommission } = change
  const changed = await tx('radio_ports')
    .where({ id, version })
    .update({
      ...(nameZh !== undefined && { name_zh: nameZh }),
      ...(nameEn !== undefined && { name_en: nameEn }),
      ...(sort !== undefined && { sort }),
      ...(enabled !== undefined && { enabled }),
      ...(profile && { profile: JSON.stringify(profile) }),
      ...(uncommission && { commissioned_at: null, enabled: false }),
      version: version + 1,
    })
  return changed > 0
}

/** Runs that a dead server left open have failed. */
export async function endBrokenOff(db: Db | Tx): Promise<void> {
  await db('radio_commissionings')
    .whereNull('ended_at')
    .update({ ended_at: db.fn.now(), passed: false, report: JSON.stringify({ why: 'interrupted' }) })
}

export async function beginCommissioning(db: Db, portId: string, byId: string): Promise<string> {
  const [row] = await db('radio_commissionings')
    .insert({ port_id: portId, began_at: db.fn.now(), by_id: byId })
    .returning('id')
  return row.id
}

export async function endCommissioning(
  tx: Tx,
  run: { id: string; portId: string; passed: boolean; report: object },
): Promise<void> {
  await tx('radio_commissionings')
    .where({ id: run.id })
    .update({ ended_at: tx.fn.now(), passed: run.passed, report: JSON.stringify(run.report) })
  if (run.passed)
    await tx('radio_ports')
      .where({ id: run.portId })
      .update({ commissioned_at: tx.fn.now(), version: tx.raw('version + 1') })
}

/**
 * The last run that ended, with what was seen at the gateway; one that was keyed then has not passed. Undefined: there
 * is none.
 */
export async function keepWitness(
  tx: Tx,
  portId: string,
  seen: CommissioningWitness,
): Promise<{ commissioningId: string; passed: boolean } | undefined> {
  const run = await tx('radio_commissionings')
    .where({ port_id: portId })
    .whereNotNull('ended_at')
    .orderBy('began_at', 'desc')
    .first()
    .forUpdate()
  if (!run) return undefined
  const why = seen.keyedInIdle ? 'keyed_in_idle' : seen.stayedKeyed ? 'stayed_keyed' : null
  const passed = run.passed && why === null
  const report = { ...run.report, witness: seen, ...(why && run.passed ? { why } : {}) }
  await tx('radio_commissionings')
    .where({ id: run.id })
    .update({ passed, report: JSON.stringify(report) })
  if (why)
    await tx('radio_ports')
      .where({ id: portId })
      .update({ commissioned_at: null, enabled: false, version: tx.raw('version + 1') })
  return { commissioningId: run.id, passed }
}

export async function lastCommissioning(db: Db, portId: string): Promise<CommissioningView['last']> {
  const row = await db('radio_commissionings as r')
    .leftJoin('people as p', 'p.id', 'r.by_id')
    .where('r.port_id', portId)
    .orderBy('r.began_at', 'desc')
    .first('r.*', 'p.name', 'p.title')
  if (!row) return null
  return {
    commissioningId: row.id,
    beganAt: row.began_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    by: row.name ? { id: row.by_id, name: row.name, title: row.title } : null,
    passed: row.passed,
    report: row.report,
  }
}
