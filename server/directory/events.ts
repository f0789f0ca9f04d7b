import type { Night } from '../wire/words.ts'

/** Changes to the directory. `what` names the table's subject; ids only. */
export type DirectoryEvent = { at: Date; byId: string | null } & (
  | { type: 'directory.changed'; what: string; id: string; verb: 'created' | 'changed' | 'retired'; fields: string[] }
  | {
      type: 'directory.imported'
      what: string
      created: number
      changed: number
      retired: number
      rows: { id: string; verb: 'created' | 'changed' | 'retired'; fields: string[] }[]
    }
  | { type: 'line.night'; line: string; night: Night }
)
