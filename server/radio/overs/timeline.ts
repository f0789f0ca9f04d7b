/** A ticket's timeline as the radio goes on with it: tickets know nothing of the radio, so main.ts hands them this. */

import { type Actor, may } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import { personRefs } from '../../directory/index.ts'
import type { TimelineItem } from '../../wire/views.ts'
import { radioThing } from '../rights.ts'
import { listOvers } from './store.ts'
import { calloutSteps, isOnRadio } from './timeline-store.ts'

/** A crisis on one ticket is a few hundred overs; the newest are shown. */
const MOST = 500

/** Overs and call-out steps of this ticket, of the campuses whose radio this person may hear of. */
export async function radioTimeline(db: Db, actor: Actor, ticketId: string): Promise<TimelineItem[]> {
  if (!(await isOnRadio(db, ticketId))) return []
  const sees = (said: { organisationId: string; campus: string }) => may(actor, 'see', radioThing(said))
  const [overs, steps] = await Promise.all([
    listOvers(db, { organisationId: actor.organisationId, ticketId, limit: MOST }),
    calloutSteps(db, ticketId),
  ])
  const people = await personRefs(
    db,
    steps.map(({ byId }) => byId),
  )
  const said = overs
    .filter(sees)
    .map(
      ({
        organisationId,
        overId,
        port,
        campus,
        kind,
        talker,
        from,
        ms,
        emergency,
        overlap,
        text,
        endedBy,
        playable,
      }) => ({
        at: from,
        kind: 'over',
        by: null,
        body: {
          ...{ overId, port, campus, kind, talker, from, ms, emergency, overlap, endedBy, playable },
          mayListen: may(actor, 'listen', radioThing({ organisationId, campus })),
          ...(text !== null && { text }),
        },
      }),
    )
  const called = steps.filter(sees).map(({ at, step, byId, body }) => ({
    at,
    kind: `callout.${step}`,
    by: (byId && people.get(byId)) || null,
    body,
  }))
  return [...said, ...called]
}
