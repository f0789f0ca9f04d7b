import { failures, sentenceFor } from '../i18n/errors.ts'
import { importFault } from '../i18n/imports.ts'
import { t } from '../i18n/index.ts'
import type { ImportFault } from '../wire.ts'

/** The sentence for what is wrong with a line of a spreadsheet. */
export function importFaultWord(fault: ImportFault): string {
  switch (fault.code) {
    case 'too-many-rows':
    case 'too-many-columns':
    case 'too-many-faults':
    case 'too-long':
      return t(importFault[fault.code], fault.most)
    case 'cells-differ':
      return t(importFault[fault.code], fault.cells, fault.columns)
    case 'same-as-line':
      return t(importFault[fault.code], fault.other)
    case 'no-such-row':
    case 'no-such-campus':
    case 'zeros-lost':
      return t(importFault[fault.code], fault.named)
    case 'not-one-of':
      return t(importFault[fault.code], fault.choices.join(' '))
    case 'refused': {
      const kept = sentenceFor(fault.why)
      return kept ? t(kept) : t(failures.refused, fault.why)
    }
    default:
      return t(importFault[fault.code])
  }
}
