/**
 * "Nothing lost", L1 to L8, as questions that a drill asks after the fault is healed. Each is answered from a witness
 * that is not ours: Asterisk's record, the wards' own count, the vault's bytes; our rows only have to agree.
 */
import { join } from 'node:path'
import type { Finding } from '../../drill.ts'
import type { Lab } from '../../lab/index.ts'
import type { Machine } from '../../lab/stood-still.ts'
import type { Witness } from './console.ts'
import { celRows, secondsOnChannel, vaultBySha, type WrittenCall, writtenCalls } from './witness.ts'

export const WARD_TONE = 1000
export const DESK_TONE = 440
/** Talk time and recorded time may differ by so much: PROOF's L4. */
const TOLERANCE_S = 1
/** A recording is called short when more than a second is missing: the machine must have stood still for a good part of it. */
export const STILL_FROM_S = 0.3

export type Seen = {
  /** calls the wards placed, and how many of them Asterisk took (200 OK), by the wards' own count */
  placed: number
  taken: number
  /** ids of tickets whose creation was acknowledged with 2xx */
  acknowledged?: string[]
  /** tones were played on both sides, and nothing was done that may cost sound: it is to be proven by them */
  tones?: { readonly machine: Pick<Machine, 'stoodStill'>; spoke(): Map<string, number> }
  /** a console that lived through the fault: see watchDesk */
  console?: Pick<Witness, 'finding'>
  /** the vault's bytes by their SHA-256; default: the lab's own folder vault */
  vault?: () => Promise<Map<string, Buffer>>
}

type Report = (finding: Finding) => void

/** Waits until the desk has settled: every call over, every recording in a last state; at most `ms`. */
export async function settle(lab: Lab, ms = 60_000): Promise<void> {
  const until = performance.now() + ms
  for (;;) {
    const [open] = await lab.query<{ calls: number; recordings: number }>(
      `select (select count(*)::int from calls where state <> 'ended') as calls,
              (select count(*)::int from recordings where state in ('recording', 'filing')) as recordings`,
    )
    if (open && open.calls === 0 && open.recordings === 0) return
    if (performance.now() > until) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** Asks L1 to L7. L6 needs a console that was there; L8 a wire that was down, so each drill asks it meanwhile, itself. */
export async function losses(lab: Lab, seen: Seen, report: Report): Promise<void> {
  const celFile = join(lab.varDir, 'pbx/log/cel-custom/cel.jsonl')
  const written = writtenCalls(await celRows({ settings: lab.settings, celFile }))
  await eachCallEndsInOneThing(lab, seen, written, report)
  await nothingTwice(lab, written, report)
  await nothingReopened(lab, report)
  await everyVoiceKept(lab, seen, written, report)
  await acknowledgedStays(lab, seen, report)
  if (seen.console) report(await seen.console.finding())
  report({
    what: 'L7 no ward was refused: each call placed was taken by Asterisk',
    holds: seen.taken === seen.placed,
    seen,
  })
}

async function eachCallEndsInOneThing(lab: Lab, seen: Seen, written: Map<string, WrittenCall>, report: Report) {
  const rows = await lab.query<{ id: string; root: string; state: string; endings: number }>(
    `select k.id, k.root_uniqueid as root, k.state,
            (select count(*)::int from ticket_calls c where c.call_id = k.id and c.relation <> 'also')
          + (select count(*)::int from callbacks b where b.call_id = k.id and b.cleared_call_id is distinct from k.id) + (select count(*)::int from call_reasons r where r.call_id = k.id) as endings
       from calls k where k.direction = 'inbound'`,
  )
  const ours = new Map(rows.map((row) => [row.root, row]))
  const missing = [...written.keys()].filter((root) => !ours.has(root))
  report({
    what: `L1 each of the ${written.size} calls in Asterisk's record is a call of ours`,
    holds: missing.length === 0,
    seen: missing,
  })
  report({
    what: 'L1 the wards counted as many calls as Asterisk wrote down',
    holds: written.size === seen.placed,
    seen: { written: written.size, ...seen },
  })
  const wrong = rows.filter((row) => row.endings !== 1 || row.state !== 'ended')
  report({ what: 'L1 each ended in exactly one ticket, callback or reason', holds: wrong.length === 0, seen: wrong })
}

async function nothingTwice(lab: Lab, written: Map<string, WrittenCall>, report: Report) {
  const rows = await lab.query<{ root: string }>(`select root_uniqueid as root from calls where direction = 'inbound'`)
  const phantoms = rows.filter((row) => !written.has(row.root))
  report({ what: 'L2 no call of ours is unknown to Asterisk', holds: phantoms.length === 0, seen: phantoms })
  report({ what: 'L2 no call stands twice', holds: new Set(rows.map((row) => row.root)).size === rows.length })
  const twice = await lab.query(
    `select body ->> 'callId' as call, type, count(*)::int from journal
      where type in ('call.arrived', 'call.ended', 'callback.owed', 'recording.filed') group by 1, 2 having count(*) > 1`,
  )
  report({ what: 'L2 nothing that happens once was told twice', holds: twice.length === 0, seen: twice })
}

async function nothingReopened(lab: Lab, report: Report) {
  const late = await lab.query(
    `select l.type, l.body ->> 'callId' as call from journal e join journal l on l.body ->> 'callId' = e.body ->> 'callId' and l.seq > e.seq
      where e.type = 'call.ended' and l.type in ('call.queued', 'call.offered', 'call.answered', 'call.ended', 'call.arrived')`,
  )
  report({ what: 'L3 nothing reopened a finished call', holds: late.length === 0, seen: late })
}

async function everyVoiceKept(lab: Lab, seen: Seen, written: Map<string, WrittenCall>, report: Report) {
  const rows = await lab.query<{ root: string; state: string | null; sha: string | null }>(
    `select k.root_uniqueid as root, r.state, encode(r.sha256, 'hex') as sha
       from calls k left join recordings r on r.call_id = k.id and r.kind = 'call' where k.direction = 'inbound'`,
  )
  const ours = new Map(rows.map((row) => [row.root, row]))
  const vault = await (seen.vault?.() ?? vaultBySha(join(lab.varDir, 'vault')))
  const answered = [...written.values()].filter((one) => one.answered)
  const spoke = seen.tones?.spoke()
  const silent: unknown[] = []
  const lying: unknown[] = []
  const uneven: unknown[] = []
  const unexplained: unknown[] = []
  let flagged = 0
  let stillMost = 0
  for (const call of answered) {
    const { root, callId = '' } = call
    const { state, sha } = ours.get(root) ?? {}
    if (!state || state === 'recording' || state === 'filing') silent.push({ root, state })
    const isFlagged = state === 'missing' || state === 'short'
    if (isFlagged) flagged++
    const bytes = vault.get(sha ?? '')
    if (state === 'filed' && !bytes) lying.push({ root, sha })
    if (!seen.tones) continue
    const still = stoodStill(seen.tones.machine, call)
    stillMost = Math.max(stillMost, still)
    if (isFlagged && (state === 'missing' || still < STILL_FROM_S)) unexplained.push({ root, state, still })
    const voices = bytes && heardOf(bytes, call, spoke?.get(callId) ?? 0)
    if (voices && !isEven(voices, still)) uneven.push({ root, state, still, ...voices })
  }
  const meanwhile = stillMost > 0 ? `; the machine stood still for up to ${stillMost.toFixed(1)} s of a call` : ''
  report({
    what: `L4 each of ${answered.length} answered calls is filed or said to be missing or short (${flagged} said)`,
    holds: silent.length === 0,
    seen: silent,
  })
  report({
    what: 'L4 what is filed is in the vault, with the bytes its hash says',
    holds: lying.length === 0,
    seen: lying,
  })
  if (!seen.tones) return
  report({
    what: `L4 nothing is said to be lost but what passed while the machine stood still${meanwhile}`,
    holds: unexplained.length === 0,
    seen: unexplained,
  })
  report({
    what: `L4 each voice is on its own channel for as long as it talked, within a second${meanwhile}`,
    holds: uneven.length === 0,
    seen: uneven,
  })
}

/**
 * Seconds from a call's arrival to the end of its talk in which the machine stood still: the caller is recorded from the
 * first, and a recorder cannot say where it missed something.
 */
export function stoodStill(machine: Pick<Machine, 'stoodStill'>, { cameAt, talk }: WrittenCall): number {
  const until = Math.max(cameAt, ...[...talk.values()].map(({ to }) => to))
  return machine.stoodStill(cameAt, until + 500) / 1_000
}

/** Seconds: talk by Asterisk's record, what the desk phones sent meanwhile, and what the recording holds of each side. */
function heardOf(bytes: Buffer, call: WrittenCall, spoke: number) {
  return {
    talk: [...call.talk.values()].reduce((sum, one) => sum + one.seconds, 0),
    spoke,
    caller: secondsOnChannel(bytes, 0, WARD_TONE, 20),
    desk: secondsOnChannel(bytes, 1, DESK_TONE, 20),
    crossed: secondsOnChannel(bytes, 0, DESK_TONE) + secondsOnChannel(bytes, 1, WARD_TONE),
  }
}

/** Is all that was said there, and nothing twice? A phone sends all its talk but for what the machine took from it. */
function isEven({ talk, spoke, caller, desk, crossed }: ReturnType<typeof heardOf>, still: number): boolean {
  const excused = TOLERANCE_S + still
  const isPhoneSound = spoke >= talk - excused
  return (
    isPhoneSound &&
    desk >= Math.min(talk, spoke) - excused &&
    desk <= talk + TOLERANCE_S &&
    caller >= talk - excused &&
    crossed === 0
  )
}

async function acknowledgedStays(lab: Lab, { acknowledged }: Seen, report: Report) {
  if (!acknowledged) return
  const rows = await lab.query<{ id: string }>('select id from tickets where id = any($1)', [acknowledged])
  report({
    what: `L5 each of ${acknowledged.length} acknowledged tickets is still there`,
    holds: rows.length === acknowledged.length,
    seen: rows.length,
  })
}
