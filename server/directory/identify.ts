/** Whose number is it, and where does it ring? Rules only; the rows come from the store. */
import type { NumberKind } from '../wire/choices.ts'
import type { IdentifiedHow } from '../wire/words.ts'

/** One directory row that fits the number heard, with what it points to at this moment. */
export type NumberRow = {
  id: string
  realm: string
  kind: NumberKind
  /** which spelling of the number fitted; 0 is the number as sent */
  spelling: number
  placeId: string | null
  /** the unit at that place, or at the nearest place around it */
  unitId: string | null
  people: { personId: string; name: string; unitId: string | null }[]
}

export type Candidate = {
  placeId: string | null
  unitId: string | null
  personId: string | null
  how: IdentifiedHow
  /** 0..100 */
  confidence: number
}
export type Identified = Candidate & { numberId: string | null; candidates: Candidate[] }

const nobody = (how: IdentifiedHow, numberId: string | null = null): Identified => ({
  numberId,
  placeId: null,
  unitId: null,
  personId: null,
  how,
  confidence: 0,
  candidates: [],
})

/**
 * Decides what a number means. `campus` is where the call came in: an extension belongs to its own campus, so the same
 * extension on the other one is another phone. A shared trunk or a pilot number hides the ward and so never names a
 * place. Where two people or two places fit, nobody is chosen: the agent chooses.
 */
export function judge(rows: NumberRow[], heard: { campus: string | null; ani: string; aniName: string }): Identified {
  if (heard.ani === '') return nobody('withheld')
  const here = rows.filter((row) => row.realm === heard.campus || row.realm === 'public' || heard.campus === null)
  const spelling = Math.min(...here.map((row) => row.spelling))
  const best = here.filter((row) => row.spelling === spelling)
  // An extension of this campus is nearer than a public number that happens to be spelt the same.
  const local = best.filter((row) => row.realm === heard.campus)
  const chosen = local.length > 0 ? local : best
  const [row] = chosen
  if (!row) return nobody('unknown')
  const people = chosen.flatMap((one) => one.people)
  const named = people.find((person) => heard.aniName !== '' && person.name === heard.aniName)?.personId
  if (chosen.length > 1) return several(null, chosen.flatMap(candidatesOf), named)

  const candidates = candidatesOf(row)
  if (row.kind === 'shared_trunk' || row.kind === 'pilot') return nobody('shared_trunk', row.id)
  const [only] = candidates
  if (!only) return nobody('unknown', row.id)
  return candidates.length > 1 ? several(row.id, candidates, named) : { numberId: row.id, ...only, candidates: [only] }
}

function candidatesOf(row: NumberRow): Candidate[] {
  if (row.kind === 'shared_trunk' || row.kind === 'pilot') return []
  if (row.placeId) {
    const [only, ...others] = row.people
    // A ward's phone is anyone's; one written-down person (an office) is worth showing, two are not.
    const personId = only && others.length === 0 ? only.personId : null
    const confidence = row.kind === 'legacy' ? 80 : 95
    return [{ placeId: row.placeId, unitId: row.unitId, personId, how: 'ward_number', confidence }]
  }
  return row.people.map(({ personId, unitId }) => ({
    placeId: null,
    unitId,
    personId,
    how: 'mobile_of_person',
    confidence: 90,
  }))
}

/** Shares the certainty among them; one whose name was sent with the call comes first, but is not chosen for the agent. */
function several(numberId: string | null, found: Candidate[], named: string | undefined): Identified {
  const share = Math.floor(90 / Math.max(found.length, 1))
  const candidates = found
    .map(
      (one): Candidate => ({
        ...one,
        how: 'number_twice',
        confidence: named !== undefined && one.personId === named ? 75 : share,
      }),
    )
    .sort((a, b) => b.confidence - a.confidence)
  return { ...nobody('number_twice', numberId), confidence: share, candidates }
}
