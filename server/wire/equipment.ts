/** Equipment, as both sides speak of it. */
import { type Static, Type } from 'typebox'
import { Code, Id, Nullable, strict, Text, Time, Version } from './fields.ts'
import { PersonRef, PlaceRef, UnitRef } from './views.ts'

export const AssetState = Type.Enum(['in_use', 'spare', 'in_repair', 'retired'])
export type AssetState = Static<typeof AssetState>
/** Supply: answers for what it supplied while that is in warranty; maintenance: answers after that. */
export const ContractKind = Type.Enum(['supply', 'maintenance'])
export type ContractKind = Static<typeof ContractKind>

/** A day of the calendar, between 1900 and 2199. */
export const Day = Type.String({ format: 'date', pattern: '^(19|20|21)\\d\\d-\\d\\d-\\d\\d$' })

const assetFields = {
  name: Text(120, 1),
  maker: Text(120),
  model: Text(120),
  placeId: Nullable(Id),
  unitId: Nullable(Id),
  /** who delivered it, and answers for it in warranty */
  supplierId: Nullable(Id),
  /** its last day in warranty */
  warrantyUntil: Nullable(Day),
  systemId: Nullable(Id),
  /** the responsible engineer 责任工程师: told in any case */
  responsibleId: Nullable(Id),
  note: Text(1000),
  /** under which contracts it stands now */
  contractIds: Type.Array(Id, { maxItems: 20, uniqueItems: true }),
}
const { name, ...mayBeLeft } = assetFields
export const NewAsset = Type.Object({ code: Code, name, ...Type.Partial(Type.Object(mayBeLeft)).properties }, strict)
export type NewAsset = Static<typeof NewAsset>
export const AssetChange = Type.Object(
  { version: Version, ...Type.Partial(Type.Object(assetFields)).properties },
  strict,
)
export type AssetChange = Static<typeof AssetChange>
/** A reason is needed to retire it, and is kept. */
export const AssetTurn = Type.Object({ version: Version, state: AssetState, reason: Type.Optional(Text(500)) }, strict)
export type AssetTurn = Static<typeof AssetTurn>

const CompanyRef = Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() })
const SystemRef = Type.Object({ id: Type.String(), code: Type.String(), zh: Type.String(), en: Type.String() })
const ContractRef = Type.Object({
  id: Type.String(),
  code: Type.String(),
  what: Type.String(),
  kind: ContractKind,
  company: CompanyRef,
})

export const AssetView = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  maker: Type.String(),
  model: Type.String(),
  place: Nullable(PlaceRef),
  unit: Nullable(UnitRef),
  supplier: Nullable(CompanyRef),
  warrantyUntil: Nullable(Type.String()),
  system: Nullable(SystemRef),
  responsible: Nullable(PersonRef),
  state: AssetState,
  retiredBecause: Nullable(Type.String()),
  note: Type.String(),
  contracts: Type.Array(ContractRef),
  version: Type.Integer(),
})
export type AssetView = Static<typeof AssetView>
export const AssetPage = Type.Object({ items: Type.Array(AssetView), next: Nullable(Type.String()) })

/** Why whoever is named is for it, or why nobody is. */
export const ForWhomBecause = Type.Enum([
  'in-warranty',
  'out-of-warranty',
  'warranty-unknown',
  'by-contract',
  'by-supplier',
  'supplier-unknown',
  'no-contract',
  'company-retired',
  'asset-retired',
])
export type ForWhomBecause = Static<typeof ForWhomBecause>
/** Who is for an asset or a system: a company or nobody, and the responsible engineer in any case. */
export const ForWhom = Type.Object({
  company: Nullable(
    Type.Object({ ...CompanyRef.properties, numbers: Type.Array(Type.String()), mail: Nullable(Type.String()) }),
  ),
  contractId: Nullable(Type.String()),
  /** how soon that contract says they answer */
  respondMin: Nullable(Type.Integer()),
  because: Type.Array(ForWhomBecause),
  responsibleId: Nullable(Type.String()),
})
export type ForWhom = Static<typeof ForWhom>

const companyFields = {
  name: Text(120, 1),
  /** its dispatcher's, in the order they are tried */
  numbers: Type.Array(Text(40, 1), { maxItems: 5, uniqueItems: true }),
  mail: Nullable(Type.String({ format: 'email', maxLength: 200 })),
}
const { name: companyName, ...howToReach } = companyFields
export const NewCompany = Type.Object(
  { code: Code, name: companyName, ...Type.Partial(Type.Object(howToReach)).properties },
  strict,
)
export type NewCompany = Static<typeof NewCompany>
export const CompanyChange = Type.Object(
  { version: Version, ...Type.Partial(Type.Object({ ...companyFields, retired: Type.Boolean() })).properties },
  strict,
)
export type CompanyChange = Static<typeof CompanyChange>

const contractFields = {
  kind: ContractKind,
  what: Text(200, 1),
  line: Nullable(Code),
  systemId: Nullable(Id),
  respondMin: Nullable(Type.Integer({ minimum: 1, maximum: 43_200 })),
  from: Time,
  to: Nullable(Time),
}
const { kind, what, from, ...otherTerms } = contractFields
export const NewContract = Type.Object(
  { code: Code, companyId: Id, kind, what, from, ...Type.Partial(Type.Object(otherTerms)).properties },
  strict,
)
export type NewContract = Static<typeof NewContract>
export const ContractChange = Type.Object(
  { version: Version, ...Type.Partial(Type.Object(contractFields)).properties },
  strict,
)
export type ContractChange = Static<typeof ContractChange>

export const ContractView = Type.Object({
  id: Type.String(),
  code: Type.String(),
  kind: ContractKind,
  what: Type.String(),
  line: Nullable(Type.String()),
  system: Nullable(SystemRef),
  respondMin: Nullable(Type.Integer()),
  from: Type.String(),
  to: Nullable(Type.String()),
  /** how many assets stand under it now */
  assets: Type.Integer(),
  version: Type.Integer(),
})
export type ContractView = Static<typeof ContractView>
export const CompanyView = Type.Object({
  ...CompanyRef.properties,
  numbers: Type.Array(Type.String()),
  mail: Nullable(Type.String()),
  retired: Type.Boolean(),
  contracts: Type.Array(ContractView),
  version: Type.Integer(),
})
export type CompanyView = Static<typeof CompanyView>
export const Companies = Type.Object({ items: Type.Array(CompanyView), systems: Type.Array(SystemRef) })
export type Companies = Static<typeof Companies>

/** `whole`: the sheet is the whole register, and what is not on it is retired; `mayRetire`: as many as the dry run said. */
export const AssetImport = Type.Object(
  {
    csv: Type.String(),
    dryRun: Type.Boolean(),
    whole: Type.Optional(Type.Boolean()),
    mayRetire: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  strict,
)
export type AssetImport = Static<typeof AssetImport>
