/**
 * A swap: somebody asks a colleague to take a shift of theirs, for one of the colleague's or for nothing (代班).
 *
 *   asked ──agree──► agreed ──the lead looks──► seen
 *     ├──refuse──► refused
 *     └──withdraw──► withdrawn
 *
 * It holds as soon as both agreed: who really comes is who the desk must know of. The lead sees it afterwards, and gives
 * the shift to somebody else where it cannot be.
 */
export type Swap = {
  id: string
  /** of who asks */
  shiftId: string
  /** of who is asked; null: taken over for nothing */
  forShiftId: string | null
  fromId: string
  toId: string
  state: SwapState
}
export type SwapState = 'asked' | 'agreed' | 'refused' | 'withdrawn' | 'seen'

export type SwapAsk =
  | { ask: 'agree' | 'refuse' | 'withdraw'; byId: string }
  | { ask: 'see'; byId: string; leads: boolean }

export type SwapRefusal =
  | 'swap-is-not-open'
  | 'swap-is-not-yours'
  | 'swap-not-agreed'
  | 'swap-with-oneself'
  | 'not-allowed'

export type SwapEvent = {
  type: 'roster.swap-changed'
  swapId: string
  shiftId: string
  forShiftId: string | null
  fromId: string
  toId: string
  verb: SwapState
  at: Date
  byId: string
}

const told = (swap: Omit<Swap, 'state'>, verb: SwapState, byId: string, at: Date): SwapEvent => {
  const { id: swapId, shiftId, forShiftId, fromId, toId } = swap
  return { type: 'roster.swap-changed', swapId, shiftId, forShiftId, fromId, toId, verb, at, byId }
}

export const ask = (swap: Omit<Swap, 'state'>, at: Date): SwapEvent[] | SwapRefusal =>
  swap.fromId === swap.toId ? 'swap-with-oneself' : [told(swap, 'asked', swap.fromId, at)]

export function decide(swap: Swap, asked: SwapAsk, at: Date): SwapEvent[] | SwapRefusal {
  if (asked.ask === 'see') {
    if (!asked.leads) return 'not-allowed'
    if (swap.state === 'seen') return []
    return swap.state === 'agreed' ? [told(swap, 'seen', asked.byId, at)] : 'swap-not-agreed'
  }
  const whose = asked.ask === 'withdraw' ? swap.fromId : swap.toId
  if (asked.byId !== whose) return 'swap-is-not-yours'
  if (swap.state !== 'asked') return 'swap-is-not-open'
  const verb = ({ agree: 'agreed', refuse: 'refused', withdraw: 'withdrawn' } as const)[asked.ask]
  return [told(swap, verb, asked.byId, at)]
}

export const evolve = (swap: Swap, { verb }: SwapEvent): Swap => ({ ...swap, state: verb })
