import type { Row, Subject } from '../../directory/subject.ts'
import type { RadioUnitView } from '../../wire.ts'

/** A handheld as a row of the register. */
export const rowOfUnit = ({ unitId, ids, holder, ...unit }: RadioUnitView): Row => ({
  ...unit,
  ...ids,
  id: unitId,
  holder: holder?.name ?? '',
})

/** The register as lists and forms know it; crews are rows and name themselves. */
export function handheldsSubject(crews: readonly Row[]): Subject {
  const words = Object.fromEntries(crews.map((one) => [String(one.code), { zh: String(one.zh), en: String(one.en) }]))
  return {
    what: 'handhelds',
    columns: ['code', 'campus', 'alias', 'holder', 'dtmf', 'mdc1200', 'fiveTone', 'gateway', 'crew'],
    retires: true,
    csv: true,
    door: { path: '/api/radio/units', rowOf: (unit) => rowOfUnit(unit as RadioUnitView) },
    fields: [
      { name: 'code', kind: 'code', fixed: true },
      { name: 'campus', kind: 'campus' },
      { name: 'alias', kind: 'text', max: 40, optional: true },
      { name: 'dtmf', kind: 'radioId', optional: true },
      { name: 'mdc1200', kind: 'radioId', optional: true },
      { name: 'fiveTone', kind: 'radioId', optional: true },
      { name: 'gateway', kind: 'radioId', optional: true },
      { name: 'crew', kind: 'choice', of: Object.keys(words), words, optional: true },
    ],
  }
}
