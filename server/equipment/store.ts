/** Rows of assets, and of the contracts they stand under. */
import { type Db, every, like, type Tx } from '../db/index.ts'
import type { AssetState, AssetView } from '../wire/equipment.ts'
import type { Asset, AssetWords } from './asset.ts'
import type { AssetCodes } from './events.ts'

const ASSET = `a.id, a.code, a.name, a.maker, a.model, a.note, a.state, a.version, a.place_id as "placeId",
  a.unit_id as "unitId", a.supplier_id as "supplierId", to_char(a.warranty_until, 'YYYY-MM-DD') as "warrantyUntil",
  a.system_id as "systemId", a.responsible_id as "responsibleId",
  coalesce((select array_agg(k.contract_id order by k.contract_id) from asset_contracts k
             where k.asset_id = a.id and k.during @> now()), '{}') as "contractIds"`

/** An asset, held until the transaction ends. */
export async function holdAsset(tx: Tx, organisationId: string, id: string): Promise<Asset | undefined> {
  const { rows } = await tx.raw(
    `select ${ASSET} from assets a where a.organisation_id = ? and a.id = ? for update of a`,
    [organisationId, id],
  )
  return rows[0]
}

/** All of the register, held: an import looks at each. */
export async function holdRegister(tx: Tx, organisationId: string): Promise<Asset[]> {
  const { rows } = await tx.raw(
    `select ${ASSET} from assets a where a.organisation_id = ? order by a.code for update of a`,
    [organisationId],
  )
  return rows
}

const coded = (asset: AssetCodes & { state: AssetState }) => ({
  place_id: asset.placeId,
  unit_id: asset.unitId,
  supplier_id: asset.supplierId,
  warranty_until: asset.warrantyUntil,
  system_id: asset.systemId,
  responsible_id: asset.responsibleId,
  state: asset.state,
})

export async function insertAsset(tx: Tx, organisationId: string, asset: Asset): Promise<void> {
  const { id, code, name, maker, model, note, contractIds } = asset
  await tx('assets').insert({ id, organisation_id: organisationId, code, name, maker, model, note, ...coded(asset) })
  await setContracts(tx, id, contractIds)
}

/** Writes what `evolve` returned, and the words that no event holds. */
export async function saveAsset(
  tx: Tx,
  after: Asset,
  { words: { contractIds, ...texts } = {}, reason }: { words?: Partial<AssetWords>; reason?: string },
): Promise<void> {
  await tx('assets')
    .where({ id: after.id })
    .update({
      ...coded(after),
      ...texts,
      version: after.version,
      retired_because: after.state === 'retired' ? (reason ?? tx.ref('retired_because')) : null,
    })
  if (contractIds) await setContracts(tx, after.id, contractIds)
}

/** What it stood under before ends now; what it stands under still goes on. */
async function setContracts(tx: Tx, assetId: string, ids: string[]): Promise<void> {
  await tx.raw(
    `delete from asset_contracts where asset_id = :assetId and lower(during) >= now() and not contract_id = any(:ids::uuid[])`,
    { assetId, ids },
  )
  await tx.raw(
    `update asset_contracts set during = tstzrange(lower(during), now())
      where asset_id = :assetId and during @> now() and not contract_id = any(:ids::uuid[])`,
    { assetId, ids },
  )
  await tx.raw(
    `insert into asset_contracts (asset_id, contract_id) select :assetId, c.id from unnest(:ids::uuid[]) c (id)
      where not exists (select from asset_contracts k where k.asset_id = :assetId and k.contract_id = c.id and k.during @> now())`,
    { assetId, ids },
  )
}

const SHOWN = `a.id, a.code, a.name, a.maker, a.model, a.note, a.state, a.version, a.retired_because as "retiredBecause",
  to_char(a.warranty_until, 'YYYY-MM-DD') as "warrantyUntil",
  case when p.id is not null then jsonb_build_object('id', p.id, 'campus', pc.code, 'zh', p.path_zh, 'en', p.name_en, 'noTransmit', p.no_transmit) end as place,
  case when u.id is not null then jsonb_build_object('id', u.id, 'zh', u.name_zh, 'en', u.name_en) end as unit,
  case when s.id is not null then jsonb_build_object('id', s.id, 'code', s.code, 'name', s.name) end as supplier,
  case when y.id is not null then jsonb_build_object('id', y.id, 'code', y.code, 'zh', y.name_zh, 'en', y.name_en) end as system,
  case when r.id is not null then jsonb_build_object('id', r.id, 'name', r.name, 'title', r.title) end as responsible,
  coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'code', c.code, 'what', c.what, 'kind', c.kind,
       'company', jsonb_build_object('id', o.id, 'code', o.code, 'name', o.name)) order by c.code)
     from asset_contracts k join contracts c on c.id = k.contract_id join companies o on o.id = c.company_id
    where k.asset_id = a.id and k.during @> now()), '[]') as contracts`
const FROM = `assets a left join places p on p.id = a.place_id left join campuses pc on pc.id = p.campus_id
  left join units u on u.id = a.unit_id left join companies s on s.id = a.supplier_id
  left join systems y on y.id = a.system_id left join people r on r.id = a.responsible_id`

export async function readAsset(db: Db | Tx, organisationId: string, id: string): Promise<AssetView | undefined> {
  const { rows } = await db.raw(`select ${SHOWN} from ${FROM} where a.organisation_id = ? and a.id = ?`, [
    organisationId,
    id,
  ])
  return rows[0]
}

const WORDS = `a.code || ' ' || a.name || ' ' || a.maker || ' ' || a.model`
const PLACE = `w.path_zh || ' ' || coalesce(w.name_en, '') || ' ' || w.code`

/** By code: each word in the asset's own words or in those of its place. `state` none: all but the retired. */
export async function listAssets(
  db: Db,
  organisationId: string,
  {
    words,
    state,
    after,
    limit,
  }: { words: string[][]; state: AssetState | undefined; after: string | undefined; limit: number },
): Promise<AssetView[]> {
  const found = words.map((word) => {
    const place = every(PLACE, [word])
    const own = word.map((spelt) =>
      Array.from(spelt).length > 1 ? `(a.grams @> cjk_grams(?) and ${WORDS} ilike ?)` : `${WORDS} ilike ?`,
    )
    return {
      sql: `(${own.join(' or ')} or a.place_id in (select w.id from places w where ${place.sql}))`,
      bound: [
        ...word.flatMap((spelt) => (Array.from(spelt).length > 1 ? [spelt, like(spelt)] : [like(spelt)])),
        ...place.bound,
      ],
    }
  })
  const { rows } = await db.raw(
    `select ${SHOWN} from ${FROM} where a.organisation_id = ? and ${state ? 'a.state = ?' : `a.state <> 'retired'`}
       ${after === undefined ? '' : 'and a.code > ?'} ${found.map(({ sql }) => `and ${sql}`).join(' ')}
      order by a.code limit ?`,
    [
      organisationId,
      ...(state ? [state] : []),
      ...(after === undefined ? [] : [after]),
      ...found.flatMap(({ bound }) => bound),
      limit,
    ],
  )
  return rows
}

/** The tables an asset's fields point to. */
const OF = {
  placeId: `select p.id from places p join campuses c on c.id = p.campus_id where c.organisation_id = :org and p.id = any(:ids::uuid[])`,
  ...Object.fromEntries(
    Object.entries({
      unitId: 'units',
      supplierId: 'companies',
      companyId: 'companies',
      systemId: 'systems',
      responsibleId: 'people',
      contractIds: 'contracts',
    }).map(([field, table]) => [
      field,
      `select id from ${table} where organisation_id = :org and id = any(:ids::uuid[])`,
    ]),
  ),
} as Record<string, string>

/** The first of the fields that names what this organisation does not have. */
export async function strangerIn(
  tx: Tx,
  organisationId: string,
  values: Record<string, unknown>,
): Promise<string | undefined> {
  for (const [field, sql] of Object.entries(OF)) {
    const ids = [values[field]].flat().filter((one): one is string => typeof one === 'string')
    if (ids.length === 0) continue
    const { rows } = await tx.raw(sql, { org: organisationId, ids })
    if (rows.length < new Set(ids).size) return field
  }
  return undefined
}

/** Ids of whatever a cell of a sheet may name, by what the cell says. */
export type Refs = Record<'places' | 'units' | 'companies' | 'systems' | 'people' | 'contracts', Map<string, string>>

export async function readRefs(db: Db | Tx, organisationId: string): Promise<Refs> {
  const named = async (sql: string) => {
    const { rows } = await db.raw(sql, [organisationId])
    return new Map<string, string>(rows.map(({ name, id }: { name: string; id: string }) => [name, id]))
  }
  return {
    places: await named(
      `select c.code || '/' || p.code as name, p.id from places p join campuses c on c.id = p.campus_id where c.organisation_id = ?`,
    ),
    units: await named('select code as name, id from units where organisation_id = ?'),
    companies: await named('select code as name, id from companies where organisation_id = ?'),
    systems: await named('select code as name, id from systems where organisation_id = ?'),
    people: await named('select staff_code as name, id from people where organisation_id = ?'),
    contracts: await named('select code as name, id from contracts where organisation_id = ?'),
  }
}

/** The register as it stands, for a sheet. */
export async function allAssets(db: Db, organisationId: string): Promise<Asset[]> {
  const { rows } = await db.raw(
    `select ${ASSET} from assets a where a.organisation_id = ? and a.state <> 'retired' order by a.code`,
    [organisationId],
  )
  return rows
}
