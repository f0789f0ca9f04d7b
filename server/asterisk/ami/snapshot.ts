/** How things stand in Asterisk right now, and what follows for calls that we still believe to be up. */
import { type CallFact, isDeskPhone, type LegRow, ownRoot } from '../../calls/index.ts'
import { type DeadEnd, deadEnds } from '../../dialplan.ts'
import { type AmiEvent, word } from '../words.ts'
import type { Ami } from './ami.ts'

export type Standing = { bootId: string; channels: Set<string> }

/**
 * Which life of Asterisk this is: its start-up time. Within one second two lives would look alike; then the missing
 * channels still tell.
 */
export async function bootIdOf(ami: Ami): Promise<string> {
  const status = await ami.act('CoreStatus')
  const date = word(status, 'corestartupdate')
  const time = word(status, 'corestartuptime')
  if (!date || !time) throw new Error('CoreStatus named no start-up time')
  return `${date}T${time}`
}

export async function channelsOf(ami: Ami): Promise<Set<string>> {
  const items = await ami.list('CoreShowChannels')
  return new Set(
    items.filter((item) => word(item, 'event') === 'CoreShowChannel').map((item) => word(item, 'uniqueid')),
  )
}

/** Jumps to nowhere in the dialplan that runs now, whoever wrote it. Needs class `reporting` (manager.conf). */
export async function deadEndsOf(ami: Ami): Promise<DeadEnd[]> {
  const items = await ami.list('ShowDialPlan')
  const of = (item: AmiEvent) => ({ context: word(item, 'context'), of: word(item, 'includecontext') })
  return deadEnds({
    includes: items.map(of).filter((one) => one.of !== ''),
    steps: items.flatMap((item) =>
      word(item, 'extension') === ''
        ? []
        : {
            context: word(item, 'context'),
            exten: word(item, 'extension'),
            priority: Number(word(item, 'priority')),
            label: word(item, 'extensionlabel'),
            app: word(item, 'application'),
            data: word(item, 'appdata'),
          },
    ),
  })
}

export type OpenCall = { id: string; bootId: string; root: string; lastAt: Date; legs: LegRow[] }

/** A call younger than this may have channels that the list was made too early to hold. */
const TOO_YOUNG_MS = 5_000

/**
 * What must be said of open calls, once the CEL has been read to its end:
 * - of an earlier life of Asterisk: all its channels died with it, at `diedAt`;
 * - of this life but with no channel: it ended unseen, at `now`;
 * - a leg that is gone while its caller is there: it ended unseen.
 */
export function missing(
  open: OpenCall[],
  { bootId, channels }: Standing,
  when: { diedAt: Date; now: Date },
  pbx: number,
): CallFact[] {
  const facts: CallFact[] = []
  for (const call of open) {
    const base = { callId: call.id, pbx, bootId, recovered: true }
    // A channel of this life that stands makes it a call of this life: the CEL read meanwhile may have been told under
    // the earlier one. (A Uniqueid holds its second of birth: two lives do not share one.)
    const standing = [call.root, ...call.legs.map((leg) => leg.uniqueid)].some((uniqueid) => channels.has(uniqueid))
    const restarted = call.bootId !== bootId && !standing
    const by = restarted ? 'pbx_restart' : 'system'
    const latest = Math.max(call.lastAt.getTime(), ...call.legs.map((leg) => leg.startedAt.getTime()))
    if (!restarted && when.now.getTime() - latest < TOO_YOUNG_MS) continue
    const stands = (uniqueid: string) => !restarted && channels.has(uniqueid)
    // Never before what is already known of the call.
    const at = new Date(restarted ? Math.max(when.diedAt.getTime(), latest) : when.now.getTime())
    for (const leg of call.legs) {
      if (leg.endedAt || stands(leg.uniqueid)) continue
      facts.push({ ...base, type: 'leg-ended', uniqueid: leg.uniqueid, at, cause: restarted ? 41 : 0, endedBy: by })
    }
    const known = !call.root.startsWith('?')
    if (known ? stands(call.root) : call.legs.some((leg) => stands(leg.uniqueid))) continue
    if (!known) {
      // Neither live nor in the CEL did anyone say how it began: it still gets its end and its reason.
      const own = call.legs.find((leg) => leg.uniqueid === ownRoot(call.id))
      const root = own?.uniqueid ?? call.legs.find((leg) => !isDeskPhone(leg.station))?.uniqueid ?? `lost-${call.id}`
      const direction = own ? 'outbound' : 'inbound'
      const nothing = { campus: null, line: null, dialled: '', diverted: '', ani: '', aniName: '' }
      facts.push({ ...base, type: 'caller-arrived', at: call.lastAt, root, direction, ...nothing })
    }
    facts.push({ ...base, type: 'call-over', at, cause: restarted ? 41 : 0, by })
  }
  return facts
}
