import type { Knex } from 'knex'
import type { Night } from '../wire/words.ts'

/** Anything the desk may ask of Asterisk. The words are ours; `asterisk/` alone knows how to say them. */
export type Wish =
  /** makes or renews a browser station's SIP account; `ha1` is MD5(station:realm:password), RFC 7616 §3.4.2 */
  | { verb: 'push-credential'; station: string; ha1: string; realm: string }
  | { verb: 'drop-credential'; station: string }
  | { verb: 'queue-add'; queue: string; station: string; paused: boolean; reason: string }
  | { verb: 'queue-remove'; queue: string; station: string }
  /** in every queue the station is in */
  | { verb: 'queue-pause'; station: string; paused: boolean; reason: string }
  /** rings the station, then dials `number` at `campus`; the call takes `callId` as its UUID */
  | {
      verb: 'originate'
      callId: string
      station: string
      number: string
      campus: string
      line: string | null
      direction: 'outbound' | 'callback'
    }
  | { verb: 'hang-up'; uniqueid: string; cause: number }
  /** the switch of a whole line; `auto` is by its hours */
  | { verb: 'set-night'; line: string; night: Night }
  /**
   * A line's night for calls of one campus: its hours (Asterisk's GotoIfTime, at most eight; none: never night) and who
   * is rung then (empty: nobody). `hours: null` takes it back: the exchange's own settings hold again.
   */
  | { verb: 'set-calendar'; line: string; campus: string; hours: string[] | null; handset: string; mobile: string }
  /** whether the exchange may dial this mobile */
  | { verb: 'allow-mobile'; number: string; allowed: boolean }

export type Settled = { outcome: 'done' | 'refused' | 'expired' | 'unknown'; answer: string | null }

/**
 * Writes a wish in the caller's transaction; the acting server sends it after commit. `notAfterMs` is how long it
 * still makes sense: a wish found later than that is settled as expired, never sent.
 */
export async function wish(
  tx: Knex.Transaction,
  pbx: number,
  { verb, ...body }: Wish,
  { notAfterMs = 15_000 }: { notAfterMs?: number } = {},
): Promise<number> {
  const [row] = await tx('commands')
    .insert({
      pbx_id: pbx,
      verb,
      body: JSON.stringify(body),
      not_after: tx.raw(`now() + ? * interval '1 millisecond'`, [notAfterMs]),
    })
    .returning('id')
  await tx.raw(`select pg_notify('wishes', ?)`, [String(pbx)])
  return Number(row.id)
}

/** Waits until a wish is settled, at most `withinMs`; `unknown` when nobody settled it in time. */
export async function settled(db: Knex, id: number, withinMs = 4_000): Promise<Settled> {
  const until = performance.now() + withinMs
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    const row = await db('commands').where({ id }).first('outcome', 'answer', 'settled_at')
    if (row?.settled_at) return { outcome: row.outcome, answer: row.answer }
    if (performance.now() > until) return { outcome: 'unknown', answer: null }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
