/**
 * Stations and queues: which stations are registered is told, and what differs from what the desk wants is put right. Never
 * twice at once.
 */
import { isDeskPhone } from '../calls/index.ts'
import type { Ami } from './ami/ami.ts'
import type { Ari } from './ari/ari.ts'
import type { Doer } from './doing.ts'
import { differences, standing, type Wanted } from './wanted.ts'
import type { Sender } from './wishes.ts'
import type { StationFact } from './words.ts'

export type PuttingRightOptions = {
  pbx: number
  reader: Ami
  actor: Ami
  ari: Ari
  sender: Sender
  do: Doer
  isActing(): boolean
  stationHear(fact: StationFact): Promise<unknown>
  wanted(): Promise<Wanted>
  log: { warn(o: object, m: string): void }
}

export class PuttingRight {
  readonly #o: PuttingRightOptions
  /** what was last told of each station: the qualify repeats itself every few seconds, and only a change is news */
  readonly #told = new Map<string, StationFact['type']>()
  #running: Promise<void> | null = null

  constructor(options: PuttingRightOptions) {
    this.#o = options
  }

  /** Resolves when what is wanted now, or was when it began, has been compared and asked for; never rejects. */
  look(): Promise<void> {
    this.#running ??= this.#putRight()
      .catch((error) =>
        this.#o.log.warn({ pbx: this.#o.pbx, err: error }, 'stations and queues could not be put right'),
      )
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  /** Every station is news again. */
  forget(): void {
    this.#told.clear()
  }

  async tellStation(fact: StationFact): Promise<void> {
    if (this.#told.get(fact.station) === fact.type) return
    this.#told.set(fact.station, fact.type)
    try {
      await this.#o.stationHear(fact)
    } catch (error) {
      this.#told.delete(fact.station)
      this.#o.log.warn({ station: fact.station, err: error }, 'a station could not be heard')
    }
  }

  async #putRight(): Promise<void> {
    const { reader, actor, ari, sender, isActing, wanted, log } = this.#o
    if (!reader.state().up || !ari.state().up) return
    const is = await standing(reader, () => ari.endpoints())
    const at = new Date()
    for (const [station, online] of is.online) {
      if (!isDeskPhone(station)) continue
      const type = online ? 'station-registered' : 'station-unregistered'
      await this.tellStation({ type, station, at, why: 'snapshot' })
    }
    if (!isActing() || !actor.state().up) return
    for (const wish of differences(await wanted(), is)) {
      const key = 'station' in wish ? wish.station : ''
      await sender
        .inTurn(key, () => this.#o.do(wish))
        .catch((error) => log.warn({ verb: wish.verb, err: error }, 'not put right'))
    }
  }
}
