import type { NextState, PhoneState } from '../wire/words.ts'

/** What happens to an agent's place in the ACD. `at`: PostgreSQL's clock for what people do. */
export type AgentEvent = { personId: string; at: Date } & (
  | { type: 'agent.signed-in'; station: string }
  | { type: 'agent.signed-out'; station: string; why: 'asked' | 'session_ended' | 'admin' }
  | { type: 'agent.ready'; station: string }
  | { type: 'agent.not-ready'; station: string; reason: string }
  | { type: 'agent.next-chosen'; next: NextState | null; reason: string | null }
  | { type: 'agent.wrap-up'; station: string; callId: string; until: Date }
  | { type: 'agent.phone'; station: string; phone: PhoneState; why: string | null }
  | { type: 'agent.ring-tested'; station: string }
  | { type: 'agent.declined'; callId: string; until: Date }
)
