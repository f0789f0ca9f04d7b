/**
 * The night switch of a line: somebody says it is night (or day) now, whatever the calendar says, until it is turned
 * back to the calendar.
 *
 *            on ──┐
 *   auto ⇄        ├ each from each, by hand only
 *            off ─┘
 */

import { type Actor, may } from '../../access/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import { wish } from '../../db/index.ts'
import type { LineNightView } from '../../wire/views.ts'
import type { Night } from '../../wire/words.ts'
import type { DirectoryEvent } from '../events.ts'
import { readPersonRefs } from '../store.ts'
import * as store from './store.ts'

/** The switches this person may see, in the lines' order. */
export async function switchesFor(db: Db, actor: Actor): Promise<LineNightView[]> {
  const seen = (await store.readSwitches(db, actor.organisationId)).filter(({ line }) =>
    may(actor, 'see', { kind: 'line', organisationId: actor.organisationId, line }),
  )
  const ids = [...new Set(seen.map(({ byId }) => byId).filter((id) => id !== null))]
  const people = new Map((ids.length > 0 ? await readPersonRefs(db, ids) : []).map((one) => [one.id, one]))
  return seen.map(({ line, night, since, byId }) => ({
    line,
    night,
    since: since?.toISOString() ?? null,
    by: (byId && people.get(byId)) || null,
    mayTurn: may(actor, 'switch', { kind: 'line', organisationId: actor.organisationId, line }),
  }))
}

/**
 * Turns a line's switch and tells the exchange from the same transaction. Turned to where it stands already, it is only
 * told again: no event. Undefined when there is no such line.
 */
export async function turnNight(
  tx: Tx,
  by: Pick<Actor, 'personId' | 'organisationId'>,
  line: string,
  night: Night,
): Promise<{ events: DirectoryEvent[]; wishId: number | null } | undefined> {
  const held = await store.holdSwitch(tx, by.organisationId, line)
  if (!held) return undefined
  const pbx = await store.pbxOf(tx, by.organisationId)
  const wishId = pbx === undefined ? null : await wish(tx, pbx, { verb: 'set-night', line, night })
  if (held.night === night) return { events: [], wishId }
  const at = await store.turn(tx, held.id, night, by.personId)
  return { events: [{ type: 'line.night', at, byId: by.personId, line, night }], wishId }
}
