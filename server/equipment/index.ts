/** The things we maintain, the companies behind them, and who is for each of them at an instant. */
import { type Actor, may, type Verb } from '../access/index.ts'
import type { Db, Tx } from '../db/index.ts'
import { asked } from '../directory/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { AssetState, AssetView, Companies, ForWhom } from '../wire/equipment.ts'
import * as companies from './company-store.ts'
import { forAsset, forSystem } from './for-whom.ts'
import * as store from './store.ts'

export type { EquipmentEvent } from './events.ts'
export { exportAssets, importAssets } from './importing.ts'
export {
  changeAsset,
  changeCompany,
  changeContract,
  openCompany,
  openContract,
  register,
  turnAsset,
} from './keeping.ts'
export { seedEquipment } from './seed-store.ts'

/** Whoever may not do this to the register is told so. @throws Refusal not-allowed */
export function registrar(actor: Actor, verb: Verb): Actor {
  if (!may(actor, verb, { kind: 'equipment', organisationId: actor.organisationId })) throw new Refusal('not-allowed')
  return actor
}

/**
 * Who is for an asset or a system at an instant: in warranty its supplier, out of it the vendor of its contract, else
 * nobody, with the reasons as codes. The responsible engineer of an asset is named in any case; a system's A and B are
 * the roster's. None: there is no such asset or system in this organisation.
 */
export async function whoIsFor(
  db: Db | Tx,
  organisationId: string,
  of: { assetId: string } | { systemId: string },
  at: Date,
): Promise<ForWhom | undefined> {
  if ('systemId' in of) {
    const contracts = await companies.contractsOfSystem(db, organisationId, of.systemId)
    return contracts && forSystem(contracts, at)
  }
  const asset = await companies.caseOf(db, organisationId, of.assetId)
  return asset && forAsset(asset, at)
}

/** The same for people to read. */
export async function forWhom(
  db: Db,
  actor: Actor,
  of: { assetId: string } | { systemId: string },
  at: Date,
): Promise<ForWhom> {
  const { organisationId } = registrar(actor, 'see')
  const found = await whoIsFor(db, organisationId, of, at)
  if (!found) throw notFound('assetId' in of ? 'asset' : 'system')
  return found
}

export async function listAssets(
  db: Db,
  actor: Actor,
  { q, ...page }: { q: string; state: AssetState | undefined; after: string | undefined; limit: number },
): Promise<AssetView[]> {
  const { organisationId } = registrar(actor, 'see')
  return store.listAssets(db, organisationId, { ...page, words: asked(q).words })
}

export async function readAsset(db: Db, actor: Actor, id: string): Promise<AssetView> {
  const { organisationId } = registrar(actor, 'see')
  const asset = await store.readAsset(db, organisationId, id)
  if (!asset) throw notFound('asset')
  return asset
}

export async function listCompanies(db: Db, actor: Actor): Promise<Companies> {
  const { organisationId } = registrar(actor, 'see')
  const [items, systems] = await Promise.all([
    companies.readCompanies(db, organisationId),
    companies.readSystems(db, organisationId),
  ])
  return { items, systems }
}
