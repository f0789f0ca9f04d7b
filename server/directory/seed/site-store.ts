/**
 * Makes the directory's telephones those of the site file, at every start: what is new is added, what the file no longer
 * has goes when nothing of the desk hangs on it. Names an administrator has changed stay as they are.
 */
import type { Tx } from '../../db/index.ts'
import { idOf } from './chance.ts'
import type { Base } from './site-base.ts'
import { insertCalendars, insertCategories, insertStations } from './store.ts'

export async function followSite(tx: Tx, base: Base): Promise<void> {
  const organisation = await tx('organisations').orderBy('created_at').first('id')
  const mine = { organisation_id: organisation.id as string }
  await tx('organisations')
    .where(organisation)
    .update({ code: base.name.code, name_zh: base.name.zh, name_en: base.name.en, time_zone: base.timeZone })
  await followNamed(tx, 'campuses', mine, base.campuses)
  await followNamed(tx, 'lines', mine, base.lines)
  await tx('lines').where(mine).update({ ring_seconds: base.ringSeconds })
  const campuses = await ids(tx, 'campuses')
  const lines = await ids(tx, 'lines')

  await tx('dialled_numbers').delete()
  await tx('dialled_numbers').insert(
    base.dialled.map(({ campus, number, line, kind }) => ({
      campus_id: campuses[campus],
      number,
      line_id: lines[line],
      kind,
    })),
  )
  await tx('trunks')
    .whereNotIn(
      'code',
      base.trunks.map(({ campus }) => campus),
    )
    .delete()
  // An address that moved from one trunk to another must be free before it is given.
  for (const { campus, address, contact, traits } of base.trunks) {
    await tx('trunks').where({ address }).whereNot({ code: campus }).delete()
    const values = { address, contact, traits: JSON.stringify(traits) }
    await tx('trunks')
      .insert({ id: idOf(`trunk ${campus}`), pbx_id: 1, campus_id: campuses[campus], code: campus, ...values })
      .onConflict(['pbx_id', 'code'])
      .merge(values)
  }
  await insertStations(tx, base.phones, campuses)
  await insertCalendars(tx, base.lines, lines, base.handset)
  await insertCategories(tx, base.lines, lines, mine.organisation_id)

  const phones = base.phones.map(({ code }) => code)
  for (const { code } of await tx('stations').whereNot({ kind: 'browser' }).whereNotIn('code', phones).select('code'))
    await unlessUsed(tx, (sp) => sp('stations').where({ code }).delete())
  for (const [code, id] of gone(lines, base.lines))
    await unlessUsed(tx, async (sp) => {
      await sp('calendars').where({ line_id: id }).delete()
      await sp('categories').where({ line_id: id }).whereNotNull('parent_id').delete()
      await sp('categories').where({ line_id: id }).delete()
      await sp('lines').where({ id, code }).delete()
    })
  for (const [, id] of gone(campuses, base.campuses))
    await unlessUsed(tx, (sp) => sp('campuses').where({ id }).delete())
}

/** Adds what is not there, and names anew what nobody has changed since it was made. */
async function followNamed(
  tx: Tx,
  table: 'campuses' | 'lines',
  mine: { organisation_id: string },
  wanted: { code: string; zh: string; en: string; seal?: string }[],
): Promise<void> {
  for (const [sort, { code, zh, en, seal }] of wanted.entries()) {
    const values = { name_zh: zh, name_en: en, sort, ...(seal && { seal }) }
    const id = idOf(`${table === 'campuses' ? 'campus' : 'line'} ${code}`)
    const made = await tx(table)
      .insert({ ...mine, id, code, ...values })
      .onConflict(['organisation_id', 'code'])
      .ignore()
      .returning('id')
    if (made.length === 0)
      await tx(table)
        .where({ ...mine, code, version: 1 })
        .update(values)
  }
}

async function ids(tx: Tx, table: 'campuses' | 'lines'): Promise<Record<string, string>> {
  return Object.fromEntries((await tx(table).select('id', 'code')).map(({ id, code }) => [code, id]))
}

const gone = (have: Record<string, string>, wanted: { code: string }[]): [string, string][] =>
  Object.entries(have).filter(([code]) => !wanted.some((one) => one.code === code))

/** Deletes, or leaves all as it is when something refers to it (23503, foreign_key_violation). */
async function unlessUsed(tx: Tx, work: (savepoint: Tx) => PromiseLike<unknown>): Promise<void> {
  await tx
    .transaction(async (savepoint) => work(savepoint))
    .catch((error) => {
      if (error.code !== '23503') throw error
    })
}
