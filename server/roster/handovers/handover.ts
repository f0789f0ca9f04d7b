import type { HandoverItemKind } from '../../wire/roster.ts'

/**
 * 交班: what one shift lead leaves to the next.
 *
 *   open ──each item acknowledged by the next lead──► taken
 *     └──withdrawn by who began it──► withdrawn
 *
 * It ends only when the last item is acknowledged: what was not is seen by everyone, however late.
 */
export type Handover = {
  id: string
  campusId: string
  fromId: string
  toId: string
  state: HandoverState
  items: readonly { id: string; acknowledged: boolean }[]
}
export type HandoverState = 'open' | 'taken' | 'withdrawn'
export type HandoverSubject = { kind: HandoverItemKind; subjectId?: string; code?: string; note?: string }

export type HandoverAsk = { byId: string } & ({ ask: 'acknowledge'; itemId: string } | { ask: 'withdraw' })
export type HandoverRefusal =
  | 'handover-to-oneself'
  | 'handover-is-over'
  | 'handover-is-not-yours'
  | 'handover-item-not-found'

export type HandoverEvent = { at: Date; byId: string; handoverId: string } & (
  | { type: 'roster.handover-begun'; campusId: string; fromId: string; toId: string; items: number }
  | { type: 'roster.handover-acknowledged'; itemId: string; left: number }
  | { type: 'roster.handover-ended'; state: 'taken' | 'withdrawn' }
)

export function begin(
  handover: Pick<Handover, 'id' | 'campusId' | 'fromId' | 'toId'>,
  items: number,
  at: Date,
): HandoverEvent[] | HandoverRefusal {
  const { id: handoverId, campusId, fromId, toId } = handover
  if (fromId === toId) return 'handover-to-oneself'
  return [{ type: 'roster.handover-begun', handoverId, campusId, fromId, toId, items, at, byId: fromId }]
}

export function decide(handover: Handover, ask: HandoverAsk, at: Date): HandoverEvent[] | HandoverRefusal {
  const { id: handoverId, items } = handover
  const of = { handoverId, at, byId: ask.byId }
  if (ask.byId !== (ask.ask === 'withdraw' ? handover.fromId : handover.toId)) return 'handover-is-not-yours'
  if (handover.state !== 'open') return 'handover-is-over'
  if (ask.ask === 'withdraw') return [{ type: 'roster.handover-ended', ...of, state: 'withdrawn' }]
  const item = items.find(({ id }) => id === ask.itemId)
  if (!item) return 'handover-item-not-found'
  if (item.acknowledged) return []
  const left = items.filter(({ acknowledged }) => !acknowledged).length - 1
  const acknowledged: HandoverEvent = { type: 'roster.handover-acknowledged', ...of, itemId: item.id, left }
  return left > 0 ? [acknowledged] : [acknowledged, { type: 'roster.handover-ended', ...of, state: 'taken' }]
}

export function evolve(handover: Handover, event: HandoverEvent): Handover {
  switch (event.type) {
    case 'roster.handover-begun':
      return handover
    case 'roster.handover-acknowledged': {
      const items = handover.items.map((one) => (one.id === event.itemId ? { ...one, acknowledged: true } : one))
      return { ...handover, items }
    }
    case 'roster.handover-ended':
      return { ...handover, state: event.state }
  }
}

/** Nothing to leave is said too: somebody must have looked. */
export const withNothing = (subjects: readonly HandoverSubject[]): readonly HandoverSubject[] =>
  subjects.length > 0 ? subjects : [{ kind: 'nothing' }]
