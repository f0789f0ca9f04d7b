/** Spreadsheets in and out: what a sheet says, line by line, and cells that no spreadsheet runs as a formula. */
export { guarded, unguarded } from './cells.ts'
export { FAULTS_MAX, makeRest, readSheet } from './lines.ts'
