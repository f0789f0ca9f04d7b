import type { PortNow } from '../wire.ts'

/** Whose voice goes where while a caller is joined to a port: one channel, one voice at a time. */
export type PhoneSays = 'caller' | 'handheld' | 'me' | 'other' | 'nobody'

/** Who is on the air of the port the caller is joined to. */
export function onAir(port: Pick<PortNow, 'carrier' | 'talker'>, me: string | null): PhoneSays {
  const { carrier, talker } = port
  if (carrier === 'rx' || carrier === 'stuck') return 'handheld'
  if (carrier !== 'tx' && carrier !== 'pending' && carrier !== 'revoking') return 'nobody'
  if (talker?.kind === 'phone') return 'caller'
  return talker?.kind === 'agent' && talker.personId === me ? 'me' : 'other'
}
