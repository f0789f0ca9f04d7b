/** Who came and went at the desk, and changes to what people may do and to their passwords. Ids only. */
export type AccessEvent = { at: Date; byId: string | null } & (
  | { type: 'grants.changed'; personId: string }
  | { type: 'directory.changed'; what: string; id: string; verb: 'changed'; fields: string[] }
  | { type: 'session.opened'; personId: string; sessionId: string }
  | { type: 'session.closed'; personId: string; sessionId: string; why: string }
)
