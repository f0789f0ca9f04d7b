/** Who is for a thing at an instant: in warranty 在保 its supplier, out of it 过保 the vendor of its contract, else nobody. */
import type { ContractKind, ForWhom } from '../wire/equipment.ts'

export type Company = {
  id: string
  code: string
  name: string
  numbers: string[]
  mail: string | null
  retired: boolean
}
/** A contract with the time in which it holds for this thing; null: without an end. */
export type Holding = {
  id: string
  kind: ContractKind
  respondMin: number | null
  from: Date
  to: Date | null
  company: Company
}
export type AssetCase = {
  retired: boolean
  /** the end of its last day in warranty; null: nobody knows */
  warrantyEnds: Date | null
  supplier: Company | null
  contracts: Holding[]
  responsibleId: string | null
}

/** Of an asset. The responsible engineer is told in any case. */
export function forAsset(asset: AssetCase, at: Date): ForWhom {
  const { responsibleId } = asset
  if (asset.retired) return { ...NOBODY, because: ['asset-retired'], responsibleId }
  const held = standing(asset.contracts, at)
  if (asset.warrantyEnds !== null && at < asset.warrantyEnds) {
    const supply = held.find(({ kind }) => kind === 'supply')
    if (supply) return { ...under(supply, ['in-warranty']), responsibleId }
    if (!asset.supplier) return { ...NOBODY, because: ['in-warranty', 'supplier-unknown'], responsibleId }
    return { ...named(asset.supplier, ['in-warranty', 'by-supplier']), responsibleId }
  }
  const why = asset.warrantyEnds === null ? 'warranty-unknown' : 'out-of-warranty'
  const maintenance = held.find(({ kind }) => kind === 'maintenance')
  if (!maintenance) return { ...NOBODY, because: [why, 'no-contract'], responsibleId }
  return { ...under(maintenance, [why]), responsibleId }
}

/** Of a system: the company of its contract, whichever kind. Its A and B are the roster's to say. */
export function forSystem(contracts: Holding[], at: Date): ForWhom {
  const [first] = standing(contracts, at)
  return first ? under(first, []) : { ...NOBODY, because: ['no-contract'] }
}

const NOBODY = { company: null, contractId: null, respondMin: null, responsibleId: null }
type Because = ForWhom['because']

/** Those that hold then, from (inclusive) to (exclusive): the soonest to answer first, then the newest. */
function standing(contracts: Holding[], at: Date): Holding[] {
  return contracts
    .filter(({ from, to }) => from <= at && (to === null || at < to))
    .sort(
      (a, b) =>
        Number(a.company.retired) - Number(b.company.retired) ||
        (a.respondMin ?? Number.POSITIVE_INFINITY) - (b.respondMin ?? Number.POSITIVE_INFINITY) ||
        b.from.getTime() - a.from.getTime() ||
        a.id.localeCompare(b.id),
    )
}

function under(contract: Holding, because: Because): ForWhom {
  const { company } = named(contract.company, [])
  if (!company) return { ...NOBODY, because: [...because, 'company-retired'] }
  return {
    ...{ company, contractId: contract.id, respondMin: contract.respondMin, responsibleId: null },
    because: [...because, 'by-contract'],
  }
}

function named({ retired, ...company }: Company, because: Because): ForWhom {
  return retired
    ? { ...NOBODY, because: [...because.filter((why) => why !== 'by-supplier'), 'company-retired'] }
    : { ...NOBODY, company, because }
}
