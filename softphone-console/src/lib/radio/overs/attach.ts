import type { App } from '../../app.ts'
import { t } from '../../i18n/index.ts'
import { radio as words } from '../../i18n/radio/radio.ts'
import type { OverView, TicketRow } from '../../wire.ts'

/** Files an over under a ticket, or under none. Answers whether the server did it; a refusal is said. */
export async function attach(
  { api, toasts, radio }: Pick<App, 'api' | 'toasts' | 'radio'>,
  overId: string,
  ticket: Pick<TicketRow, 'ticketId' | 'number'> | null,
): Promise<boolean> {
  const done = ticket ? t(words.attached, ticket.number) : t(words.detached)
  const wish = api.post<OverView>(`/api/radio/overs/${overId}/attach`, { ticketId: ticket?.ticketId ?? null })
  const over = await toasts.tell(wish, done)
  if (over) radio.overs.put(over)
  return over !== undefined
}

/** The over that is being dragged, if it is one; drop targets take nothing else. */
export const draggedOver = (event: DragEvent): string | undefined =>
  event.dataTransfer?.getData('application/x-desk-over') || undefined
export const dragsOver = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('application/x-desk-over') ?? false
