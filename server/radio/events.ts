/** What happens on the radio. Ids and codes only: what was said and by whom stands in the rows. */
import type { OverKind } from '../wire/radio.ts'

export type RadioEvent = { at: Date; byId?: string | null } & (
  | { type: 'radio.over-ended'; overId: string; port: string; kind: OverKind; emergency: boolean }
  | { type: 'radio.over-attached'; overId: string; ticketId: string | null; wasTicketId?: string | null }
  | { type: 'radio.over-named'; overId: string }
  | { type: 'radio.patched'; patchId: string; ports: string[] }
  | { type: 'radio.parted'; patchId: string; ports: string[] }
  | { type: 'radio.emergency-raised'; emergencyId: string; port: string; unit: string | null }
  | { type: 'radio.emergency-acknowledged'; emergencyId: string }
  | { type: 'radio.emergency-cleared'; emergencyId: string }
  | { type: 'radio.port-changed'; portId: string; fields: string[] }
  | { type: 'radio.port-commissioned'; portId: string; commissioningId: string; passed: boolean }
  | { type: 'radio.unit-changed'; unitId: string; fields: string[] }
  /** one for a whole spreadsheet: its rows' own events would make every console read the register as often */
  | { type: 'radio.units-imported'; units: { unitId: string; fields: string[] }[] }
  | { type: 'radio.holder-changed'; unit: string; personId: string | null }
)
