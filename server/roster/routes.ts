/** Who is on duty by HTTP: shifts and who takes them over, who holds which handheld, and who answers for which system. */

import { type Actor, may, type Thing } from '../access/index.ts'
import { clock, type Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound, Refusal } from '../refusal.ts'
import { actorOf, Code, Id, idempotent, Nullable, type Routes, Time, Type } from '../web/index.ts'
import type { DutyView } from '../wire/radio.ts'
import { SystemRole } from '../wire/words.ts'
import type { RosterEvent } from './events.ts'
import * as store from './store.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
/** Longer is a slip of the pen in the date, not a shift. */
const SHIFT_MOST_MS = 36 * 3_600_000

type ShiftWish = {
  personId: string
  campus: string | null
  crew?: string | null
  unit?: string | null
  from: string
  to: string
}

/** A handheld's campus is whose shift it may be on: what the room of the radio knows of its ports and its register. */
export type Handhelds = {
  /** campuses that have a radio port */
  campuses: (organisationId: string) => Promise<string[]>
  all: (organisationId: string) => Promise<{ code: string; campus: string; organisationId: string }[]>
}

const radioThing = ({ organisationId, campus }: { organisationId: string; campus: string }): Thing => ({
  ...{ kind: 'radio', organisationId, campus },
})

export const dutyRoutes =
  ({
    db,
    commit,
    handhelds,
    changed,
  }: {
    db: Db
    commit: Commit
    handhelds: Handhelds
    /** who holds what was changed: the radio names talkers by it */
    changed: () => Promise<unknown>
  }): Routes =>
  async (app) => {
    const everyCampus = ({ organisationId }: Actor) => handhelds.campuses(organisationId)
    const radioAt = ({ organisationId }: Actor, campus: string) => radioThing({ organisationId, campus })
    const campusesOf = async (actor: Actor) =>
      (await everyCampus(actor)).filter((campus) => may(actor, 'see', radioAt(actor, campus)))
    const leads = async (actor: Actor) =>
      (await everyCampus(actor)).filter((campus) => may(actor, 'lead', radioAt(actor, campus)))
    const leadsAll = async (actor: Actor) => {
      const every = await everyCampus(actor)
      return every.length > 0 && (await leads(actor)).length === every.length
    }
    /** A shift of every campus is led by who leads all of them. */
    const lead = async (actor: Actor, campus: string | null, what: string): Promise<void> => {
      const seen = await campusesOf(actor)
      if (campus === null ? seen.length === 0 : !seen.includes(campus)) throw notFound(what)
      if (campus === null ? await leadsAll(actor) : may(actor, 'lead', radioAt(actor, campus))) return
      throw new Refusal('not-allowed')
    }

    app.get(
      '/api/radio/duty',
      { schema: { querystring: Type.Object({ at: Type.Optional(Time) }, strict) } },
      async (request): Promise<DutyView> => {
        const actor = actorOf(request)
        const at = request.query.at ? new Date(request.query.at) : new Date()
        const campuses = await campusesOf(actor)
        const nothing = { shifts: [], coming: [], roles: [], holders: [], crews: [], leads: [], leadsAll: false }
        if (campuses.length === 0) return { at: at.toISOString(), ...nothing }
        return {
          at: at.toISOString(),
          ...(await store.readDuty(db, actor.organisationId, campuses, at)),
          holders: await store.readPlans(db, actor.organisationId, campuses),
          crews: await store.readCrews(db, actor.organisationId),
          leads: await leads(actor),
          leadsAll: await leadsAll(actor),
        }
      },
    )

    const Shift = Type.Object(
      {
        personId: Id,
        campus: Nullable(Code),
        crew: Type.Optional(Nullable(Code)),
        unit: Type.Optional(Nullable(Code)),
        from: Time,
        to: Time,
      },
      strict,
    )
    app.post(
      '/api/radio/shifts',
      { schema: { body: Shift } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        const wish = request.body as ShiftWish
        await lead(actor, wish.campus, 'campus')
        const from = new Date(wish.from)
        const to = new Date(wish.to)
        if (from >= to) throw new Refusal('ends-before-it-begins', { field: 'to' })
        if (to.getTime() - from.getTime() > SHIFT_MOST_MS) throw new Refusal('shift-too-long', { field: 'to' })
        const unit = wish.unit
          ? (await handhelds.all(actor.organisationId)).find(({ code }) => code === wish.unit)
          : undefined
        if (wish.unit && (!unit || !may(actor, 'change', radioThing(unit))))
          throw new Refusal('no-such-handheld', { field: 'unit', unit: wish.unit })
        const byId = actor.personId
        let shiftId = ''
        await overlapSaid(() =>
          commit(async (tx) => {
            const { organisationId } = actor
            const codes = await store.readCodes(tx, organisationId)
            const campusId = wish.campus === null ? null : (codes.campuses.get(wish.campus) ?? null)
            const crewId = wish.crew ? codes.crews.get(wish.crew) : null
            if (crewId === undefined) throw new Refusal('no-such-crew', { field: 'crew' })
            if (!(await store.isPerson(tx, organisationId, wish.personId))) throw notFound('person')
            shiftId = await store.insertShift(tx, { personId: wish.personId, campusId, crewId, from, to, byId })
            const at = await clock(tx)
            const events: RosterEvent[] = [
              { type: 'radio.shift-changed', shiftId, personId: wish.personId, verb: 'planned', at, byId },
            ]
            if (!unit) return events
            // what was before now is over: only from now on does somebody else hold it
            const since = later(from, at)
            await store.freeUnit(tx, organisationId, unit.code, since)
            const plan = { unit: unit.code, personId: wish.personId, byId }
            await store.insertPlan(tx, { ...plan, from: since.toISOString(), to: to.toISOString() })
            return [
              ...events,
              { type: 'radio.holder-changed', unit: unit.code, personId: wish.personId, at, byId },
            ] satisfies RosterEvent[]
          }),
        )
        await changed()
        reply.code(201)
        return { shiftId }
      }),
    )

    const shiftFor = async (tx: Parameters<typeof store.holdShift>[0], actor: Actor, id: string) => {
      const shift = await store.holdShift(tx, actor.organisationId, id)
      if (!shift) throw notFound('shift')
      await lead(actor, shift.campus, 'shift')
      return shift
    }
    app.post(
      '/api/radio/shifts/:id/hand-over',
      { schema: { params: One, body: Type.Object({ personId: Id }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const byId = actor.personId
        const { personId } = request.body
        let shiftId = ''
        await overlapSaid(() =>
          commit(async (tx) => {
            const shift = await shiftFor(tx, actor, request.params.id)
            if (!(await store.isPerson(tx, actor.organisationId, personId))) throw notFound('person')
            if (personId === shift.personId) throw new Refusal('to-the-same-person', { field: 'personId' })
            const at = await clock(tx)
            const from = later(shift.from, at)
            const units = await store.passUnits(tx, { personId: shift.personId, to: personId, until: shift.to, byId })
            await store.endShift(tx, shift)
            const { campusId, crewId, to } = shift
            const rest = { personId, campusId, crewId, from, to, byId, takenFrom: shift.personId }
            shiftId = await store.insertShift(tx, rest)
            return [
              { type: 'radio.shift-changed', shiftId, personId, verb: 'taken', at, byId },
              ...units.map((unit) => ({ type: 'radio.holder-changed' as const, unit, personId, at, byId })),
            ] satisfies RosterEvent[]
          }),
        )
        await changed()
        return { shiftId }
      },
    )
    app.post('/api/radio/shifts/:id/end', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const byId = actor.personId
      await commit(async (tx) => {
        const shift = await shiftFor(tx, actor, request.params.id)
        const { id: shiftId, personId, to: until } = shift
        const units = await store.passUnits(tx, { personId, to: null, until, byId })
        const verb = (await store.endShift(tx, shift)) ? 'ended' : 'removed'
        const at = await clock(tx)
        return [
          { type: 'radio.shift-changed', shiftId, personId, verb, at, byId },
          ...units.map((unit) => ({ type: 'radio.holder-changed' as const, unit, personId: null, at, byId })),
        ] satisfies RosterEvent[]
      })
      await changed()
      return { shiftId: request.params.id }
    })

    app.post(
      '/api/radio/roles',
      { schema: { body: Type.Object({ system: Code, role: SystemRole, personId: Nullable(Id) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        // a system serves every campus: whoever leads a shift at one of them may say who answers for it now
        if ((await leads(actor)).length === 0) throw new Refusal('not-allowed')
        const { system, role, personId } = request.body
        await commit(async (tx) => {
          if (personId !== null && !(await store.isPerson(tx, actor.organisationId, personId))) throw notFound('person')
          const done = await store.setRole(tx, actor.organisationId, { system, role, personId })
          if (done === 'no-system') throw notFound('system')
          if (done === 'both-roles') throw new Refusal('both-roles', { field: 'personId' })
          const at = await clock(tx)
          return [{ type: 'radio.role-changed', system, role, personId, at, byId: actor.personId }]
        })
        return { system, role, personId }
      },
    )

    app.post(
      '/api/radio/units/:code/plan',
      {
        schema: {
          params: Type.Object({ code: Code }),
          body: Type.Object({ personId: Id, from: Time, to: Time }, strict),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request)
        const { code } = request.params
        const unit = (await handhelds.all(actor.organisationId)).find((one) => one.code === code)
        if (!unit || !may(actor, 'see', radioThing(unit))) throw notFound('unit')
        if (!may(actor, 'change', radioThing(unit))) throw new Refusal('not-allowed')
        const { personId, from, to } = request.body
        if (Date.parse(from) >= Date.parse(to)) throw new Refusal('ends-before-it-begins', { field: 'to' })
        const byId = actor.personId
        await overlapSaid(() =>
          commit(async (tx) => {
            if (!(await store.isPerson(tx, actor.organisationId, personId))) throw notFound('person')
            await store.insertPlan(tx, { unit: code, personId, from, to, byId })
            return [{ type: 'radio.holder-changed', unit: code, personId, at: await clock(tx), byId }]
          }),
        )
        reply.code(201)
        return {
          items: (await store.readPlans(db, actor.organisationId, [unit.campus])).filter((one) => one.unit === code),
        }
      },
    )
    app.delete('/api/radio/plans/:id', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const found = (await store.readPlans(db, actor.organisationId, await campusesOf(actor))).find(
        ({ planId }) => planId === request.params.id,
      )
      const unit = found && (await handhelds.all(actor.organisationId)).find(({ code }) => code === found.unit)
      if (!found || !unit) throw notFound('plan')
      if (!may(actor, 'change', radioThing(unit))) throw new Refusal('not-allowed')
      await commit(async (tx) => {
        if (!(await store.deletePlan(tx, found.planId))) throw new Refusal('plan-has-begun')
        return [
          { type: 'radio.holder-changed', unit: unit.code, personId: null, at: await clock(tx), byId: actor.personId },
        ]
      })
      return { planId: found.planId }
    })
  }

const later = (a: Date, b: Date) => new Date(Math.max(a.getTime(), b.getTime()))

/** Two at one time, said of whom: PostgreSQL's exclusion_violation and foreign_key_violation. */
async function overlapSaid<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint = '' } = error as { code?: string; constraint?: string }
    if (code === '23P01' && constraint === 'a_person_is_on_one_shift_at_a_time')
      throw new Refusal('person-on-shift-then', { field: 'personId' })
    if (code === '23P01') throw new Refusal('handheld-held-then', { field: 'unit' })
    throw code === '23503' ? notFound('person') : error
  }
}
