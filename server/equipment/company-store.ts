/** Rows of companies and contracts, and of who is for a thing. */
import type { Db, Tx } from '../db/index.ts'
import type { Companies, CompanyView } from '../wire/equipment.ts'
import type { AssetCase, Holding } from './for-whom.ts'

const SYSTEM = `jsonb_build_object('id', y.id, 'code', y.code, 'zh', y.name_zh, 'en', y.name_en)`
const UTC = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`

export async function readCompanies(db: Db | Tx, organisationId: string): Promise<CompanyView[]> {
  const { rows } = await db.raw(
    `select o.id, o.code, o.name, o.dispatcher_numbers as numbers, o.mail, o.retired_at is not null as retired, o.version,
       coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'code', c.code, 'kind', c.kind, 'what', c.what, 'line', l.code,
           'system', case when y.id is not null then ${SYSTEM} end, 'respondMin', c.respond_min,
           'from', to_char(lower(c.during) at time zone 'UTC', ${UTC}), 'to', to_char(upper(c.during) at time zone 'UTC', ${UTC}),
           'assets', (select count(*) from asset_contracts k where k.contract_id = c.id and k.during @> now()),
           'version', c.version) order by upper(c.during) desc nulls first, c.code)
         from contracts c left join lines l on l.id = c.line_id left join systems y on y.id = c.system_id
        where c.company_id = o.id), '[]') as contracts
       from companies o where o.organisation_id = ? order by o.retired_at nulls first, o.code`,
    [organisationId],
  )
  return rows
}

export async function readSystems(db: Db, organisationId: string): Promise<Companies['systems']> {
  return db('systems')
    .where({ organisation_id: organisationId })
    .orderBy('code')
    .select('id', 'code', 'name_zh as zh', 'name_en as en')
}

type CompanyRow = { code?: string; name?: string; numbers?: string[]; mail?: string | null; retired?: boolean }

const companyColumns = (tx: Tx, { code, name, numbers, mail, retired }: CompanyRow) => ({
  ...(code !== undefined && { code }),
  ...(name !== undefined && { name }),
  ...(numbers !== undefined && { dispatcher_numbers: numbers }),
  ...(mail !== undefined && { mail }),
  ...(retired !== undefined && { retired_at: retired ? tx.raw('coalesce(retired_at, now())') : null }),
})

export async function insertCompany(tx: Tx, organisationId: string, id: string, company: CompanyRow): Promise<void> {
  await tx('companies').insert({ id, organisation_id: organisationId, ...companyColumns(tx, company) })
}
/** False: it has another version by now. */
export async function updateCompany(tx: Tx, id: string, version: number, company: CompanyRow): Promise<boolean> {
  const changed = await tx('companies')
    .where({ id, version })
    .update({ ...companyColumns(tx, company), version: version + 1 })
  return changed === 1
}

export type ContractRow = {
  code: string
  companyId: string
  kind: string
  what: string
  line: string | null
  systemId: string | null
  respondMin: number | null
  from: string
  to: string | null
}

export async function holdContract(
  tx: Tx,
  organisationId: string,
  id: string,
): Promise<(ContractRow & { version: number }) | undefined> {
  const { rows } = await tx.raw(
    `select c.code, c.company_id as "companyId", c.kind, c.what, l.code as line, c.system_id as "systemId",
            c.respond_min as "respondMin", to_char(lower(c.during) at time zone 'UTC', ${UTC}) as "from",
            to_char(upper(c.during) at time zone 'UTC', ${UTC}) as "to", c.version
       from contracts c left join lines l on l.id = c.line_id where c.organisation_id = ? and c.id = ? for update of c`,
    [organisationId, id],
  )
  return rows[0]
}

/** Makes the contract, or writes its next version. False: there is no such line. */
export async function saveContract(
  tx: Tx,
  organisationId: string,
  id: string,
  contract: ContractRow,
  version: number,
): Promise<boolean> {
  const line =
    contract.line && (await tx('lines').where({ organisation_id: organisationId, code: contract.line }).first('id'))
  if (contract.line && !line) return false
  const row = {
    kind: contract.kind,
    what: contract.what,
    line_id: line?.id ?? null,
    system_id: contract.systemId,
    respond_min: contract.respondMin,
    during: tx.raw('tstzrange(?::timestamptz, ?::timestamptz)', [contract.from, contract.to]),
    version,
  }
  await tx('contracts')
    .insert({ id, organisation_id: organisationId, company_id: contract.companyId, code: contract.code, ...row })
    .onConflict('id')
    .merge(row)
  return true
}

const COMPANY = `jsonb_build_object('id', o.id, 'code', o.code, 'name', o.name, 'numbers', o.dispatcher_numbers, 'mail', o.mail,
  'retired', o.retired_at is not null)`

export async function caseOf(db: Db | Tx, organisationId: string, assetId: string): Promise<AssetCase | undefined> {
  const { rows } = await db.raw(
    `select a.state = 'retired' as retired, a.responsible_id as "responsibleId",
            (a.warranty_until + 1)::timestamp at time zone g.time_zone as "warrantyEnds",
            case when o.id is not null then ${COMPANY} end as supplier
       from assets a join organisations g on g.id = a.organisation_id left join companies o on o.id = a.supplier_id
      where a.organisation_id = ? and a.id = ?`,
    [organisationId, assetId],
  )
  if (!rows[0]) return undefined
  const { rows: contracts } = await db.raw(
    `select c.id, c.kind, c.respond_min as "respondMin", lower(h.during) as "from", upper(h.during) as "to", ${COMPANY} as company
       from asset_contracts k join contracts c on c.id = k.contract_id join companies o on o.id = c.company_id
            cross join lateral (select k.during * c.during as during) h
      where k.asset_id = ? and not isempty(h.during)`,
    [assetId],
  )
  return { ...rows[0], contracts }
}

/** None: there is no such system. */
export async function contractsOfSystem(
  db: Db | Tx,
  organisationId: string,
  systemId: string,
): Promise<Holding[] | undefined> {
  if (!(await db('systems').where({ id: systemId, organisation_id: organisationId }).first('id'))) return undefined
  const { rows } = await db.raw(
    `select c.id, c.kind, c.respond_min as "respondMin", lower(c.during) as "from", upper(c.during) as "to", ${COMPANY} as company
       from contracts c join companies o on o.id = c.company_id where c.system_id = ?`,
    [systemId],
  )
  return rows
}
