/** Each wire: well, slow or broken; since when, last heard, and why. */
import type { DeadEnd } from '../dialplan.ts'
import type { WireHealth } from '../wire/views.ts'
import type { AmiState } from './ami/ami.ts'
import type { AriState } from './ari/ari.ts'

export type Wires = {
  ami: AmiState
  actor: AmiState
  ari: AriState
  cel: { readAt: Date | null; why: string | null; since: Date; behind: boolean }
  acting: boolean
  /** snapshot and CEL have been read since the wire came up */
  current: boolean
  /** contact status of the campuses' gateways, as Asterisk's qualify sees them */
  trunks: Map<string, string>
  /** jumps to nowhere in the dialplan: calls that come there are cut off */
  cutOff: readonly DeadEnd[]
  /** what SIP refused of trunks' calls lately, in words */
  refused: readonly string[]
  /** this server hears what SIP says (hep.ts) */
  sipHeard: boolean
}

export function healthOf({
  ami,
  actor,
  ari,
  cel,
  acting,
  current,
  trunks,
  cutOff,
  refused,
  sipHeard,
}: Wires): WireHealth[] {
  const wire = (
    name: WireHealth['wire'],
    state: WireHealth['state'],
    since: Date,
    heard: Date | null,
    why: string | null,
  ): WireHealth => ({
    wire: name,
    state,
    since: since.toISOString(),
    lastHeardAt: heard?.toISOString() ?? null,
    why,
  })
  const away = [...trunks].filter(([, status]) => status === 'Unreachable').map(([aor]) => aor)
  const wrong = [
    ...(cutOff.length > 0 ? [`the dialplan cuts callers off at: ${cutOff.map(({ at }) => at).join(' ')}`] : []),
    ...(away.length > 0 ? [`no answer from: ${away.join(', ')}`] : []),
    ...(refused.length > 0 ? [`calls refused: ${refused.join(', ')}`] : []),
    ...(acting && !sipHeard ? ['refused calls cannot be counted: the UDP port of hep.conf is taken'] : []),
  ]
  return [
    ami.up && current
      ? wire('ami', actor.up ? 'well' : 'slow', ami.since, ami.lastHeardAt, actor.up ? null : `actor: ${actor.why}`)
      : wire('ami', ami.up ? 'slow' : 'broken', ami.since, ami.lastHeardAt, ami.up ? 'getting up to date' : ami.why),
    wire('ari', ari.up ? 'well' : 'broken', ari.since, ari.lastHeardAt, ari.why),
    ami.up
      ? wire(
          'sip',
          cutOff.length > 0 ? 'broken' : away.length > 0 || refused.length > 0 ? 'slow' : 'well',
          ami.since,
          ami.lastHeardAt,
          wrong.length > 0 ? wrong.join('; ') : null,
        )
      : wire('sip', 'broken', ami.since, ami.lastHeardAt, 'Asterisk cannot be asked'),
    acting
      ? wire('cel', cel.why ? 'broken' : cel.behind ? 'slow' : 'well', cel.since, cel.readAt, cel.why)
      : wire('cel', 'well', cel.since, cel.readAt, 'read by the server that acts'),
  ]
}
