/** The register of handhelds: who holds which, and what administrators keep of them, one by one or by spreadsheet. */
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { isPerson } from '../../roster/index.ts'
import type { ImportResult } from '../../wire/api.ts'
import type { HandheldChange, HandheldSheet, NewHandheld, RadioUnitView } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { campusesHeard } from '../ports/index.ts'
import { readPorts } from '../ports/store.ts'
import { administer, allow, mayAdminister } from '../rights.ts'
import { handheldSheet, importSheet, takenField } from './sheet.ts'
import * as store from './store.ts'

/** Those of the campuses whose radio this person may hear of; whoever keeps the register sees all of it. */
export async function handheldsFor(db: Db, actor: Actor): Promise<RadioUnitView[]> {
  return store.listHandhelds(
    db,
    actor.organisationId,
    mayAdminister(actor) ? undefined : await campusesHeard(db, actor),
  )
}

/** Hands a handheld to somebody, or puts it back. @throws Refusal unit-not-found, person-not-found */
export async function handHandheld(
  { db, commit, radio }: RadioDesk,
  actor: Actor,
  code: string,
  personId: string | null,
): Promise<RadioUnitView> {
  const { organisationId, personId: byId } = actor
  const unit = (await store.handheldsInUse(db, organisationId)).find((one) => one.code === code)
  if (!unit) throw notFound('unit')
  allow(actor, 'change', unit, 'unit')
  let unitId: string | undefined
  await commit(async (tx) => {
    if (personId !== null && !(await isPerson(tx, organisationId, personId))) throw notFound('person')
    unitId = await store.handOver(tx, organisationId, code, personId, byId)
    if (!unitId) throw notFound('unit')
    return [{ type: 'radio.holder-changed', unit: code, personId, at: await clock(tx), byId }]
  })
  await radio.refresh()
  return readHandheld(db, organisationId, unitId)
}

/** @throws Refusal no-such-campus, no-such-crew, handheld-taken */
export async function addHandheld(desk: RadioDesk, actor: Actor, asked: NewHandheld): Promise<RadioUnitView> {
  administer(actor)
  const { organisationId } = actor
  const { code, ...fields } = asked
  return keep(desk, actor, async (tx) => {
    const codes = await codesFor(tx, organisationId, fields)
    const unitId = await store.insertHandheld(tx, organisationId, code, fieldsOf(fields), codes)
    return { unitId, fields: Object.keys(fields) }
  })
}

/** @throws Refusal unit-not-found, no-such-campus, no-such-crew, handheld-taken, changed-meanwhile */
export async function changeHandheld(
  desk: RadioDesk,
  actor: Actor,
  unitId: string,
  asked: HandheldChange,
): Promise<RadioUnitView> {
  administer(actor)
  const { organisationId } = actor
  const { version, ...fields } = asked
  const theirs = await readHandheld(desk.db, organisationId, unitId)
  return keep(desk, actor, async (tx) => {
    const codes = await codesFor(tx, organisationId, fields)
    if (!(await store.updateHandheld(tx, { id: unitId, version }, fieldsOf(fields), codes)))
      throw new Refusal('changed-meanwhile', { theirs })
    return { unitId, fields: Object.keys(fields) }
  })
}

/** The register as a spreadsheet, for administrators. */
export async function exportHandhelds(db: Db, actor: Actor): Promise<string> {
  administer(actor)
  return handheldSheet(await store.readRegister(db, actor.organisationId))
}

/** All of a spreadsheet or nothing; a dry run does all and takes it back. @throws Refusal import-has-bad-rows */
export async function importHandhelds(
  { db, commit, radio }: RadioDesk,
  actor: Actor,
  sent: HandheldSheet,
): Promise<ImportResult> {
  administer(actor)
  const { organisationId, personId: byId } = actor
  if (sent.dryRun) {
    const tx = await db.transaction()
    return importSheet(tx, organisationId, sent).finally(() => tx.rollback().catch(() => {}))
  }
  let result!: ImportResult
  await commit(async (tx) => {
    const done = await importSheet(tx, organisationId, sent)
    if (done.bad.length > 0) throw new Refusal('import-has-bad-rows', { ...done })
    result = done
    const at = await clock(tx)
    const ids = new Map((await store.readRegister(tx, organisationId)).map(({ id, code }) => [code, id]))
    const units = done.changes.map(({ key, fields }) => ({ unitId: ids.get(key) ?? '', fields: Object.keys(fields) }))
    return units.length > 0 ? [{ type: 'radio.units-imported', units, at, byId }] : []
  })
  await radio.refresh()
  return result
}

type Fields = Omit<HandheldChange, 'version'>

/** An alias is emptied by null or by nothing. */
const fieldsOf = ({ alias, ...fields }: Fields): Partial<store.HandheldFields> => ({
  ...fields,
  ...(alias !== undefined && { alias: alias ?? '' }),
})

async function codesFor(tx: Tx, organisationId: string, { campus, crew }: Fields): Promise<store.CampusesAndCrews> {
  const codes = await store.campusesAndCrews(tx, organisationId)
  if (campus !== undefined && !codes.campuses.has(campus)) throw new Refusal('no-such-campus', { field: 'campus' })
  if (crew && !codes.crews.has(crew)) throw new Refusal('no-such-crew', { field: 'crew' })
  return codes
}

/** Writes one handheld; the radio knows it when this resolves. */
async function keep(
  { db, commit, radio }: RadioDesk,
  { organisationId, personId: byId }: Actor,
  write: (tx: Tx) => Promise<{ unitId: string; fields: string[] }>,
): Promise<RadioUnitView> {
  let id = ''
  try {
    await commit(async (tx) => {
      const { unitId, fields } = await write(tx)
      id = unitId
      return [{ type: 'radio.unit-changed', unitId, fields, at: await clock(tx), byId }]
    })
  } catch (error) {
    const taken = takenField(error)
    throw taken ? new Refusal('handheld-taken', { field: taken.field }) : error
  }
  await radio.refresh()
  return readHandheld(db, organisationId, id)
}

async function readHandheld(db: Db, organisationId: string, id: string | undefined): Promise<RadioUnitView> {
  const unit = (await store.listHandhelds(db, organisationId)).find(({ unitId }) => unitId === id)
  if (!unit) throw notFound('unit')
  return unit
}

/** What the roster asks of the radio. */
export const handhelds = (db: Db) => ({
  campuses: async (organisationId: string) => [
    ...new Set((await readPorts(db, organisationId)).map(({ campus }) => campus)),
  ],
  all: (organisationId: string) => store.handheldsInUse(db, organisationId),
})
