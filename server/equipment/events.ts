import type { AssetState } from '../wire/equipment.ts'

/** What of an asset is said in codes and ids. */
export type AssetCodes = {
  placeId: string | null
  unitId: string | null
  supplierId: string | null
  warrantyUntil: string | null
  systemId: string | null
  responsibleId: string | null
}
/** Each code that changed: before and after. */
export type AssetChanges = { [K in keyof AssetCodes]?: [AssetCodes[K], AssetCodes[K]] }

type By = { at: Date; byId: string | null; eventId?: string }

/** What happens to one asset. Its names, and why it was retired, stand in its own row. */
export type AssetEvent = By & { assetId: string } & (
    | { type: 'asset.registered'; code: string; stands: AssetCodes }
    /** `fields`: all that were changed, also those whose words the journal does not hold */
    | { type: 'asset.changed'; fields: string[]; changes: AssetChanges }
    | { type: 'asset.state'; state: [AssetState, AssetState] }
  )

export type EquipmentEvent =
  | AssetEvent
  /** the rows' own events of a whole sheet: what each was, in one line of the journal */
  | (By & {
      type: 'asset.imported'
      rows: { assetId: string; verb: 'registered' | 'changed' | 'retired'; fields: string[]; changes: AssetChanges }[]
    })
  | (By & { type: 'company.changed'; companyId: string; verb: 'created' | 'changed' | 'retired'; fields: string[] })
  | (By & { type: 'contract.changed'; contractId: string; verb: 'created' | 'changed'; fields: string[] })
