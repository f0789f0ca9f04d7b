/** How the register is kept: held, decided, saved. */
import { randomUUID } from 'node:crypto'
import { clock, type Tx } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import type {
  AssetChange,
  AssetTurn,
  CompanyChange,
  ContractChange,
  NewAsset,
  NewCompany,
  NewContract,
} from '../wire/equipment.ts'
import { type Asset, type AssetAsk, type AssetTo, codesOf, decide, evolve } from './asset.ts'
import * as companies from './company-store.ts'
import type { AssetEvent, EquipmentEvent } from './events.ts'
import * as store from './store.ts'

/** Who keeps it, and for which organisation. */
export type Keeper = { personId: string; organisationId: string }
type Kept = { id: string; events: EquipmentEvent[] }

type Registered = { asset: Asset; events: AssetEvent[] }

/** Puts a new asset on the register. @throws Refusal asset-code-taken, no-such-row */
export async function register(tx: Tx, by: Keeper, wanted: NewAsset): Promise<Registered> {
  await known(tx, by, wanted)
  return put(tx, by, wanted)
}

/** The same, where whatever it names is known to be there. */
export async function put(tx: Tx, by: Keeper, wanted: NewAsset): Promise<Registered> {
  const asset: Asset = { ...BLANK, ...wanted, id: randomUUID() }
  await codeSaid(() => store.insertAsset(tx, by.organisationId, asset))
  const event = { type: 'asset.registered', at: await clock(tx), byId: by.personId, assetId: asset.id } as const
  return { asset, events: [{ ...event, code: asset.code, stands: codesOf(asset) }] }
}
const BLANK = {
  ...{ maker: '', model: '', placeId: null, unitId: null, supplierId: null, warrantyUntil: null, systemId: null },
  ...{ responsibleId: null, note: '', contractIds: [], state: 'in_use' as const, version: 1 },
}

export async function changeAsset(tx: Tx, by: Keeper, id: string, change: AssetChange): Promise<AssetEvent[]> {
  const { version, ...to } = change
  const asset = await held(tx, by, id, version)
  await known(tx, by, to)
  return ask(tx, asset, { ask: 'change', byId: by.personId, to })
}

export async function turnAsset(tx: Tx, by: Keeper, id: string, turn: AssetTurn): Promise<AssetEvent[]> {
  const asset = await held(tx, by, id, turn.version)
  return ask(tx, asset, { ask: 'turn', byId: by.personId, state: turn.state, reason: turn.reason ?? '' })
}

/** Asks it of an asset that is held. */
export async function ask(tx: Tx, asset: Asset, asked: AssetAsk): Promise<AssetEvent[]> {
  const events = decide(asset, asked, await clock(tx))
  if (typeof events === 'string') throw new Refusal(events, events === 'reason-needed' ? { field: 'reason' } : {})
  if (events.length === 0) return []
  await store.saveAsset(
    tx,
    events.reduce(evolve, asset),
    asked.ask === 'change' ? { words: wordsOf(asked.to) } : { reason: asked.reason.trim() },
  )
  return events
}

function wordsOf({ name, maker, model, note, contractIds }: AssetTo) {
  return {
    ...(name !== undefined && { name }),
    ...(maker !== undefined && { maker }),
    ...(model !== undefined && { model }),
    ...(note !== undefined && { note }),
    ...(contractIds !== undefined && { contractIds }),
  }
}

async function held(tx: Tx, by: Keeper, id: string, version: number): Promise<Asset> {
  const asset = await store.holdAsset(tx, by.organisationId, id)
  if (!asset) throw notFound('asset')
  if (asset.version !== version) throw new Refusal('changed-meanwhile', { version: asset.version })
  return asset
}

async function known(tx: Tx, by: Keeper, values: Record<string, unknown>): Promise<void> {
  const field = await store.strangerIn(tx, by.organisationId, values)
  if (field) throw new Refusal('no-such-row', { field })
}

const TAKEN: Record<string, string> = {
  asset_codes_are_unique_without_case: 'asset-code-taken',
  company_codes_are_unique_in_an_organisation: 'already-there',
  contract_codes_are_unique_in_an_organisation: 'already-there',
}

/** A code that is another's, said as such: PostgreSQL's unique_violation. */
async function codeSaid<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint = '' } = error as { code?: string; constraint?: string }
    const said = code === '23505' && TAKEN[constraint]
    if (said) throw new Refusal(said, { field: 'code' })
    throw error
  }
}

export async function openCompany(tx: Tx, by: Keeper, wanted: NewCompany): Promise<Kept> {
  const id = randomUUID()
  const at = await clock(tx)
  await codeSaid(() => companies.insertCompany(tx, by.organisationId, id, wanted))
  return { id, events: [companyEvent(by, at, id, 'created', [])] }
}

export async function changeCompany(tx: Tx, by: Keeper, id: string, change: CompanyChange): Promise<EquipmentEvent[]> {
  const { version, ...to } = change
  const before = (await companies.readCompanies(tx, by.organisationId)).find((one) => one.id === id)
  if (!before) throw notFound('company')
  const fields = (Object.keys(to) as (keyof typeof to)[]).filter(
    (field) => JSON.stringify(to[field]) !== JSON.stringify(before[field]),
  )
  if (before.version === version && fields.length === 0) return []
  if (!(await companies.updateCompany(tx, id, version, to)))
    throw new Refusal('changed-meanwhile', { version: before.version })
  const verb = to.retired && !before.retired ? 'retired' : 'changed'
  return [companyEvent(by, await clock(tx), id, verb, fields)]
}

const companyEvent = (
  { personId: byId }: Keeper,
  at: Date,
  companyId: string,
  verb: 'created' | 'changed' | 'retired',
  fields: string[],
): EquipmentEvent => ({ type: 'company.changed', at, byId, companyId, verb, fields })

export async function openContract(tx: Tx, by: Keeper, wanted: NewContract): Promise<Kept> {
  await known(tx, by, wanted)
  const id = randomUUID()
  const whole = { line: null, systemId: null, respondMin: null, to: null, ...wanted }
  await saved(tx, by, id, whole, 1)
  const event = { type: 'contract.changed', at: await clock(tx), byId: by.personId, contractId: id } as const
  return { id, events: [{ ...event, verb: 'created', fields: [] }] }
}

export async function changeContract(
  tx: Tx,
  by: Keeper,
  id: string,
  change: ContractChange,
): Promise<EquipmentEvent[]> {
  const { version, ...to } = change
  const before = await companies.holdContract(tx, by.organisationId, id)
  if (!before) throw notFound('contract')
  if (before.version !== version) throw new Refusal('changed-meanwhile', { version: before.version })
  const fields = (Object.keys(to) as (keyof typeof to)[]).filter((field) => to[field] !== before[field])
  if (fields.length === 0) return []
  await known(tx, by, to)
  await saved(tx, by, id, { ...before, ...to }, version + 1)
  const event = { type: 'contract.changed', at: await clock(tx), byId: by.personId, contractId: id } as const
  return [{ ...event, verb: 'changed', fields }]
}

async function saved(tx: Tx, by: Keeper, id: string, contract: companies.ContractRow, version: number): Promise<void> {
  if (contract.to !== null && Date.parse(contract.from) >= Date.parse(contract.to))
    throw new Refusal('ends-before-it-begins', { field: 'to' })
  if (!(await codeSaid(() => companies.saveContract(tx, by.organisationId, id, contract, version))))
    throw new Refusal('no-such-line', { field: 'line' })
}
