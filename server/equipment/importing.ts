/** The register as a spreadsheet: a dry run tells all, then one transaction does all or nothing. */
import { stringify } from 'csv-stringify/sync'
import { Value } from 'typebox/value'
import { clock, type Db, type Tx } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import {
  codesWithZeros,
  damagedCode,
  dayOf,
  FAULTS_MAX,
  guarded,
  makeRest,
  readSheet,
  unguarded,
  withItsZeros,
} from '../sheets/index.ts'
import type { ImportFault, ImportResult } from '../wire/api.ts'
import type { AssetImport, NewAsset } from '../wire/equipment.ts'
import { Code } from '../wire/fields.ts'
import { type Asset, type AssetTo, changedIn } from './asset.ts'
import type { AssetEvent, EquipmentEvent } from './events.ts'
import { ask, type Keeper, put } from './keeping.ts'
import * as store from './store.ts'

type Column = { field: keyof AssetTo } & ({ most: number } | { refers: keyof store.Refs; many?: true } | { day: true })
const COLUMNS: Record<string, Column> = {
  name: { field: 'name', most: 120 },
  maker: { field: 'maker', most: 120 },
  model: { field: 'model', most: 120 },
  place: { field: 'placeId', refers: 'places' },
  department: { field: 'unitId', refers: 'units' },
  supplier: { field: 'supplierId', refers: 'companies' },
  warranty_until: { field: 'warrantyUntil', day: true },
  system: { field: 'systemId', refers: 'systems' },
  responsible: { field: 'responsibleId', refers: 'people' },
  contracts: { field: 'contractIds', refers: 'contracts', many: true },
  note: { field: 'note', most: 1000 },
}
const HEADERS = ['code', ...Object.keys(COLUMNS)]
/** A dry run shows this many changes; the counts are of all. */
const SHOWN_MAX = 500

/** RFC 4180, with the mark by which Excel knows it for UTF-8. */
export async function exportAssets(db: Db, organisationId: string): Promise<string> {
  const refs = await store.readRefs(db, organisationId)
  const nameOf = Object.fromEntries(
    Object.entries(refs).map(([what, ids]) => [what, new Map([...ids].map(([name, id]) => [id, name]))]),
  ) as store.Refs
  const cell = (asset: Asset, column: Column) => {
    const value = asset[column.field]
    if (!('refers' in column)) return value ?? ''
    const names = [value ?? []].flat().map((id) => nameOf[column.refers].get(id) ?? '')
    return names.sort().join(' ')
  }
  const lines = (await store.allAssets(db, organisationId)).map((asset) =>
    [asset.code, ...Object.values(COLUMNS).map((column) => cell(asset, column) as string)].map(guarded),
  )
  return stringify([HEADERS, ...lines], { bom: true, record_delimiter: 'windows' })
}

/**
 * Really done in every case: a dry run is rolled back by its caller, so that it meets what the real one would meet.
 * @throws Refusal many-would-vanish: of a sheet that is the whole register, while nobody has said yes to so many.
 */
export async function importAssets(
  tx: Tx,
  by: Keeper,
  { csv, dryRun, whole = false, mayRetire }: AssetImport,
): Promise<{ result: ImportResult; events: EquipmentEvent[] }> {
  const result: ImportResult = { dryRun, create: 0, change: 0, same: 0, retire: 0, bad: [], changes: [] }
  const lines = await readSheet(csv, { headers: HEADERS, required: ['code'] }, result.bad)
  const register = await store.holdRegister(tx, by.organisationId)
  const refs = await store.readRefs(tx, by.organisationId)
  const had = new Map(register.map((asset) => [asset.code.toUpperCase(), asset]))
  const zeros = codesWithZeros(register.map(({ code }) => code))
  const seen = new Map<string, number>()
  const events: AssetEvent[] = []
  const rest = makeRest()
  for (const { line, cells } of lines) {
    await rest()
    if (result.bad.length >= FAULTS_MAX) {
      result.bad.push({ line, code: 'too-many-faults', most: FAULTS_MAX })
      break
    }
    const code = wordOf(cells.code ?? '')
    const key = code.toUpperCase()
    const before = had.get(key)
    const faults: ImportFault[] = codeFaults(code, line, { earlier: seen.get(key), zeros: before ? NONE : zeros })
    seen.set(key, line)
    const to = read(cells, line, refs, faults)
    if (!before && !to.name && !faults.some(({ column }) => column === 'name'))
      faults.push({ line, column: 'name', code: 'missing' })
    const fields = before ? changedIn(before, to) : Object.keys(to)
    if (before?.state === 'retired' && fields.length > 0) faults.push({ line, code: 'refused', why: 'asset-retired' })
    if (faults.length > 0) {
      result.bad.push(...faults)
      continue
    }
    if (before && fields.length === 0) {
      result.same += 1
      continue
    }
    events.push(
      ...(before
        ? await ask(tx, before, { ask: 'change', byId: by.personId, to })
        : (await put(tx, by, { ...to, code } as NewAsset)).events),
    )
    result[before ? 'change' : 'create'] += 1
    if (result.changes.length < SHOWN_MAX) {
      const shown = fields.map((field) => [
        headerOf(field),
        [before?.[field as keyof Asset] ?? null, to[field as keyof AssetTo]],
      ])
      result.changes.push({ line, key: code, fields: Object.fromEntries(shown) })
    }
  }
  if (whole && result.bad.length === 0)
    events.push(...(await retireMissing(tx, by, { register, seen, result, mayRetire })))
  result.bad.sort((a, b) => a.line - b.line)
  if (events.length === 0) return { result, events: [] }
  const rows = events.map(rowOf)
  return { result, events: [{ type: 'asset.imported', at: await clock(tx), byId: by.personId, rows }] }
}

const NONE: ReadonlyMap<string, string> = new Map()
const wordOf = (cell: string) => unguarded(cell).normalize('NFC').trim()
const headerOf = (field: string) => Object.entries(COLUMNS).find(([, one]) => one.field === field)?.[0] ?? field

function codeFaults(
  code: string,
  line: number,
  { earlier, zeros }: { earlier: number | undefined; zeros: ReadonlyMap<string, string> },
): ImportFault[] {
  const column = 'code'
  if (code === '') return [{ line, column, code: 'missing' }]
  const damaged = damagedCode(code)
  if (damaged) return [{ line, column, code: damaged }]
  if (!Value.Check(Code, code)) return [{ line, column, code: 'code-malformed' }]
  const named = withItsZeros(code, zeros)
  if (named) return [{ line, column, code: 'zeros-lost', named }]
  return earlier === undefined ? [] : [{ line, column, code: 'same-as-line', other: earlier }]
}

/** What the cells say; what is wrong with them goes to `faults`. */
function read(cells: Record<string, string>, line: number, refs: store.Refs, faults: ImportFault[]): AssetTo {
  const to: Record<string, unknown> = {}
  for (const [column, as] of Object.entries(COLUMNS)) {
    const cell = cells[column]
    if (cell === undefined) continue
    const text = wordOf(cell)
    if ('most' in as) {
      if (Array.from(text).length > as.most) faults.push({ line, column, code: 'too-long', most: as.most })
      else if (as.field === 'name' && text === '') faults.push({ line, column, code: 'missing' })
      else to[as.field] = text
    } else if ('day' in as) {
      const day = text === '' ? null : dayOf(text)
      if (day === undefined) faults.push({ line, column, code: 'not-a-day' })
      else to[as.field] = day
    } else {
      const names = text === '' ? [] : as.many ? text.split(/\s+/) : [text]
      const ids = names.map((name) => refs[as.refers].get(name))
      for (const [i, name] of names.entries())
        if (ids[i] === undefined) faults.push({ line, column, code: 'no-such-row', named: name })
      to[as.field] = as.many ? [...new Set(ids)].sort() : (ids[0] ?? null)
    }
  }
  return to as AssetTo
}

/** So many may go without a word; a sheet that was cut short would take more than that with it. */
const FEW = 5
const FEW_SHARE = 0.05

async function retireMissing(
  tx: Tx,
  by: Keeper,
  {
    register,
    seen,
    result,
    mayRetire,
  }: { register: Asset[]; seen: Map<string, number>; result: ImportResult; mayRetire: number | undefined },
): Promise<AssetEvent[]> {
  const standing = register.filter(({ state }) => state !== 'retired')
  const missing = standing.filter(({ code }) => !seen.has(code.toUpperCase()))
  result.retire = missing.length
  const isMany = missing.length > Math.max(FEW, standing.length * FEW_SHARE)
  if (isMany && !result.dryRun && mayRetire !== missing.length)
    throw new Refusal('many-would-vanish', { count: missing.length, of: standing.length })
  const events: AssetEvent[] = []
  for (const asset of missing)
    events.push(...(await ask(tx, asset, { ask: 'turn', byId: by.personId, state: 'retired', reason: NOT_ON_IT })))
  return events
}
const NOT_ON_IT = '导入的清单上没有'

/** Which rows, and what of them: an asset's own history finds the import by it. */
function rowOf(event: AssetEvent): Extract<EquipmentEvent, { type: 'asset.imported' }>['rows'][number] {
  const { assetId } = event
  if (event.type === 'asset.changed') return { assetId, verb: 'changed', fields: event.fields, changes: event.changes }
  return { assetId, verb: event.type === 'asset.state' ? 'retired' : 'registered', fields: [], changes: {} }
}
