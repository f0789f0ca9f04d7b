/** What a console is told of a journal event of the radio: its subject as it stands now. */

import type { Db, JournalRow } from '../db/index.ts'
import type { FrameMaker, SharedFrame } from '../web/index.ts'
import { readEmergencies } from './emergencies/store.ts'
import { listOvers, unticketed } from './overs/store.ts'

const KEPT: ReadonlySet<string> = new Set([
  ...['radio.port-changed', 'radio.port-commissioned', 'radio.unit-changed', 'radio.units-imported'],
  ...['radio.holder-changed', 'radio.shift-changed', 'radio.role-changed'],
])

/** What consoles are told of the radio. */
export const radioFrames = (db: Db, organisationId: string): FrameMaker => ({
  makes: (type) => type.startsWith('radio.') && type !== 'radio.callout',
  framesOf: (rows) => framesOf(db, organisationId, rows),
})

async function framesOf(
  db: Db,
  organisationId: string,
  rows: readonly JournalRow[],
): Promise<(SharedFrame | undefined)[]> {
  const idsOf = (key: string) => [
    ...new Set(rows.flatMap(({ body }) => (typeof body[key] === 'string' ? [body[key] as string] : []))),
  ]
  const [overIds, emergencyIds] = [idsOf('overId'), idsOf('emergencyId')]
  const [overs, emergencies] = await Promise.all([
    overIds.length > 0 ? listOvers(db, { organisationId, ids: overIds, limit: overIds.length }) : [],
    emergencyIds.length > 0 ? readEmergencies(db, organisationId, emergencyIds) : [],
  ])
  return rows.map((row): SharedFrame | undefined => {
    const head = { seq: row.seq, at: row.at.toISOString(), type: row.type }
    const found = overs.find(({ overId }) => overId === row.body.overId)
    if (found) {
      const { organisationId, ticket, ...over } = found
      return {
        thing: { kind: 'radio', organisationId, campus: over.campus },
        frame: { ...head, subject: 'over', over: { ...over, mayListen: true } },
        ...(ticket && {
          parts: [
            {
              thing: ticket,
              without: (frame) => (frame.subject === 'over' ? { ...frame, over: unticketed(frame.over) } : frame),
            },
          ],
        }),
      }
    }
    const raised = emergencies.find(({ emergencyId }) => emergencyId === row.body.emergencyId)
    // Consoles that show these fetch them again, and are answered with what they may see.
    if (!raised) return KEPT.has(row.type) ? { thing: null, frame: { ...head, subject: 'none' } } : undefined
    const { organisationId: of, campus, cleared, ackedById: _, ...emergency } = raised
    return {
      thing: { kind: 'radio', organisationId: of, campus },
      frame: { ...head, subject: 'emergency', emergency, cleared },
    }
  })
}
