/** The words of dispatch, each once: who is asked, by which way, and what came of it. */
import { type Static, type TProperties, Type } from 'typebox'
import { Id, Nullable, strict } from './fields.ts'
import { DeclineReason } from './tickets.ts'
import { PersonRef, PlaceRef } from './views.ts'
import { SystemRole } from './words.ts'

/** How somebody is told of an offer. */
export const Way = Type.Enum(['console', 'radio', 'phone', 'page', 'mail'])
export type Way = Static<typeof Way>

/** How an answer came: `by_hand`: the desk entered what was said to it. */
export const AcceptedHow = Type.Enum([...Way.enum, 'by_hand'])
export type AcceptedHow = Static<typeof AcceptedHow>

export const OfferState = Type.Enum(['open', 'accepted', 'declined', 'lapsed', 'withdrawn'])
export type OfferState = Static<typeof OfferState>

export { DeclineReason }

export const WithdrawnWhy = Type.Enum(['taken', 'assigned', 'over', 'passed_on', 'by_hand'])
export type WithdrawnWhy = Static<typeof WithdrawnWhy>

/** One of the three. */
export const OfferTo = Type.Object({ personId: Nullable(Id), crewId: Nullable(Id), companyId: Nullable(Id) }, strict)
export type OfferTo = Static<typeof OfferTo>

export const RungTo = Type.Enum(['candidate', 'B', 'crew', 'crew_lead', 'supervisor', 'duty_manager'])
export type RungTo = Static<typeof RungTo>

export const RungOutcome = Type.Enum(['offered', 'told', 'nobody', 'settled'])
export type RungOutcome = Static<typeof RungOutcome>

/** `forS`: how long an answer is waited for before the next rung, seconds. */
export const Rung = Type.Object(
  {
    to: RungTo,
    by: Type.Array(Way, { minItems: 1, maxItems: 5, uniqueItems: true }),
    forS: Type.Integer({ minimum: 5, maximum: 86_400 }),
  },
  strict,
)
export type Rung = Static<typeof Rung>

/** `by_hand`: nothing happens by itself · `proposed`: shown, and pressed · `after`: by itself unless the agent acts · `at_once`. */
export const Mode = Type.Enum(['by_hand', 'proposed', 'after', 'at_once'])
export type Mode = Static<typeof Mode>

export const Criterion = Type.Enum(['duty', 'role', 'zone', 'before', 'load', 'near', 'idle'])
export type Criterion = Static<typeof Criterion>

const Ladder = Type.Array(Rung, { minItems: 1, maxItems: 12 })
export const PriorityRules = Type.Object(
  {
    mode: Mode,
    /** how long the agent has before `after` acts, or before anything else climbs by itself; seconds */
    afterS: Type.Integer({ minimum: 0, maximum: 86_400 }),
    day: Ladder,
    night: Ladder,
  },
  strict,
)
export type PriorityRules = Static<typeof PriorityRules>

/** What a line's supervisor keeps: in which order people are looked at, how much one may have, and the ladder of each priority. */
export const DispatchRules = Type.Object(
  {
    /** the first that tells two people apart decides */
    order: Type.Array(Criterion, { minItems: 1, maxItems: 7, uniqueItems: true }),
    /** open jobs one person may have; an urgent one counts twice */
    limit: Type.Integer({ minimum: 1, maximum: 50 }),
    /** whoever's shift ends sooner is passed over */
    endsWithinMin: Type.Integer({ minimum: 0, maximum: 480 }),
    priorities: Type.Object({ 1: PriorityRules, 2: PriorityRules, 3: PriorityRules, 4: PriorityRules }, strict),
  },
  strict,
)
export type DispatchRules = Static<typeof DispatchRules>

/** One to whom a job is offered, by whom it was answered: ids; names stand beside. */
export const OfferView = Type.Object({
  offerId: Id,
  ticketId: Id,
  round: Type.Integer(),
  ...OfferTo.properties,
  state: OfferState,
  ways: Type.Array(Way),
  offeredAt: Type.String(),
  until: Type.String(),
  answeredAt: Nullable(Type.String()),
  answeredById: Nullable(Id),
  answeredHow: Nullable(AcceptedHow),
  reason: Nullable(DeclineReason),
})
export type OfferView = Static<typeof OfferView>

export const PlaceLevel = Type.Enum(['bed', 'room', 'floor', 'building', 'campus'])
export type PlaceLevel = Static<typeof PlaceLevel>
const role = SystemRole
const load = Type.Integer()
const limit = Type.Integer()
const near = { placeId: Id, level: PlaceLevel }
const coded = <C extends string, P extends TProperties>(code: C, more: P) =>
  Type.Object({ code: Type.Literal(code), ...more })

/** Why this one: a code with its values; the console writes it out. */
export const Reason = Type.Union([
  coded('on-shift', { until: Nullable(Type.String()), isConfirmed: Type.Boolean() }),
  coded('on-call', {}),
  coded('called-off-shift', {}),
  coded('system-role', { role }),
  coded('zone', near),
  coded('worked-before', { on: Type.Enum(['asset', 'fault']) }),
  coded('load', { load, limit }),
  coded('near', near),
  coded('idle-since', { at: Type.String() }),
  coded('no-job-yet', {}),
])
export type Reason = Static<typeof Reason>

/** Why not that one. */
export const Exclusion = Type.Union([
  coded('not-in-crew', {}),
  coded('off-shift', {}),
  coded('on-leave', {}),
  coded('other-campus', { campusId: Id }),
  coded('vendor-away', {}),
  coded('at-limit', { load, limit }),
  coded('declined', {}),
  coded('place-forbidden', { placeId: Id }),
  coded('shift-ends', { until: Type.String() }),
])
export type Exclusion = Static<typeof Exclusion>

/** Who could go and why, and who falls out and why; what has been offered, and when the ladder goes on by itself. */
export const ProposalView = Type.Object({
  ticketId: Id,
  at: Type.String(),
  mode: Mode,
  /** which version of the line's rules; null: those a hospital starts with */
  versionId: Nullable(Id),
  candidates: Type.Array(Type.Object({ personId: Id, reasons: Type.Array(Reason), ahead: Nullable(Criterion) })),
  /** those who fall out by least come first */
  excluded: Type.Array(Type.Object({ personId: Id, because: Type.Array(Exclusion) })),
  offers: Type.Array(OfferView),
  /** the ladder goes on by itself then; null: only by hand, or somebody has it */
  nextAt: Nullable(Type.String()),
  people: Type.Array(PersonRef),
  crews: Type.Array(Type.Object({ crewId: Id, code: Type.String(), zh: Type.String(), en: Type.String() })),
  places: Type.Array(PlaceRef),
})
export type ProposalView = Static<typeof ProposalView>

export const CrewRef = Type.Object({
  crewId: Id,
  code: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  line: Nullable(Type.String()),
})
export type CrewRef = Static<typeof CrewRef>

/** Whom the desk sends; nobody named: the engine finds them. `ways`: else those of the line's first rung. */
export const DispatchWish = Type.Object(
  {
    personId: Type.Optional(Id),
    crewId: Type.Optional(Id),
    ways: Type.Optional(Type.Array(Way, { minItems: 1, maxItems: 5, uniqueItems: true })),
  },
  strict,
)
export type DispatchWish = Static<typeof DispatchWish>

/** `personId`: for whom the desk answers, by what they said; left out: oneself. */
export const AcceptWish = Type.Object({ personId: Type.Optional(Id) }, strict)
export const DeclineWish = Type.Object({ personId: Type.Optional(Id), reason: DeclineReason }, strict)

export const RulesView = Type.Object({
  line: Type.String(),
  versionId: Nullable(Id),
  body: DispatchRules,
  history: Type.Array(
    Type.Object({
      versionId: Id,
      body: DispatchRules,
      by: Nullable(PersonRef),
      from: Type.String(),
      to: Nullable(Type.String()),
    }),
  ),
})
export type RulesView = Static<typeof RulesView>
/** `after`: the version the screen was showing; null: none yet. */
export const RulesChange = Type.Object({ after: Nullable(Id), body: DispatchRules }, strict)
