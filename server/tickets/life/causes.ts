/** Why things break, in two levels for each line; kept by the line's supervisor and administrators. */
import { type Actor, may, type Thing } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import type { CauseView, CauseWish } from '../../wire/life.ts'
import type { TicketEvent } from '../events.ts'
import * as store from './store.ts'

/** Causes of a line, or of all lines. */
export const causes = (db: Db, { organisationId }: Actor, line?: string): Promise<CauseView[]> =>
  store.readCauses(db, organisationId, line)

/** Writes one cause, by its code within the line; what tickets say already stays. */
export async function changeCause(tx: Tx, actor: Actor, wish: CauseWish): Promise<TicketEvent[]> {
  const { organisationId } = actor
  const line: Thing = { kind: 'line', organisationId, line: wish.line }
  if (!may(actor, 'lead', line) && !may(actor, 'administer', { kind: 'directory' })) throw new Refusal('not-allowed')
  const known = await store.readCauses(tx, organisationId, wish.line)
  const above = wish.parent === null ? null : known.find(({ code }) => code === wish.parent)
  if (above === undefined) throw new Refusal('no-such-cause', { field: 'parent' })
  const self = known.find(({ code }) => code === wish.code)
  const hasBelow = known.some(({ parentId }) => parentId !== null && parentId === self?.causeId)
  if (above && (above.parentId || above.code === wish.code || hasBelow))
    throw new Refusal('two-levels', { field: 'parent' })
  const { code, zh, en, retired } = wish
  const cause = { code, zh, en, retired, parentId: above?.causeId ?? null }
  if (!(await store.putCause(tx, { organisationId, line: wish.line }, cause)))
    throw new Refusal('no-such-line', { line: wish.line })
  return [{ type: 'cause.changed', line: wish.line, code, byId: actor.personId, at: await clock(tx) }]
}
