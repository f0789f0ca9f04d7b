import { randomUUID } from 'node:crypto'
import type { CallFact } from '../calls/index.ts'

type Body = CallFact extends infer F
  ? F extends CallFact
    ? Omit<F, 'callId' | 'at' | 'pbx' | 'bootId'>
    : never
  : never

/** A caller's visit, told fact by fact. Times are seconds after the visit began. */
export function visit({ from = '62041', campus = 'new', line = 'it', begins = new Date('2026-03-02T01:00:00Z') } = {}) {
  const callId = randomUUID()
  const root = `desk-${begins.getTime() / 1000}.1`
  const fact = (seconds: number, body: Body): CallFact =>
    ({ callId, pbx: 1, bootId: 'boot-1', at: new Date(begins.getTime() + seconds * 1000), ...body }) as CallFact
  return {
    callId,
    arrives: (at = 0) =>
      fact(at, {
        type: 'caller-arrived',
        root,
        direction: 'inbound',
        campus,
        line,
        dialled: '8102',
        diverted: '',
        ani: from,
        aniName: '',
      }),
    hearsNotice: (at = 2) => fact(at, { type: 'notice-over' }),
    queues: (at = 2) => fact(at, { type: 'caller-queued', queue: line }),
    rings: (station: string, at = 3, uniqueid = `${station}.${at}`) =>
      fact(at, { type: 'station-rung', uniqueid, station }),
    stops: (station: string, why: 'no_answer' | 'declined' | 'cancelled', at: number, rungAt = 3) =>
      fact(at, { type: 'station-stopped', uniqueid: `${station}.${rungAt}`, station, why }),
    answers: (station: string, at = 6, rungAt = 3): CallFact[] => [
      fact(at, { type: 'station-answered', uniqueid: `${station}.${rungAt}`, station }),
      fact(at, { type: 'leg-talking', uniqueid: root, side: 'caller', station: null }),
      fact(at, { type: 'leg-talking', uniqueid: `${station}.${rungAt}`, side: 'agent', station }),
    ],
    endsTalk: (
      station: string,
      at: number,
      { cause = 16, by = 'agent' as 'agent' | 'caller' | null, rungAt = 3 } = {},
    ): CallFact[] => [
      fact(at, { type: 'leg-silent', uniqueid: root }),
      fact(at, { type: 'leg-silent', uniqueid: `${station}.${rungAt}` }),
      fact(at, { type: 'leg-ended', uniqueid: `${station}.${rungAt}`, cause, endedBy: by }),
    ],
    asksCallback: (at: number) => fact(at, { type: 'callback-asked' }),
    leavesVoicemail: (at: number) => fact(at, { type: 'voicemail-left', file: 'x.wav', ms: 4_000 }),
    isOver: (at: number, by: 'caller' | 'agent' | 'system' = 'caller', cause = 16) =>
      fact(at, { type: 'call-over', cause, by }),
  }
}
