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
/** Ways a person may settle a callback; the others the desk sees for itself. */
export const CLEARED_BY_HAND = ['ticket_exists', 'unreachable', 'by_hand'] as const
/** Reasons an agent may choose; the others the desk sets by itself. */
export const CHOSEN_REASONS = ['break', 'meal', 'meeting', 'training', 'paperwork'] as const
