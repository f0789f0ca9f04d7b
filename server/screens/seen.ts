/** Whether a person may see a call, and what of its card: each object on it is asked about by itself. Pure. */
import { type Asker, may, type Thing } from '../access/index.ts'
import type { CallCard } from '../wire/views.ts'
import { callCard } from './card.ts'
import type { CallShown } from './shown.ts'

export const callThing = (row: CallShown): Thing => ({
  kind: 'call',
  organisationId: row.organisation_id,
  campus: row.campus,
  line: row.line,
  agentIds: row.agent_ids,
  assigneeIds: row.assignee_ids,
})

/** A figure of a line, or of a campus's part of one, is seen by whoever sees its calls. */
export const queueThing = (
  organisationId: string,
  { campus, line }: { campus: string; line: string | null },
): Thing => ({
  kind: 'call',
  organisationId,
  campus,
  line,
  agentIds: [],
  assigneeIds: [],
})

/** An object that hangs on a call: what is asked about it, and the card without it. */
export type Part = { thing: Thing; without: (card: CallCard) => CallCard }

/** What hangs on a call that somebody may see the call and not see: its ticket, its callback, its recording. */
export function partsOf(row: CallShown): Part[] {
  const { organisation_id: organisationId, campus, line } = row
  const parts: Part[] = []
  if (row.ticket)
    parts.push({
      thing: { kind: 'ticket', organisationId, ...row.ticket },
      without: (card) => ({ ...card, ticketId: null, ticketNumber: null }),
    })
  if (row.callback)
    parts.push({
      thing: { kind: 'callback', organisationId, ...row.callback },
      without: (card) => ({ ...card, callbackId: null }),
    })
  if (row.recording)
    parts.push({
      thing: {
        ...{ kind: 'recording', organisationId, campus, line },
        agentIds: row.talked_ids,
        assigneeIds: row.assignee_ids,
      },
      without: (card) => ({ ...card, recording: null }),
    })
  return parts
}

/** The card as this person may see it; undefined when the call is not theirs to see. */
export function cardFor(asker: Asker, row: CallShown): CallCard | undefined {
  if (!may(asker, 'see', callThing(row))) return undefined
  let card = callCard(row)
  for (const { thing, without } of partsOf(row)) if (!may(asker, 'see', thing)) card = without(card)
  return card
}

/** May this person see the ticket a call is about? */
export const seesTicket = (asker: Asker, row: CallShown): boolean =>
  row.ticket !== null && may(asker, 'see', { kind: 'ticket', organisationId: row.organisation_id, ...row.ticket })
