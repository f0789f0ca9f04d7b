/** What the radio has to say of a ticket: its overs, and the steps of its call-outs. */
import { type Db, prepared } from '../../db/index.ts'
import type { TimelineItem } from '../../wire/views.ts'

export type Step = { step: string; byId: string | null } & Pick<TimelineItem, 'at' | 'body'> & {
    campus: string
    organisationId: string
  }

/** Whether the radio has anything to say of this ticket. Of most it has not, so this must cost next to nothing. */
export async function isOnRadio(db: Db, ticketId: string): Promise<boolean> {
  const { rows } = await db
    .raw(
      `select exists (select from radio_overs where ticket_id = :ticketId)
           or exists (select from radio_callouts where ticket_id = :ticketId) as found`,
      { ticketId },
    )
    .options(prepared('ticket-is-on-radio'))
  return rows[0].found
}

/** The steps of this ticket's call-outs, oldest first. */
export async function calloutSteps(db: Db, ticketId: string): Promise<Step[]> {
  const rows = await db('radio_callout_steps as s')
    .join('radio_callouts as c', 'c.id', 's.callout_id')
    .join('radio_ports as p', 'p.id', 'c.port_id')
    .join('campuses as k', 'k.id', 'p.campus_id')
    .where('c.ticket_id', ticketId)
    .orderBy('s.at')
    .select('s.at', 's.step', 's.tier', 's.unit_code', 's.how', 's.person_id', 'c.id as callout_id', 'c.words')
    .select('p.code as port', 'p.organisation_id', 'k.code as campus')
  return rows.map((row) => ({
    at: row.at.toISOString(),
    step: row.step,
    byId: row.person_id,
    campus: row.campus,
    organisationId: row.organisation_id,
    body: {
      calloutId: row.callout_id,
      port: row.port,
      to: row.tier,
      unit: row.unit_code,
      how: row.how,
      ...(row.step === 'said' && { text: row.words }),
    },
  }))
}
