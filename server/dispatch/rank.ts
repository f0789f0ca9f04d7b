/**
 * Who can go, in which order, and why: a function over values. The proposal on the screen, the run by itself, the replay
 * of a day and the rehearsal of a changed rule are all this one.
 */
import type {
  Criterion,
  DispatchRules,
  PlaceLevel,
  Exclusion as ShownExclusion,
  Reason as ShownReason,
} from '../wire/dispatch.ts'

export type Around = { id: string; level: PlaceLevel }

export type Job = {
  ticketId: string
  campusId: string
  line: string
  priority: number
  /** the category and those above it, nearest first; empty: none said yet */
  categories: string[]
  /** the place and all that it lies in, nearest first and the campus last */
  places: Around[]
}

export type OnDuty = 'shift' | 'call' | 'off' | 'leave'
/** A person as the engine sees them for one job. */
export type Engineer = {
  personId: string
  /** `categories`: empty: all of its line */
  crews: { crewId: string; line: string | null; categories: string[]; zones: string[] }[]
  /** places that are theirs, besides their crews' */
  zones: string[]
  duty: OnDuty
  /** where the shift is; null: every campus */
  campusId: string | null
  /** when the shift ends; null: no end is known */
  until: Date | null
  /** agreed to be called when off shift */
  mayBeCalledOff: boolean
  /** said this shift that they can be reached, or may still say so */
  isConfirmed: boolean
  /** of a vendor and not signed in today */
  isVendorAway: boolean
  /** of the system the job is about */
  role: 'A' | 'B' | null
  /** worked on this asset or on this fault at this place before */
  before: 'asset' | 'fault' | null
  /** jobs assigned or offered, `urgent` those of priority 1 among them; those that wait do not count */
  load: { open: number; urgent: number }
  hasDeclined: boolean
  /** places that turn them away or want an escort */
  barred: string[]
  /** where they were last proven to be, nearest first */
  lastSeen: Around[]
  lastJobAt: Date | null
}

export type RankRules = Pick<DispatchRules, 'order' | 'limit' | 'endsWithinMin'>

/** Times are values here, and text on the wire. */
type Timed<T> = T extends { until: string | null }
  ? Omit<T, 'until'> & { until: Date | Extract<T['until'], null> }
  : T extends { at: string }
    ? Omit<T, 'at'> & { at: Date }
    : T
export type Reason = Timed<ShownReason>
export type Exclusion = Timed<ShownExclusion>

/** `ahead`: what put them before the next one; null: nothing but the order of ids, or they are the last. */
export type Candidate = { personId: string; reasons: Reason[]; ahead: Criterion | null }
export type Excluded = { personId: string; because: Exclusion[] }
export type Ranking = { candidates: Candidate[]; excluded: Excluded[] }

/**
 * Ranks everybody: each person is a candidate or excluded, once. Excluded are sorted so that those who fall out by least
 * come first. `at`: the instant asked about.
 */
export function rank(job: Job, people: readonly Engineer[], rules: RankRules, at: Date): Ranking {
  const seen = people.map((person) => ({ person, because: exclusions(job, person, rules, at) }))
  const fit = seen.filter(({ because }) => because.length === 0).map(({ person }) => weighed(job, person, rules))
  fit.sort((a, b) => compare(a, b, rules.order))
  return {
    candidates: fit.map((one, i) => ({
      personId: one.person.personId,
      reasons: rules.order.flatMap((criterion) => one.marks[criterion].reason ?? []),
      ahead: apart(one, fit[i + 1], rules.order),
    })),
    excluded: seen
      .filter(({ because }) => because.length > 0)
      .map(({ person, because }) => ({ personId: person.personId, because }))
      .sort((a, b) => a.because.length - b.because.length || byId(a.personId, b.personId)),
  }
}

/** What a person's jobs weigh: one each, an urgent one two. */
export const weight = ({ load }: Pick<Engineer, 'load'>): number => load.open + load.urgent

function exclusions(job: Job, person: Engineer, rules: RankRules, at: Date): Exclusion[] {
  const because: Exclusion[] = []
  if (!person.crews.some((crew) => fits(job, crew))) because.push({ code: 'not-in-crew' })
  if (person.duty === 'leave') because.push({ code: 'on-leave' })
  if (person.duty === 'off' && !person.mayBeCalledOff) because.push({ code: 'off-shift' })
  if (person.campusId !== null && person.campusId !== job.campusId && !smallestZone(job, person))
    because.push({ code: 'other-campus', campusId: person.campusId })
  if (person.isVendorAway) because.push({ code: 'vendor-away' })
  const load = weight(person)
  if (load >= rules.limit) because.push({ code: 'at-limit', load, limit: rules.limit })
  if (person.hasDeclined) because.push({ code: 'declined' })
  const barred = job.places.find(({ id }) => person.barred.includes(id))
  if (barred) because.push({ code: 'place-forbidden', placeId: barred.id })
  const soon = new Date(at.getTime() + rules.endsWithinMin * 60_000)
  if (person.until && person.until < soon) because.push({ code: 'shift-ends', until: person.until })
  return because
}

const fits = (job: Job, { line, categories }: Engineer['crews'][number]): boolean =>
  (line === null || line === job.line) &&
  (categories.length === 0 || job.categories.some((category) => categories.includes(category)))

function smallestZone(job: Job, person: Engineer): Around | undefined {
  const own = new Set([
    ...person.zones,
    ...person.crews.filter((crew) => fits(job, crew)).flatMap(({ zones }) => zones),
  ])
  return job.places.find(({ id }) => own.has(id))
}

/** Smaller goes first. */
type Mark = { value: number; reason?: Reason }
type Weighed = { person: Engineer; marks: Record<Criterion, Mark> }

const LAST = Number.MAX_SAFE_INTEGER
/** Whoever has not confirmed is asked after those who have, and not passed over: the ladder finds out. */
const DUTY: Record<OnDuty, number> = { shift: 0, call: 1, off: 2, leave: 3 }

function weighed(job: Job, person: Engineer, { limit }: RankRules): Weighed {
  const zone = smallestZone(job, person)
  const near = job.places.find(({ id }) => person.lastSeen.some((seen) => seen.id === id))
  const how = (around: Around | undefined) => (around ? job.places.indexOf(around) : LAST)
  const load = weight(person)
  const { role, before, lastJobAt } = person
  return {
    person,
    marks: {
      duty: { value: DUTY[person.duty] + (person.isConfirmed ? 0 : 0.5), reason: dutyReason(person) },
      role: role ? { value: role === 'A' ? 0 : 1, reason: { code: 'system-role', role } } : { value: 2 },
      zone: { value: how(zone), ...(zone && { reason: { code: 'zone', placeId: zone.id, level: zone.level } }) },
      before: before
        ? { value: before === 'asset' ? 0 : 1, reason: { code: 'worked-before', on: before } }
        : { value: 2 },
      load: { value: load, reason: { code: 'load', load, limit } },
      near: { value: how(near), ...(near && { reason: { code: 'near', placeId: near.id, level: near.level } }) },
      idle: lastJobAt
        ? { value: lastJobAt.getTime(), reason: { code: 'idle-since', at: lastJobAt } }
        : { value: 0, reason: { code: 'no-job-yet' } },
    },
  }
}

function dutyReason({ duty, until, isConfirmed }: Engineer): Reason {
  if (duty === 'shift') return { code: 'on-shift', until, isConfirmed }
  return { code: duty === 'call' ? 'on-call' : 'called-off-shift' }
}

const apart = (a: Weighed, b: Weighed | undefined, order: Criterion[]): Criterion | null =>
  (b && order.find((criterion) => a.marks[criterion].value !== b.marks[criterion].value)) ?? null

function compare(a: Weighed, b: Weighed, order: Criterion[]): number {
  const by = apart(a, b, order)
  return by ? a.marks[by].value - b.marks[by].value : byId(a.person.personId, b.person.personId)
}

const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
