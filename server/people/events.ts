/** Changes to the directory and to who may do what. `what` names the table's subject; ids only. */
export type PeopleEvent = { at: Date; byId: string | null } & (
  | { type: 'directory.changed'; what: string; id: string; verb: 'created' | 'changed' | 'retired'; fields: string[] }
  | {
      type: 'directory.imported'
      what: string
      created: number
      changed: number
      retired: number
      rows: { id: string; verb: 'created' | 'changed' | 'retired'; fields: string[] }[]
    }
  | { type: 'line.night'; line: string; night: 'auto' | 'on' | 'off' }
  | { type: 'grants.changed'; personId: string }
  | { type: 'session.opened'; personId: string; sessionId: string }
  | { type: 'session.closed'; personId: string; sessionId: string; why: string }
)
