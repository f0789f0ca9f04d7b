import type { Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { actorOf, Code, Id, Nullable, type Routes, Type } from '../../web/index.ts'
import { Role } from '../../wire/words.ts'
import { administrator } from '../administrator.ts'
import { givePassword } from '../sessions/index.ts'
import { type AccessChange, isPerson, readGrants, readLines, setGrants, setLines } from './index.ts'

const Params = Type.Object({ id: Id })
const GrantBody = Type.Object({ role: Role, campus: Nullable(Code), line: Nullable(Code) })

/** What a person may do, which lines an agent takes, and a one-time password. */
export const accessRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    const state = async (id: string) => ({
      grants: (await readGrants(db, id)).map(({ role, campus, line }) => ({ role, campus, line })),
      lines: await readLines(db, id),
    })

    app.get('/api/directory/people/:id/access', { schema: { params: Params } }, async (request) => {
      const { organisationId } = administrator(actorOf(request), 'administer')
      if (!(await isPerson(db, organisationId, request.params.id))) throw notFound('row')
      return state(request.params.id)
    })
    app.put(
      '/api/directory/people/:id/grants',
      { schema: { params: Params, body: Type.Object({ grants: Type.Array(GrantBody, { maxItems: 40 }) }) } },
      async (request) => {
        const by = administrator(actorOf(request), 'administer')
        const { id } = request.params
        await done(commit, (tx) => setGrants(tx, by, id, request.body.grants))
        return state(id)
      },
    )
    app.put(
      '/api/directory/people/:id/lines',
      { schema: { params: Params, body: Type.Object({ lines: Type.Array(Code, { maxItems: 40 }) }) } },
      async (request) => {
        const by = administrator(actorOf(request), 'administer')
        const { id } = request.params
        await done(commit, (tx) => setLines(tx, by, id, request.body.lines))
        return state(id)
      },
    )
    app.post('/api/directory/people/:id/password', { schema: { params: Params } }, async (request) => {
      const by = administrator(actorOf(request), 'administer')
      let password = ''
      await commit(async (tx) => {
        const given = await givePassword(tx, request.params.id, by)
        if (!given) throw notFound('row')
        password = given.password
        return given.events
      })
      return { password }
    })
  }

async function done(
  commit: Commit,
  work: (tx: Parameters<Parameters<Commit>[0]>[0]) => Promise<AccessChange>,
): Promise<void> {
  await commit(async (tx) => {
    const made = await work(tx)
    if (made.outcome === 'absent') throw notFound('row')
    if (made.outcome === 'refused') throw new Refusal(made.why)
    return made.events
  })
}
