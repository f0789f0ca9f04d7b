/** The wallboard's numbers: what a figure counts, said once for every screen that shows it. */
export { SERVICE_LEVEL_MS, serviceLevel } from './service-level.ts'
