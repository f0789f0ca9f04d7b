/** Who may do what, given and taken by administrators. */
import type { Tx } from '../../db/index.ts'
import type { Actor } from '../../wire/grant.ts'
import type { Grant } from '../../wire/views.ts'
import type { AccessEvent } from '../events.ts'
import * as store from './store.ts'

export { isPerson, readGrants, readLines } from './store.ts'

export type AccessChange =
  | { outcome: 'done'; events: AccessEvent[] }
  | { outcome: 'absent' }
  | { outcome: 'refused'; why: string }

/**
 * Makes these exactly the grants of a person, from now on. The last administrator cannot be taken away. An agent gets a
 * browser station with the first agent grant. Consoles that are open take the new rights within a second.
 */
export async function setGrants(
  tx: Tx,
  by: Pick<Actor, 'personId' | 'organisationId'>,
  personId: string,
  wanted: Grant[],
): Promise<AccessChange> {
  const at = await store.holdGrants(tx)
  if (!(await store.isPerson(tx, by.organisationId, personId))) return { outcome: 'absent' }
  const codes = await store.readCodes(tx, by.organisationId)
  if (wanted.some(({ campus }) => campus !== null && !codes.campuses.has(campus)))
    return { outcome: 'refused', why: 'no-such-campus' }
  if (wanted.some(({ line }) => line !== null && !codes.lines.has(line)))
    return { outcome: 'refused', why: 'no-such-line' }

  const held = await store.readGrants(tx, personId)
  const spelt = ({ role, campus, line }: Grant) => `${role} ${campus} ${line}`
  const wantedSpelt = new Set(wanted.map(spelt))
  const heldSpelt = new Set(held.map(spelt))
  const ended = held.filter((grant) => !wantedSpelt.has(spelt(grant)))
  const added = [...new Map(wanted.map((grant) => [spelt(grant), grant])).values()].filter(
    (grant) => !heldSpelt.has(spelt(grant)),
  )
  if (ended.length + added.length === 0) return { outcome: 'done', events: [] }

  await store.endGrants(
    tx,
    ended.map(({ id }) => id),
  )
  await store.addGrants(
    tx,
    personId,
    added.map(({ role, campus, line }) => ({
      role,
      campusId: campus === null ? null : (codes.campuses.get(campus) ?? null),
      lineId: line === null ? null : (codes.lines.get(line) ?? null),
    })),
  )
  if ((await store.countAdministrators(tx, by.organisationId)) === 0)
    return { outcome: 'refused', why: 'last-administrator' }
  if (added.some(({ role }) => role === 'agent')) await store.ensureStation(tx, personId)
  return { outcome: 'done', events: [{ type: 'grants.changed', at, byId: by.personId, personId }] }
}

/** Makes these exactly the lines an agent takes; holds from the agent's next sign-in to the queues. */
export async function setLines(
  tx: Tx,
  by: Pick<Actor, 'personId' | 'organisationId'>,
  personId: string,
  lines: string[],
): Promise<AccessChange> {
  const at = await store.holdGrants(tx)
  if (!(await store.isPerson(tx, by.organisationId, personId))) return { outcome: 'absent' }
  const codes = await store.readCodes(tx, by.organisationId)
  const ids = lines.map((line) => codes.lines.get(line))
  if (ids.includes(undefined)) return { outcome: 'refused', why: 'no-such-line' }
  await store.setLines(
    tx,
    personId,
    ids.filter((id) => id !== undefined),
  )
  const event: AccessEvent = {
    type: 'directory.changed',
    at,
    byId: by.personId,
    what: 'queue-members',
    id: personId,
    verb: 'changed',
    fields: ['lines'],
  }
  return { outcome: 'done', events: [event] }
}
