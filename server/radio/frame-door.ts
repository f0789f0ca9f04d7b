/** What a console is told of a journal event of the radio: its subject as it stands now. */
import type { Db, JournalRow } from '../db/index.ts'
import type { Thing } from '../people/index.ts'
import type { Frame } from '../wire/frames.ts'
import { showCallouts } from './callout-store.ts'
import { readEmergencies } from './emergency-store.ts'
import { listOvers } from './over-store.ts'

type Framed = { thing: Thing | null; frame: Frame } | undefined

export const isRadio = (row: JournalRow): boolean => row.type.startsWith('radio.')

const KEPT: ReadonlySet<string> = new Set([
  ...['radio.port-changed', 'radio.port-commissioned', 'radio.unit-changed', 'radio.units-imported'],
  ...['radio.holder-changed', 'radio.shift-changed', 'radio.role-changed'],
])

/** A frame for each row, in order; undefined for one that has nothing to show. */
export async function radioFrames(db: Db, organisationId: string, rows: readonly JournalRow[]): Promise<Framed[]> {
  const idsOf = (key: string) => [
    ...new Set(rows.flatMap(({ body }) => (typeof body[key] === 'string' ? [body[key] as string] : []))),
  ]
  const [overIds, emergencyIds, calloutIds] = [idsOf('overId'), idsOf('emergencyId'), idsOf('calloutId')]
  const [overs, emergencies, callouts] = await Promise.all([
    overIds.length > 0 ? listOvers(db, { organisationId, ids: overIds, limit: overIds.length }) : [],
    emergencyIds.length > 0 ? readEmergencies(db, organisationId, emergencyIds) : [],
    calloutIds.length > 0 ? showCallouts(db, organisationId, { ids: calloutIds }) : [],
  ])
  return rows.map((row): Framed => {
    const head = { seq: row.seq, at: row.at.toISOString(), type: row.type }
    const found = overs.find(({ overId }) => overId === row.body.overId)
    if (found) {
      const { organisationId, ...over } = found
      return {
        thing: { kind: 'radio', organisationId, campus: over.campus },
        frame: { ...head, subject: 'over', over: { ...over, mayListen: true } },
      }
    }
    const called = callouts.find(({ calloutId }) => calloutId === row.body.calloutId)
    if (called) {
      const { organisationId, campus, ...callout } = called
      return { thing: { kind: 'radio', organisationId, campus }, frame: { ...head, subject: 'callout', callout } }
    }
    const raised = emergencies.find(({ emergencyId }) => emergencyId === row.body.emergencyId)
    // Whoever shows these fetches them again, and sees what they may.
    if (!raised) return KEPT.has(row.type) ? { thing: null, frame: { ...head, subject: 'none' } } : undefined
    const { organisationId: of, campus, cleared, ackedById: _, ...emergency } = raised
    return {
      thing: { kind: 'radio', organisationId: of, campus },
      frame: { ...head, subject: 'emergency', emergency, cleared },
    }
  })
}
