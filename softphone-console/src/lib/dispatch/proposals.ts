import { Cell } from '../desk/cell.ts'
import type { Api } from '../live/api.ts'
import type { Frame, ProposalView, Way } from '../wire.ts'

type Candidate = ProposalView['candidates'][number]

/** The proposal for one ticket as this screen holds it: who could go, who is chosen, how they are told. */
export class Proposals {
  #view = new Cell<ProposalView | null>(null)
  #fault = new Cell<unknown>(null)
  #chosenId = new Cell<string | null>(null)
  #ways = new Cell<Way[]>(['console', 'radio'])
  #asked = 0
  readonly #api: Pick<Api, 'get' | 'post'>
  readonly ticketId: string

  constructor(api: Pick<Api, 'get' | 'post'>, ticketId: string) {
    this.#api = api
    this.ticketId = ticketId
  }

  get view(): ProposalView | null {
    return this.#view.value
  }
  get fault(): unknown {
    return this.#fault.value
  }
  get ways(): Way[] {
    return this.#ways.value
  }

  /** The one chosen by hand while they still fit, else the first; null: nobody fits. */
  get chosen(): Candidate | null {
    const all = this.view?.candidates ?? []
    return all.find(({ personId }) => personId === this.#chosenId.value) ?? all[0] ?? null
  }

  get chosenName(): string {
    return this.view?.people.find(({ id }) => id === this.chosen?.personId)?.name ?? ''
  }

  choose(personId: string): void {
    this.#chosenId.value = personId
  }

  /** The next one down the list; after the last the first again. */
  next(): void {
    const all = this.view?.candidates ?? []
    const at = this.chosen ? all.indexOf(this.chosen) : -1
    const one = all[(at + 1) % all.length]
    if (one) this.choose(one.personId)
  }

  /** Somebody must be told by some way: the last one stays. */
  tellBy(way: Way, isOn: boolean): void {
    const ways = isOn ? [...this.ways, way] : this.ways.filter((one) => one !== way)
    if (ways.length > 0) this.#ways.value = [...new Set(ways)]
  }

  /** Asks anew: what was said of the fault, or who is free, may have changed. An older answer that comes late is dropped. */
  async fetch(): Promise<void> {
    const mine = ++this.#asked
    try {
      const view = await this.#api.get<ProposalView>(`/api/tickets/${this.ticketId}/proposal`)
      if (mine !== this.#asked) return
      this.#view.value = view
      this.#fault.value = null
    } catch (error) {
      if (mine === this.#asked) this.#fault.value = error
    }
  }

  /** Whether a frame may have changed it. */
  isAbout(frame: Frame): boolean {
    return (
      (frame.subject === 'dispatch' && frame.ticketId === this.ticketId) ||
      (frame.subject === 'ticket' && frame.ticket.ticketId === this.ticketId)
    )
  }

  /** Sends whoever is chosen; nobody fits, or `byEngine`: the desk looks for somebody. */
  async send({ byEngine = false } = {}): Promise<void> {
    const personId = byEngine ? undefined : this.chosen?.personId
    const body = personId ? { personId, ways: this.ways } : {}
    this.#view.value = await this.#api.post<ProposalView>(`/api/tickets/${this.ticketId}/offers`, body)
  }
}
