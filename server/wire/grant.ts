import type { TicketActName } from './choices.ts'
import type { Role } from './words.ts'

/** A person who asks, with what they were granted. Campus and line are codes; null means every one. */
export type Actor = {
  personId: string
  organisationId: string
  sessionId: string
  name: string
  station: string | null
  grants: { role: Role; campus: string | null; line: string | null }[]
}

/** An actor who has come with a session. Until a first password is changed, nothing else may be done. */
export type SignedIn = Actor & { mustChangePassword: boolean }

export type Verb =
  | 'see'
  | 'open'
  | 'change'
  | 'take'
  | 'listen'
  | 'administer'
  | 'import'
  | 'export'
  | 'switch'
  | 'key'
  | 'clear'
  /** who heard or changed a thing */
  | 'audit'
  | 'lead'
  | 'end'
  | TicketActName

/** What is asked about, and whose it is. Codes for campus and line, which two organisations may share; ids for people. */
export type Thing = ({ organisationId: string } & OwnedThing) | { kind: 'directory' } | { kind: 'journal' }

type OwnedThing =
  /** `agentIds`: whom it rang or who talked; `assigneeIds`: who works on the tickets it is about, or is offered them */
  | { kind: 'call'; campus: string | null; line: string | null; agentIds: string[]; assigneeIds: string[] }
  | {
      kind: 'ticket'
      campus: string
      line: string
      assigneeId: string | null
      firstTakerId: string | null
      reporterId: string | null
      /** whom it is offered to now */
      offeredIds: readonly string[]
    }
  | {
      kind: 'recording'
      campus: string | null
      line: string | null
      agentIds: string[]
      assigneeIds: string[]
      /** left for whoever works the line, and spoken to no agent */
      isMessage?: boolean
    }
  | { kind: 'callback'; campus: string | null; line: string | null }
  | { kind: 'agent'; personId: string; lines: string[] }
  | { kind: 'line'; line: string }
  /** a radio port's campus: the radio is not parted by line */
  | { kind: 'radio'; campus: string }
  /** the register of assets, companies and contracts */
  | { kind: 'equipment' }
  /** a shift's campus and its crew's line; null: of every one */
  | { kind: 'roster'; campus: string | null; line: string | null }
