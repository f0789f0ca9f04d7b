/** What time does to a floor. Deadlines are computed from its state, so that none can be forgotten or outlive its cause. */
import { linesOf, mute, type Turn, unkey, unkeyed, unmute } from './line.ts'
import { confirm, endRelay, endRx, isThere, leaseOf, release, settle, timeOut } from './turns.ts'
import { ECHO_GRACE_MS, FLAP, type Floor, LEASE_MS, type Line, RENEW_MS, SILENT_MS, STUCK_QUIET_MS } from './words.ts'

type Deadline = { at: number; fire: (turn: Turn) => void }

/** When time alone next changes something; null: never. */
export function nextDeadline(floor: Floor): number | null {
  const all = deadlines(floor).map(({ at }) => at)
  return all.length === 0 ? null : Math.min(...all)
}

/**
 * Does all that is due. What ends a transmission comes before what prolongs it: after the process stood still no lease
 * is renewed for somebody gone.
 */
export function fireDue(turn: Turn): void {
  // Each deadline moves or vanishes when it fires; the bound is for a mistake of ours, which must not hang the server.
  for (let round = 0; round < 200; round += 1) {
    const due = deadlines(turn).find(({ at }) => at <= turn.now)
    if (!due) return
    due.fire(turn)
    settle(turn)
  }
}

/** All that lies ahead, the most urgent kind first. */
function deadlines(floor: Omit<Floor, 'refused'>): Deadline[] {
  return [
    ...ofSpeech(floor),
    ...linesOf(floor).flatMap(ofLine),
    ...ofReceiver(floor),
    ...ofLocks(floor),
    ...ofLeases(floor),
  ]
}

function ofSpeech({ phase }: Pick<Floor, 'phase'>): Deadline[] {
  if (phase.is === 'pending') {
    const { asker, heldAt } = phase
    return silence(heldAt, asker.kind, (turn) => release(turn, asker.id, 'console_lost'))
  }
  if (phase.is !== 'tx') return []
  const { asker, heldAt, totAt, warnAt } = phase
  const warn = (turn: Turn) => {
    turn.effects.push({ do: 'countdown', id: asker.id, seconds: Math.max(0, Math.ceil((totAt - turn.now) / 1_000)) })
    turn.phase = { ...phase, warnAt: totAt - (Math.ceil((totAt - turn.now) / 1_000) - 1) * 1_000 }
  }
  return [
    ...silence(heldAt, asker.kind, (turn) => release(turn, asker.id, 'console_lost')),
    { at: totAt, fire: timeOut },
    ...(warnAt < totAt ? [{ at: warnAt, fire: warn }] : []),
  ]
}

const silence = (heldAt: number, kind: string, fire: Deadline['fire']): Deadline[] =>
  kind === 'console' ? [{ at: heldAt + SILENT_MS, fire }] : []

function ofLine(of: Line): Deadline[] {
  const line = (turn: Turn) => turn.lines[of.port] as Line
  const { key, deafUntil } = of
  const list: Deadline[] = []
  if (key.is === 'asked' || key.is === 'passing') {
    list.push({
      at: key.until,
      fire(turn) {
        line(turn).noTx = 'no_answer'
        unkey(turn, line(turn), 'refused')
        confirm(turn)
      },
    })
  }
  // The unkeying was never answered: by now the lease has run out in Asterisk.
  if (key.is === 'ending') list.push({ at: key.until, fire: (turn) => unkeyed(turn, line(turn)) })
  if (deafUntil !== null) {
    list.push({
      at: deafUntil,
      fire(turn) {
        const { carrier, carrierAt, echoUntil } = line(turn)
        const mayBeEcho = carrier && echoUntil !== null && carrierAt < echoUntil
        line(turn).echoUntil = null
        line(turn).deafUntil = mayBeEcho ? turn.now + ECHO_GRACE_MS : null
        // A carrier that began while deaf counts from now.
        if (carrier && !mayBeEcho) line(turn).carrierAt = turn.now
      },
    })
  }
  const believedAt = unmuteAt(of)
  if (believedAt !== null) list.push({ at: believedAt, fire: (turn) => unmute(turn, line(turn)) })
  return list
}

/** When a muted receiver is believed again, if nothing changes. */
function unmuteAt({ muted, carrier, carrierAt }: Line): number | null {
  if (muted === 'stuck') return carrier ? null : carrierAt + STUCK_QUIET_MS
  if (muted === 'flapping') return carrierAt + (carrier ? FLAP.steadyMs : FLAP.quietMs)
  return null
}

function ofReceiver({ phase, lines }: Omit<Floor, 'refused'>): Deadline[] {
  if (phase.is === 'rx_hang') return [{ at: phase.until, fire: hangOver }]
  if (phase.is !== 'rx') return []
  const { port, since, relay, cut } = phase
  const rxTotS = lines[port]?.timers.rxTotS ?? 0
  const list: Deadline[] = [{ at: since + rxTotS * 1_000, fire: stuck }]
  const totS = Math.min(...Object.values(lines).flatMap((line) => (line.port === port ? [] : [line.timers.totS])))
  if (relay !== null && !cut) list.push({ at: relay + totS * 1_000, fire: cutRelay })
  return list
}

function hangOver(turn: Turn): void {
  if (turn.phase.is !== 'rx_hang') return
  endRx(turn, 'carrier_off', turn.lines[turn.phase.port]?.carrierAt)
}

/** Nobody speaks for as long as `rxTotS`: the receiver is muted, so that it blocks neither its port nor those patched to it. */
function stuck(turn: Turn): void {
  if (turn.phase.is !== 'rx') return
  const line = turn.lines[turn.phase.port] as Line
  endRx(turn, 'stuck_receiver')
  mute(turn, line, 'stuck')
}

function cutRelay(turn: Turn): void {
  if (turn.phase.is !== 'rx') return
  endRelay(turn, 'time_out')
  turn.phase = { ...turn.phase, cut: true }
}

function ofLocks({ locks }: Pick<Floor, 'locks'>): Deadline[] {
  return locks.map(({ id, heldAt, until }) =>
    heldAt === null
      ? { at: until, fire: (turn: Turn) => unlock(turn, id) }
      : { at: heldAt + SILENT_MS, fire: (turn: Turn) => release(turn, id, 'released') },
  )
}

function unlock(turn: Turn, id: string): void {
  turn.locks = turn.locks.filter((one) => one.id !== id)
}

/** Renewals of what is keyed, as long as the one who speaks is known to be there. */
function ofLeases({ lines, phase }: Omit<Floor, 'refused'>): Deadline[] {
  /** null: no heartbeat lately, so no renewal */
  const lease = (turn: Turn): number | null => {
    if (phase.is !== 'tx' && phase.is !== 'pending') return LEASE_MS
    const { asker, heldAt } = phase
    return isThere(asker, heldAt, turn.now) ? leaseOf(asker, heldAt, turn.now) : null
  }
  return Object.values(lines).flatMap(({ port, key }) => {
    if (key.is !== 'on') return []
    const fire = (turn: Turn) => {
      const line = turn.lines[port] as Line
      if (line.key.is !== 'on') return
      const leaseMs = lease(turn)
      if (leaseMs !== null) turn.effects.push({ do: 'renew', port, epoch: line.epoch, leaseMs })
      line.key = { ...line.key, renewAt: turn.now + RENEW_MS }
    }
    return [{ at: key.renewAt, fire }]
  })
}
