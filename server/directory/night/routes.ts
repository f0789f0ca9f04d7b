import { may } from '../../access/index.ts'
import { type Db, settled } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { actorOf, answers, Code, type Routes, Type } from '../../web/index.ts'
import { LineNightView, List } from '../../wire/views.ts'
import { Night } from '../../wire/words.ts'
import { switchesFor, turnNight } from './index.ts'

/** An exchange that has not answered by then is told again by itself; the person need not wait for it. */
const CONFIRM_WITHIN_MS = 2_500

/** The night switches: how each line stands, since when and by whom; turned by administrators and the line's supervisors. */
export const nightRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    app.get('/api/lines/night', { schema: { response: answers(List(LineNightView)) } }, async (request) => ({
      items: await switchesFor(db, actorOf(request)),
      next: null,
    }))

    app.post(
      '/api/lines/:line/night',
      {
        schema: {
          params: Type.Object({ line: Code }),
          body: Type.Object({ night: Night }, { additionalProperties: false }),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { line } = request.params
        const thing = { kind: 'line', organisationId: actor.organisationId, line } as const
        if (!may(actor, 'see', thing)) throw notFound('line')
        if (!may(actor, 'switch', thing)) throw new Refusal('not-allowed')
        let wishId: number | null = null
        await commit(async (tx) => {
          const turned = await turnNight(tx, actor, line, request.body.night)
          if (!turned) throw notFound('line')
          wishId = turned.wishId
          return turned.events
        })
        // Written down is what counts: an exchange that is away is told when it is back (asterisk/wanted.ts).
        const outcome = wishId === null ? 'none' : (await settled(db, wishId, CONFIRM_WITHIN_MS)).outcome
        const found = (await switchesFor(db, actor)).find((one) => one.line === line)
        return { ...found, told: outcome === 'done' }
      },
    )
  }
