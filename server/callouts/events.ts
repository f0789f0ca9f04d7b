/** What becomes of a job called out on the air. Its words stand in the rows. */
export type CalloutEvent = { at: Date; byId?: string | null } & {
  type: 'radio.callout'
  calloutId: string
  ticketId: string
  step: string
}
