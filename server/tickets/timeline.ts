/** Everything that happened around a ticket, newest first; pure. */
import type { CallCard, RecordingView, TimelineItem } from '../wire/views.ts'
import type { Ticket } from './ticket.ts'

type Item = Omit<TimelineItem, 'by'> & { byId: string | null }
type Entry = { at: Date; byId: string | null; kind: string; body: Record<string, unknown> }

/** One person's changes within this time stand as one item: typing is not ten events. */
const TYPING_MS = 10 * 60_000

export function timeline(ticket: Ticket, entries: Entry[], calls: CallCard[], recordings: RecordingView[]): Item[] {
  const items: Item[] = [
    { at: ticket.reportedAt.toISOString(), kind: 'opened', byId: ticket.firstTakerId, body: { source: ticket.source } },
    ...gathered(entries),
    ...calls.flatMap(ofCall),
    ...recordings.flatMap((recording) => (recording.filedAt ? [ofRecording(recording, recording.filedAt)] : [])),
  ]
  return items.sort((a, b) => b.at.localeCompare(a.at))
}

function gathered(entries: Entry[]): Item[] {
  const items: Item[] = []
  for (const { at, byId, kind, body } of entries) {
    const last = items.at(-1)
    const goesOn =
      kind === 'changed' &&
      last?.kind === 'changed' &&
      last.byId === byId &&
      at.getTime() - Date.parse(last.at) < TYPING_MS
    if (goesOn && last) {
      const before = last.body.fields as Record<string, [unknown, unknown]>
      const now = body.fields as Record<string, [unknown, unknown]>
      const fields = { ...before }
      for (const [field, [from, to]] of Object.entries(now)) fields[field] = [before[field]?.[0] ?? from, to]
      last.body = { ...body, fields }
      last.at = at.toISOString()
    } else {
      items.push({ at: at.toISOString(), kind, byId, body })
    }
  }
  return items
}

function ofCall(call: CallCard): Item[] {
  const { callId } = call
  const about = { callId, byId: null }
  const items: Item[] = [
    {
      ...about,
      at: call.arrivedAt,
      kind: 'call.arrived',
      body: { direction: call.direction, campus: call.campus, line: call.line, recovered: call.recovered },
    },
  ]
  if (call.answeredAt) {
    items.push({
      ...about,
      at: call.answeredAt,
      kind: 'call.answered',
      byId: call.agent?.id ?? null,
      body: { waitedMs: call.waitedMs },
    })
  }
  if (call.endedAt) {
    items.push({
      ...about,
      at: call.endedAt,
      kind: 'call.ended',
      body: { outcome: call.outcome, talkMs: call.talkMs, unrecorded: call.unrecorded },
    })
  }
  return items
}

function ofRecording(recording: RecordingView, filedAt: string): Item {
  return {
    at: filedAt,
    kind: `recording.${recording.state}`,
    byId: null,
    recordingId: recording.recordingId,
    ...(recording.callId && { callId: recording.callId }),
    body: { ms: recording.ms, talkMs: recording.talkMs },
  }
}
