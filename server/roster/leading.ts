/** What a shift lead does on the duty page: puts people on duty, hands over, ends; handhelds, and who is A and B. */
import { randomUUID } from 'node:crypto'
import { type Actor, may, type Thing } from '../access/index.ts'
import { clock, type Db, type Tx } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { DutyView, PlanView } from '../wire/radio.ts'
import type { SystemRole } from '../wire/words.ts'
import { askShift, planShift } from './changing.ts'
import { readDuty } from './duty-store.ts'
import type { RosterEvent } from './events.ts'
import * as holders from './holders-store.ts'
import type { Shift } from './shift.ts'
import * as store from './store.ts'

/** A handheld's campus is whose shift it may be on: what the room of the radio knows of its ports and its register. */
export type Handhelds = {
  /** campuses that have a radio port */
  campuses: (organisationId: string) => Promise<string[]>
  all: (organisationId: string) => Promise<{ code: string; campus: string; organisationId: string }[]>
}

export type ShiftForm = {
  personId: string
  campus: string | null
  crew?: string | null
  unit?: string | null
  from: string
  to: string
}

/** The desk's commit, as far as this room uses it. */
export type Commit = (work: (tx: Tx) => Promise<RosterEvent[]>) => Promise<unknown>

type Parts = {
  db: Db
  commit: Commit
  handhelds: Handhelds
  /** who holds what was changed: the radio names talkers by it */
  changed: () => Promise<unknown>
}

const radioThing = ({ organisationId, campus }: { organisationId: string; campus: string }): Thing => ({
  ...{ kind: 'radio', organisationId, campus },
})
const radioAt = ({ organisationId }: Actor, campus: string) => radioThing({ organisationId, campus })

export class ShiftLead {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async duty(actor: Actor, at: Date): Promise<DutyView> {
    const { db } = this.#parts
    const { seen, leads, leadsAll } = await this.#campuses(actor)
    if (seen.length === 0)
      return {
        at: at.toISOString(),
        ...{ shifts: [], coming: [], roles: [], holders: [], crews: [], leads: [], leadsAll: false },
      }
    return {
      at: at.toISOString(),
      ...(await readDuty(db, actor.organisationId, seen, at)),
      holders: await this.#plansAt(actor, seen),
      crews: await store.readCrews(db, actor.organisationId),
      leads,
      leadsAll,
    }
  }

  async plan(actor: Actor, form: ShiftForm): Promise<{ shiftId: string }> {
    await this.#mustLead(actor, form.campus, 'campus')
    const { organisationId, personId: byId } = actor
    const unit = form.unit ? await this.#handheld(actor, form.unit) : undefined
    if (form.unit && (!unit || !may(actor, 'change', radioThing(unit))))
      throw new Refusal('no-such-handheld', { field: 'unit', unit: form.unit })
    let shiftId = ''
    await this.#commit(async (tx) => {
      const codes = await store.readCodes(tx, organisationId)
      const campusId = form.campus === null ? null : (codes.campuses.get(form.campus) ?? null)
      const crewId = form.crew ? codes.crews.get(form.crew) : null
      if (crewId === undefined) throw new Refusal('no-such-crew', { field: 'crew' })
      const { personId } = form
      const wish = {
        kind: 'work' as const,
        personId,
        campusId,
        crewId,
        from: new Date(form.from),
        to: new Date(form.to),
      }
      const { shift, events } = await planShift(tx, organisationId, wish, byId)
      shiftId = shift.id
      if (!unit) return events
      // what was before now is over: only from now on does somebody else hold it
      const at = await clock(tx)
      const since = new Date(Math.max(shift.from.getTime(), at.getTime()))
      await holders.freeUnit(tx, organisationId, unit.code, since)
      const held = { unit: unit.code, personId, byId }
      await heldOnce(() => holders.insertPlan(tx, { ...held, from: since.toISOString(), to: shift.to.toISOString() }))
      return [...events, { type: 'radio.holder-changed', ...held, at }]
    })
    return { shiftId }
  }

  /** The rest of a shift, and the handhelds of whoever had it, are another's. */
  async handOver(actor: Actor, id: string, personId: string): Promise<{ shiftId: string }> {
    const toShiftId: string = randomUUID()
    const { organisationId, personId: byId } = actor
    await this.#commit(async (tx) => {
      const shift = await this.#shift(tx, actor, id)
      await this.#known(tx, actor, personId)
      const { events } = await askShift(tx, organisationId, shift, { ask: 'hand-over', byId, personId, toShiftId })
      return [...events, ...(await this.#passHandhelds(tx, shift, personId, byId))]
    })
    return { shiftId: toShiftId }
  }

  async end(actor: Actor, id: string): Promise<{ shiftId: string }> {
    const { organisationId, personId: byId } = actor
    await this.#commit(async (tx) => {
      const shift = await this.#shift(tx, actor, id)
      const { events } = await askShift(tx, organisationId, shift, { ask: 'end', byId })
      return [...events, ...(await this.#passHandhelds(tx, shift, null, byId))]
    })
    return { shiftId: id }
  }

  async setRole(
    actor: Actor,
    wanted: { system: string; role: SystemRole; personId: string | null },
  ): Promise<typeof wanted> {
    // a system serves every campus: whoever leads a shift at one of them may say who answers for it now
    if ((await this.#campuses(actor)).leads.length === 0) throw new Refusal('not-allowed')
    await this.#parts.commit(async (tx) => {
      if (wanted.personId !== null) await this.#known(tx, actor, wanted.personId)
      const done = await store.setRole(tx, actor.organisationId, wanted)
      if (done === 'no-system') throw notFound('system')
      if (done === 'both-roles') throw new Refusal('both-roles', { field: 'personId' })
      return [{ type: 'radio.role-changed', ...wanted, at: await clock(tx), byId: actor.personId }]
    })
    return wanted
  }

  async planHandheld(
    actor: Actor,
    code: string,
    { personId, from, to }: { personId: string; from: string; to: string },
  ): Promise<{ items: PlanView[] }> {
    const unit = await this.#handheld(actor, code)
    if (!unit || !may(actor, 'see', radioThing(unit))) throw notFound('unit')
    if (!may(actor, 'change', radioThing(unit))) throw new Refusal('not-allowed')
    if (Date.parse(from) >= Date.parse(to)) throw new Refusal('ends-before-it-begins', { field: 'to' })
    const byId = actor.personId
    await this.#parts.commit(async (tx) => {
      await this.#known(tx, actor, personId)
      await heldOnce(() => holders.insertPlan(tx, { unit: code, personId, from, to, byId }))
      return [{ type: 'radio.holder-changed', unit: code, personId, at: await clock(tx), byId }]
    })
    return { items: await holders.readPlans(this.#parts.db, actor.organisationId, [code]) }
  }

  async dropPlan(actor: Actor, id: string): Promise<{ planId: string }> {
    const found = (await this.#plansAt(actor, (await this.#campuses(actor)).seen)).find(({ planId }) => planId === id)
    const unit = found && (await this.#handheld(actor, found.unit))
    if (!found || !unit) throw notFound('plan')
    if (!may(actor, 'change', radioThing(unit))) throw new Refusal('not-allowed')
    await this.#parts.commit(async (tx) => {
      if (!(await holders.deletePlan(tx, id))) throw new Refusal('plan-has-begun')
      return [
        { type: 'radio.holder-changed', unit: unit.code, personId: null, at: await clock(tx), byId: actor.personId },
      ]
    })
    return { planId: id }
  }

  /** Commits, and tells the radio whose handhelds are whose. */
  async #commit(work: (tx: Tx) => Promise<RosterEvent[]>): Promise<void> {
    await this.#parts.commit(work)
    await this.#parts.changed()
  }

  async #campuses(actor: Actor): Promise<{ seen: string[]; leads: string[]; leadsAll: boolean }> {
    const every = await this.#parts.handhelds.campuses(actor.organisationId)
    const leads = every.filter((campus) => may(actor, 'lead', radioAt(actor, campus)))
    return {
      seen: every.filter((campus) => may(actor, 'see', radioAt(actor, campus))),
      leads,
      leadsAll: every.length > 0 && leads.length === every.length,
    }
  }

  /** A shift of every campus is led by who leads all of them. */
  async #mustLead(actor: Actor, campus: string | null, what: string): Promise<void> {
    const { seen, leads, leadsAll } = await this.#campuses(actor)
    if (campus === null ? seen.length === 0 : !seen.includes(campus)) throw notFound(what)
    if (campus === null ? !leadsAll : !leads.includes(campus)) throw new Refusal('not-allowed')
  }

  async #shift(tx: Tx, actor: Actor, id: string): Promise<Shift> {
    const held = await store.holdShift(tx, actor.organisationId, id)
    if (!held || held.shift.to <= (await clock(tx))) throw notFound('shift')
    await this.#mustLead(actor, held.campus, 'shift')
    return held.shift
  }

  async #known(tx: Tx, actor: Actor, personId: string): Promise<void> {
    if (!(await store.isPerson(tx, actor.organisationId, personId))) throw notFound('person')
  }

  async #handheld({ organisationId }: Actor, code: string) {
    return (await this.#parts.handhelds.all(organisationId)).find((one) => one.code === code)
  }

  async #plansAt({ organisationId }: Actor, campuses: readonly string[]): Promise<PlanView[]> {
    const units = (await this.#parts.handhelds.all(organisationId)).filter(({ campus }) => campuses.includes(campus))
    return holders.readPlans(
      this.#parts.db,
      organisationId,
      units.map(({ code }) => code),
    )
  }

  async #passHandhelds(tx: Tx, shift: Shift, to: string | null, byId: string): Promise<RosterEvent[]> {
    if (shift.personId === null) return []
    const units = await holders.passUnits(tx, { personId: shift.personId, to, until: shift.to, byId })
    const at = await clock(tx)
    return units.map((unit) => ({ type: 'radio.holder-changed', unit, personId: to, at, byId }))
  }
}

/** PostgreSQL's exclusion_violation: one handheld is in one hand. */
async function heldOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if ((error as { code?: string }).code === '23P01') throw new Refusal('handheld-held-then', { field: 'unit' })
    throw error
  }
}
