/** Spreadsheets in and out: what a sheet says, line by line, and cells that no spreadsheet runs as a formula. */
export { guarded, unguarded } from './cells.ts'
export { codesWithZeros, damagedCode, dayOf, withItsZeros } from './damage.ts'
export { FAULTS_MAX, makeRest, readSheet } from './lines.ts'
export { runSheet, SHEET_BODY_MAX, sheetFits } from './running.ts'
