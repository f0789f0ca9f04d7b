/** Lists that the console offers and the routes check by. Plain, so that the console's pages need not carry TypeBox. */
export const LOCALES = ['zh-CN', 'en'] as const
export const SEALS = ['outlined', 'solid'] as const
export const PLACE_KINDS = ['building', 'floor', 'room', 'bed'] as const
export const UNIT_KINDS = ['department', 'nursing_unit', 'office', 'company'] as const
export const NUMBER_KINDS = ['ward', 'mobile', 'shared_trunk', 'pilot', 'legacy'] as const
export type NumberKind = (typeof NUMBER_KINDS)[number]
export const TICKET_STATES = ['unassigned', 'in_progress', 'done', 'withdrawn', 'unresolved'] as const
/** What a person may make of a ticket; a message is one from the beginning. */
export const CHOSEN_KINDS = ['incident', 'service_request'] as const
export const RESOLUTIONS = ['phone', 'remote', 'on_site'] as const
/** What a job waits for. The first is the ward's own doing. */
export const WAITING_FOR = ['ward', 'vendor', 'part', 'window'] as const
/** Whence a ticket comes that no call opened: from a chat group, told in person, handed down. */
export const TOLD_BY = ['desk', 'chat', 'in_person', 'from_above'] as const
/** What people do to a ticket, each a verb of its own. `POST /api/tickets/:id/acts {act}` */
export const TICKET_ACTS = [
  'take',
  'assign',
  'dispatch',
  'accept',
  'decline',
  'arrive',
  'wait',
  'resume',
  'done',
  'review',
  'send-back',
  'verify',
  'not-fixed',
  'rate',
  'return',
  'transfer',
  'join-in',
  'urge',
  'note',
  'withdraw',
  'give-up',
  'reopen',
  'merge',
  'split',
  'link',
  'unlink',
  'complain',
  'answer-complaint',
  'instruct',
] as const
export type TicketActName = (typeof TICKET_ACTS)[number]
/** Ways a person may settle a callback; the others the desk sees for itself. */
export const CLEARED_BY_HAND = ['ticket_exists', 'unreachable', 'by_hand'] as const
/** Reasons an agent may choose; the others the desk sets by itself. */
export const CHOSEN_REASONS = ['break', 'meal', 'meeting', 'training', 'paperwork'] as const
