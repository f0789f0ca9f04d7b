/** The latched emergencies as consoles are shown them: at once by what the engine tells, and again as the rows have them. */
import type { EmergencyView } from '../../wire/radio.ts'
import type { Emergency } from '../engine/words.ts'

export class ShownEmergencies {
  #all: EmergencyView[] = []

  all(): EmergencyView[] {
    return this.#all
  }

  /** As PostgreSQL has them, with their tickets and names. */
  set(all: EmergencyView[]): void {
    this.#all = all
  }

  raised({ id, port, unit, talker, raisedAt }: Emergency): void {
    const raised = { port, unit, talker, raisedAt: new Date(raisedAt).toISOString() }
    this.cleared({ id })
    this.#all = [...this.#all, { emergencyId: id, ...raised, ticketId: null, ackedAt: null, ackedBy: null }]
  }

  acknowledged({ id }: Pick<Emergency, 'id'>, at: Date): void {
    this.#all = this.#all.map((one) => (one.emergencyId === id ? { ...one, ackedAt: at.toISOString() } : one))
  }

  cleared({ id }: Pick<Emergency, 'id'>): void {
    this.#all = this.#all.filter(({ emergencyId }) => emergencyId !== id)
  }
}
