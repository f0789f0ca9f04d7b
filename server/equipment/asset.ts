/**
 * An asset: a thing we maintain.
 *
 *   registered ─► in use 在用 ⇄ spare 备用
 *                   ⇅              ⇅            each of them ─► retired 报废 (with a reason) ─► in use again
 *                 in repair 维修中 ⇄
 */
import type { AssetState } from '../wire/equipment.ts'
import type { AssetChanges, AssetCodes, AssetEvent } from './events.ts'

export type Asset = AssetCodes & {
  id: string
  code: string
  name: string
  maker: string
  model: string
  note: string
  state: AssetState
  version: number
  contractIds: string[]
}

/** Words of an asset: in its row, and in no event. */
export type AssetWords = Pick<Asset, 'name' | 'maker' | 'model' | 'note' | 'contractIds'>
export type AssetTo = Partial<AssetCodes & AssetWords>

export type AssetAsk = { byId: string } & (
  | { ask: 'change'; to: AssetTo }
  | { ask: 'turn'; state: AssetState; reason: string }
)
export type AssetRefusal = 'asset-retired' | 'reason-needed'

const CODES = ['placeId', 'unitId', 'supplierId', 'warrantyUntil', 'systemId', 'responsibleId'] as const

export const codesOf = (asset: AssetCodes): AssetCodes => ({
  placeId: asset.placeId,
  unitId: asset.unitId,
  supplierId: asset.supplierId,
  warrantyUntil: asset.warrantyUntil,
  systemId: asset.systemId,
  responsibleId: asset.responsibleId,
})

/** What is asked of an asset becomes events, or the reason why not. */
export function decide(asset: Asset, ask: AssetAsk, at: Date): AssetEvent[] | AssetRefusal {
  const by = { assetId: asset.id, at, byId: ask.byId }
  switch (ask.ask) {
    case 'change': {
      const fields = changedIn(asset, ask.to)
      if (fields.length === 0) return []
      if (asset.state === 'retired') return 'asset-retired'
      return [{ ...by, type: 'asset.changed', fields, changes: changesIn(asset, ask.to) }]
    }
    case 'turn':
      if (ask.state === asset.state) return []
      if (ask.state === 'retired' && ask.reason.trim() === '') return 'reason-needed'
      return [{ ...by, type: 'asset.state', state: [asset.state, ask.state] }]
  }
}

export function evolve(asset: Asset, event: AssetEvent): Asset {
  const version = asset.version + 1
  switch (event.type) {
    case 'asset.registered':
      return asset
    case 'asset.changed': {
      const after = { ...asset, version }
      for (const code of CODES) {
        const change = event.changes[code]
        if (change) after[code] = change[1]
      }
      return after
    }
    case 'asset.state':
      return { ...asset, version, state: event.state[1] }
  }
}

/** The names of what would really be another. */
export function changedIn(asset: Asset, to: AssetTo): string[] {
  return (Object.keys(to) as (keyof AssetTo)[]).filter((field) => {
    if (to[field] === undefined) return false
    if (field === 'contractIds')
      return [...asset.contractIds].sort().join() !== [...(to.contractIds ?? [])].sort().join()
    return to[field] !== asset[field]
  })
}

function changesIn(asset: Asset, to: AssetTo): AssetChanges {
  const changes: AssetChanges = {}
  for (const code of CODES) {
    const after = to[code]
    if (after !== undefined && after !== asset[code]) changes[code] = [asset[code], after]
  }
  return changes
}
