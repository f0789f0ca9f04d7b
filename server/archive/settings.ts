import type { Recordings } from '../../recordings/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { ArchiveEvent } from './events.ts'

type Log = Record<'info' | 'warn' | 'error', (fields: object, sentence: string) => void>

/** What the filing of recordings works with. */
export type ArchiveSettings = {
  db: Db
  commit: (work: (tx: Tx) => Promise<ArchiveEvent[]>) => Promise<unknown>
  recordings: Recordings
  /** whose spool this is */
  pbx: number
  log: Log
}
