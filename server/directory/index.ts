/** Who calls and who answers: numbers, places, departments, people, and the calendars of the lines. */
import type { Db } from '../db/index.ts'
import type { Catalogue, PersonRef, PlaceRef, UnitRef } from '../wire/views.ts'
import { spellings } from './caller.ts'
import { type Identified, judge } from './identify.ts'
import * as store from './store.ts'

export { asked } from './asked.ts'
export { isNightAt, type LineNight, nightWanted, tellExchange } from './calendar/index.ts'
export { type Caller, type HeardCaller, normaliseCaller } from './caller.ts'
export { type Crew, categoriesAbove, crewMembers, crewNames, crewsOf, ofPeople, placesAround } from './crews/index.ts'
export type { DirectoryEvent } from './events.ts'
export type { Candidate, Identified } from './identify.ts'
export { turnNight } from './night/index.ts'
export { type By, change, create } from './rows/index.ts'
export { changedFields, type DirectoryRow, SPECS } from './rows/spec.ts'
export { allRows, readCodes } from './rows/store.ts'
export { chance, idOf } from './seed/chance.ts'

/** Says who and where a caller is, and how sure that is. `campus` is the code of the trunk the call came by. */
export async function identify(
  db: Db,
  heard: { organisationId: string; campus: string | null; ani: string; aniName: string },
): Promise<Identified> {
  return judge(await store.numbersSpelt(db, heard.organisationId, spellings(heard.ani)), heard)
}

/** Names for ids, for a console to show. Ids that are not there have no entry. */
export async function placeRefs(db: Db, ids: Iterable<string | null>): Promise<Map<string, PlaceRef>> {
  return byId(ids, (wanted) => store.readPlaceRefs(db, wanted))
}
export async function unitRefs(db: Db, ids: Iterable<string | null>): Promise<Map<string, UnitRef>> {
  return byId(ids, (wanted) => store.readUnitRefs(db, wanted))
}
export async function personRefs(db: Db, ids: Iterable<string | null>): Promise<Map<string, PersonRef>> {
  return byId(ids, (wanted) => store.readPersonRefs(db, wanted))
}

async function byId<T extends { id: string }>(ids: Iterable<string | null>, read: (ids: string[]) => Promise<T[]>) {
  const wanted = [...new Set(ids)].filter((id) => id !== null)
  if (wanted.length === 0) return new Map<string, T>()
  return new Map((await read(wanted)).map((row) => [row.id, row]))
}

/** What rarely changes: read once at sign-in. */
export function catalogue(db: Db, organisationId: string): Promise<Catalogue> {
  return store.readCatalogue(db, organisationId)
}

/** The organisation this desk serves. Throws when the database was never seeded. */
export async function organisationId(db: Db): Promise<string> {
  const id = await store.firstOrganisation(db)
  if (!id) throw new Error('there is no organisation in this database: it was never seeded')
  return id
}
