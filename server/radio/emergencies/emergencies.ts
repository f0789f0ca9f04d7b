/** Emergencies of all ports, as the floors hold them: raised, acknowledged by one person, cleared by another. */
import type { Board } from '../engine/floors.ts'
import type { Emergency, RadioHooks, RaisedHow } from '../engine/words.ts'
import { whyNotCleared } from '../floor/latch.ts'
import type { Effect, Latch, NotCleared } from '../floor/words.ts'
import { unregistered } from '../hearing/ident.ts'
import type { OverBook } from '../overs/over.ts'

type EmergenciesParts = {
  board: Pick<Board, 'tell' | 'tellLatch' | 'latches'>
  book: Pick<OverBook, 'emergency' | 'receiving'>
  hooks: Pick<RadioHooks, 'emergencyRaised' | 'emergencyAcknowledged' | 'emergencyCleared'>
  /** the floor's time as this host's */
  wall: (at: number) => number
}
/** `raw`: the number that was heard, where the register has no such handheld. */
export type Raised = { port: string; unit: string | null; raw?: string | null; how: RaisedHow }
type LatchEffect = Extract<Effect, { do: 'raised' | 'acknowledged' | 'cleared' }>

export class Emergencies {
  readonly #parts: EmergenciesParts
  /** how the one that is being raised was raised: the floor does not ask */
  #how: RaisedHow = 'unit_code'

  constructor(parts: EmergenciesParts) {
    this.#parts = parts
  }

  /** Answers its id; the same handheld's alarm, heard again while it is latched, is the same emergency. */
  raise({ port, unit, raw = null, how }: Raised): string {
    const { board, book } = this.#parts
    const id = crypto.randomUUID()
    const over = book.emergency(port)
    this.#how = how
    const talker = raw === null ? (over?.talker ?? null) : unregistered(raw)
    board.tell(port, { type: 'emergency', id, port, unit, raw, talker })
    const isIt = (latch: Latch) => (unit ?? raw) !== null && latch.unit === unit && latch.raw === raw
    return board.latches().find((latch) => latch.id === id || isIt(latch))?.id ?? id
  }

  acknowledge(id: string, by: string): void {
    this.#parts.board.tellLatch(id, { type: 'acknowledge', id, by })
  }

  /** Null: cleared. */
  clear(id: string, by: string, reason: string): NotCleared | null {
    const { board } = this.#parts
    const why = whyNotCleared(
      board.latches().find((latch) => latch.id === id),
      by,
    )
    if (why === null) board.tellLatch(id, { type: 'clear', id, by, reason })
    return why
  }

  all(): Emergency[] {
    return this.#parts.board.latches().map((latch) => this.#emergencyOf(latch))
  }

  /** What a floor tells of its latches, told on. */
  obey(effect: LatchEffect): void {
    const { hooks } = this.#parts
    const emergency = this.#emergencyOf(effect.latch)
    if (effect.do === 'cleared') hooks.emergencyCleared(emergency, effect.by, effect.reason)
    else if (effect.do === 'raised') hooks.emergencyRaised(emergency, this.#how)
    else hooks.emergencyAcknowledged(emergency, effect.latch.ackedBy ?? '')
  }

  #emergencyOf(latch: Latch): Emergency {
    const { book, wall } = this.#parts
    return {
      ...latch,
      raisedAt: wall(latch.raisedAt),
      ackedAt: latch.ackedAt === null ? null : wall(latch.ackedAt),
      overId: book.receiving(latch.port)?.overId ?? null,
    }
  }
}
