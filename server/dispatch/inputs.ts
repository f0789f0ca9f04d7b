/** What the engine is told about a job and about the people who might do it: asked of the rooms that know. */
import type { Tx } from '../db/index.ts'
import { type Crew, categoriesAbove, crewsOf, ofPeople, placesAround } from '../directory/index.ts'
import { type OnDuty, onDuty, onLeave } from '../roster/index.ts'
import { loadsOf, type Ticket, workedBefore } from '../tickets/index.ts'
import type { Around, Engineer, Job } from './rank.ts'
import * as store from './store.ts'

/** `silent`: who was asked last and said nothing */
export type Inputs = { job: Job; people: Engineer[]; crews: Crew[]; rounds: number; silent: string | null }

/** `at`: the instant people are asked about. */
export async function inputsFor(tx: Tx, ticket: Ticket, at: Date): Promise<Inputs> {
  const placeId = ticket.confirmedPlaceId ?? ticket.reportedPlaceId
  const categoryId = ticket.confirmedCategoryId ?? ticket.reportedCategoryId
  const job: Job = {
    ticketId: ticket.id,
    campusId: ticket.campusId,
    line: ticket.line,
    priority: ticket.priority,
    categories: categoryId ? await categoriesAbove(tx, categoryId) : [],
    places: placeId ? await placesAround(tx, placeId) : [],
  }
  const crews = await crewsOf(tx, ticket.organisationId, ticket.line)
  const ids = [...new Set(crews.flatMap(({ members }) => members.map(({ personId }) => personId)))]
  const away = await onLeave(tx, ids, at)
  const [own, duty, loads, offered, before, past] = [
    new Map((await ofPeople(tx, ids)).map((one) => [one.personId, one])),
    onePerPerson(await onDuty(tx, ticket.organisationId, { personIds: ids }, at)),
    new Map((await loadsOf(tx, ids)).map((one) => [one.personId, one])),
    await store.offeredTo(tx, ids, ticket.id),
    await workedBefore(tx, { placeId, categoryId, ticketId: ticket.id }),
    await store.pastOf(tx, ticket.id),
  ]
  const around = new Map<string, Around[]>()
  for (const { lastPlaceId } of loads.values())
    if (lastPlaceId && !around.has(lastPlaceId)) around.set(lastPlaceId, await placesAround(tx, lastPlaceId))

  const people = ids.map((personId): Engineer => {
    const load = loads.get(personId)
    const open = offered.get(personId)
    const on = duty.get(personId)
    return {
      personId,
      crews: crews.filter(({ members }) => members.some((member) => member.personId === personId)),
      zones: own.get(personId)?.zones ?? [],
      duty: away.has(personId) ? 'leave' : on ? (on.kind === 'on_call' ? 'call' : 'shift') : 'off',
      campusId: on?.campusId ?? null,
      until: on?.to ?? null,
      mayBeCalledOff: own.get(personId)?.mayBeCalledOff ?? false,
      isConfirmed: on?.reach.state !== 'unconfirmed',
      isVendorAway: false,
      role: null,
      before: before.has(personId) ? 'fault' : null,
      load: { open: (load?.open ?? 0) + (open?.open ?? 0), urgent: (load?.urgent ?? 0) + (open?.urgent ?? 0) },
      hasDeclined: past.declined.includes(personId),
      barred: own.get(personId)?.barred ?? [],
      lastSeen: (load?.lastPlaceId && around.get(load.lastPlaceId)) || [],
      lastJobAt: load?.lastJobAt ?? null,
    }
  })
  return { job, people, crews, rounds: past.rounds, silent: past.silent }
}

/** At work counts before on call; of two shifts that meet, the one that lasts. */
function onePerPerson(shifts: OnDuty[]): Map<string, OnDuty> {
  const found = new Map<string, OnDuty>()
  for (const shift of shifts) {
    const other = found.get(shift.personId)
    if (!other || (other.kind === shift.kind && shift.to > other.to)) found.set(shift.personId, shift)
  }
  return found
}
