/** Writes the demonstration hospital's equipment, once, where there is none yet. */
import type { Db, Tx } from '../db/index.ts'
import { idOf } from '../directory/index.ts'
import { assetSeeds, COMPANIES, CONTRACTS } from './seed.ts'

const SEED_LOCK = 7_026
const DAY_MS = 86_400_000

/** Two servers starting at once seed once. `today`: what is in warranty and what is out of it is counted from there. */
export async function seedEquipment(db: Db, { demo, today }: { demo: boolean; today: Date }): Promise<void> {
  if (!demo) return
  await db.transaction(async (tx) => {
    await tx.raw('select pg_advisory_xact_lock(?)', [SEED_LOCK])
    const organisation = idOf('organisation')
    const known = await tx('organisations').where({ id: organisation }).first('id')
    if (!known || (await tx('assets').first('id')) || !(await tx('places').first('id'))) return
    const mine = { organisation_id: organisation }
    await tx('companies')
      .insert(
        COMPANIES.map(({ code, name, numbers, mail }) => ({
          ...{ ...mine, id: idOf(`company ${code}`), code, name, dispatcher_numbers: numbers, mail },
        })),
      )
      .onConflict('id')
      .merge(['dispatcher_numbers', 'mail'])
    await tx('contracts')
      .insert(
        CONTRACTS.map((one) => ({
          ...{ ...mine, id: idOf(`contract ${one.code}`), code: one.code, company_id: idOf(`company ${one.company}`) },
          ...{ line_id: idOf(`line ${one.line}`), kind: one.kind, what: one.what, respond_min: one.respondMin },
          system_id: one.system && idOf(`system ${one.system}`),
          during: tx.raw(
            'tstzrange(?::timestamptz, ?::timestamptz)',
            one.years.map((years) => plusYears(today, years)),
          ),
        })),
      )
      .onConflict()
      .ignore()
    await insertAssets(tx, mine, today)
  })
}

async function insertAssets(tx: Tx, mine: { organisation_id: string }, today: Date): Promise<void> {
  const { rows: units } = await tx.raw(
    `select u.id, (select up.place_id from unit_places up where up.unit_id = u.id order by up.place_id limit 1) as place
       from units u where u.organisation_id = ? order by u.code`,
    [mine.organisation_id],
  )
  const engineers = await tx('people').where(mine).where('login', 'like', 'engineer%').orderBy('staff_code').pluck('id')
  const seeds = assetSeeds(units.length, engineers.length)
  const id = (code: string) => idOf(`asset ${code}`)
  await tx('assets').insert(
    seeds.map((one) => ({
      ...{ ...mine, id: id(one.code), code: one.code, name: one.name, maker: one.maker, model: one.model },
      ...{ unit_id: units[one.unit]?.id ?? null, place_id: units[one.unit]?.place ?? null },
      supplier_id: idOf(`company ${one.supplier}`),
      responsible_id: one.responsible === null ? null : engineers[one.responsible],
      warranty_until: one.warrantyDays === null ? null : new Date(today.getTime() + one.warrantyDays * DAY_MS),
    })),
  )
  await tx('asset_contracts').insert(
    seeds.flatMap(({ code, contract }) =>
      contract === null
        ? []
        : [{ asset_id: id(code), contract_id: idOf(`contract ${contract}`), during: tx.raw('tstzrange(null, null)') }],
    ),
  )
}

function plusYears(day: Date, years: number): Date {
  const then = new Date(day)
  then.setUTCFullYear(day.getUTCFullYear() + years)
  return then
}
