/** What the radio tells, written down after it was done: rows, and the events that follow from them. */
import type { Tx } from '../../db/index.ts'
import type { ShownEmergencies } from '../emergencies/shown.ts'
import * as emergencies from '../emergencies/store.ts'
import type { RadioEvent } from '../events.ts'
import { filedUnder } from '../overs/filing.ts'
import { isShort, type Over } from '../overs/over.ts'
import { keepPiece } from '../overs/recording.ts'
import * as overs from '../overs/store.ts'
import { saveGatewayAddress } from '../ports/store.ts'
import type { Keeper } from './keeper.ts'
import type { Emergency, RadioHooks, RaisedHow } from './words.ts'

type WritingParts = {
  keeper: Keeper
  shown: ShownEmergencies
  /** whose Asterisk this is */
  organisationId: () => string
  /** a piece of the continuous recording waits to be filed */
  recorded: () => void
}

export class Writing {
  readonly #parts: WritingParts

  constructor(parts: WritingParts) {
    this.#parts = parts
  }

  overOpened(over: Over): void {
    this.#parts.keeper.keep(async (tx) => {
      await overs.saveOver(tx, over)
      return []
    })
  }

  overNamed(over: Over): void {
    this.#parts.keeper.keep(async (tx) => {
      await overs.saveOver(tx, over)
      if (over.to === null) return []
      return [{ type: 'radio.over-named', overId: over.overId, at: new Date() }, ...(await this.#file(tx, over))]
    })
  }

  overEnded(over: Over): void {
    this.#parts.keeper.keep(async (tx) => {
      if (!(await overs.saveOver(tx, over))) return []
      const { overId, port, kind, emergency } = over
      const at = new Date(over.to ?? 0)
      return [{ type: 'radio.over-ended', overId, port, kind, emergency, at }, ...(await this.#file(tx, over))]
    })
  }

  emergencyRaised(emergency: Emergency, how: RaisedHow): void {
    this.#parts.shown.raised(emergency)
    this.#parts.keeper.keep(async (tx) => {
      if (!(await emergencies.insertEmergency(tx, emergency, how))) return []
      const { id, port, unit } = emergency
      const at = new Date(emergency.raisedAt)
      return [{ type: 'radio.emergency-raised', emergencyId: id, port, unit, at }]
    })
  }

  emergencyAcknowledged(emergency: Emergency, byId: string): void {
    const at = new Date(emergency.ackedAt ?? Date.now())
    this.#parts.shown.acknowledged(emergency, at)
    this.#parts.keeper.keep(async (tx) => {
      await emergencies.setAcked(tx, emergency.id, byId, at)
      return [{ type: 'radio.emergency-acknowledged', emergencyId: emergency.id, at, byId }]
    })
  }

  emergencyCleared(emergency: Emergency, byId: string, reason: string): void {
    this.#parts.shown.cleared(emergency)
    this.#parts.keeper.keep(async (tx) => {
      await emergencies.setCleared(tx, emergency.id, byId, reason)
      return [{ type: 'radio.emergency-cleared', emergencyId: emergency.id, at: new Date(), byId }]
    })
  }

  gatewayAt(port: string, address: string): void {
    this.#parts.keeper.keep(async (tx) => {
      await saveGatewayAddress(tx, port, address)
      return []
    })
  }

  recording(fact: Parameters<RadioHooks['recording']>[0]): void {
    const at = Date.now()
    this.#parts.keeper.keep(async (tx) => {
      const events = await keepPiece(tx, fact, at)
      if (events.length > 0) this.#parts.recorded()
      return events
    })
  }

  /** Files an over that has ended under its ticket, unless it is filed already. */
  async #file(tx: Tx, over: Over): Promise<RadioEvent[]> {
    if (isShort(over) || over.to === null) return []
    const organisationId = this.#parts.organisationId()
    const [row] = await overs.listOvers(tx, { organisationId, ids: [over.overId], limit: 1 })
    if (!row || row.ticketId !== null || row.attachedHow !== null) return []
    const filed = await filedUnder(tx, over, row.talker?.personId ?? null)
    if (!filed) return []
    await overs.attach(tx, over.overId, filed.ticketId, filed.how)
    return [{ type: 'radio.over-attached', overId: over.overId, ticketId: filed.ticketId, at: new Date() }]
  }
}
