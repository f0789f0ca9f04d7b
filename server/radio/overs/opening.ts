/** Opens overs as the floor says, and names their talker as soon as it is known, also on the ports that relay it. */
import { randomUUID } from 'node:crypto'
import type { Board } from '../engine/floors.ts'
import type { Ask, EngineParts, RadioHooks } from '../engine/words.ts'
import type { Effect } from '../floor/words.ts'
import { UNKNOWN } from '../hearing/ident.ts'
import type { Over, OverBook } from './over.ts'

type OversParts = {
  book: OverBook
  board: Pick<Board, 'tell' | 'matesOf'>
  handhelds: EngineParts['handhelds']
  hooks: Pick<RadioHooks, 'overOpened' | 'overNamed'>
  now: () => number
  /** the floor's time as this host's */
  wall: (at: number) => number
  /** who asked with this voice */
  askOf: (voice: string) => Ask | undefined
}

export type Overs = ReturnType<typeof makeOvers>

export function makeOvers({ book, board, handhelds, hooks, now, wall, askOf }: OversParts) {
  function open({
    port,
    epoch,
    over: number,
    kind,
    voice,
    talker,
    from,
    overlap,
    emergency,
  }: Extract<Effect, { do: 'open-over' }>): void {
    const asked = voice === null ? undefined : askOf(voice)
    const at = wall(from)
    const relayed = voice?.startsWith('rf:') ? (book.receiving(voice.slice(3))?.talker ?? null) : null
    const over: Over = {
      overId: randomUUID(),
      port,
      epoch,
      kind,
      from: at,
      to: null,
      endedBy: null,
      overlap,
      emergency,
      talker: kind === 'rx' ? UNKNOWN.talker : relayed ? { ...relayed, kind: 'relay' } : talker,
      raw: null,
      ticketId: asked?.ticketId ?? null,
      callId: asked?.callId ?? null,
      words: asked?.words ?? null,
    }
    book.open(number, over)
    hooks.overOpened(over)
    if (kind !== 'rx') return
    const likely = handhelds.likely(port)
    if (likely) named(book.clue(port, { how: 'holder', raw: null, unit: likely }, now()))
    else board.tell(port, { type: 'talker', port, talker: UNKNOWN.talker })
  }

  /** The talker has a name now: the floor tells it to whoever is refused, and the relays are named alike. */
  function named(over: Over | undefined): void {
    if (!over) return
    hooks.overNamed(over)
    if (over.to !== null || !over.talker) return
    board.tell(over.port, { type: 'talker', port: over.port, talker: over.talker })
    const mates = board.matesOf(over.port)
    for (const one of book.relays((port) => port !== over.port && mates.includes(port), over.talker))
      hooks.overNamed(one)
  }

  return { open, named }
}
