/**
 * Passwords that SIP refused, by the address that tried them. Asterisk answers each and slows nobody down; the passwords are
 * long and ours, so that guessing is hopeless, but somebody who tries is to be known of.
 *
 * A proof (Authorization) answered by 401 or 403 is a wrong one, except when only its nonce was too old.
 */
import type { SipHeard } from './hep.ts'

/** So many within the time are somebody who tries: a phone with an old password asks again each half minute at most. */
const MANY = 40
const WITHIN_MS = 15 * 60_000
const MOST_ASKED = 1_000
const MOST_KEPT = 5_000

export type Guesses = {
  hear(heard: SipHeard, at: number): void
  total(): number
  /** Since when somebody tries, and how often lately; null when nobody does. */
  lately(now: number): { since: Date; count: number } | null
}

/** Pure but for what it remembers: bounded, whatever strangers send. */
export function makeGuesses(): Guesses {
  const asked = new Set<string>()
  let wrong: { at: number; from: string }[] = []
  let total = 0

  return {
    hear({ from, to, text }, at) {
      const [head = ''] = text.split('\r\n\r\n', 1)
      const said = `${/^(?:Call-ID|i)\s*:\s*(.*)$/im.exec(head)?.[1]} ${/^CSeq\s*:\s*(.*)$/im.exec(head)?.[1]}`
      const status = /^SIP\/2\.0 (\d{3}) /.exec(head)?.[1]
      if (!status) {
        if (!/^(Proxy-)?Authorization\s*:/im.test(head)) return
        if (asked.size >= MOST_ASKED) asked.delete(asked.values().next().value as string)
        asked.add(`${from} ${said}`)
        return
      }
      if (Number(status) < 200 || !asked.delete(`${to} ${said}`)) return
      if ((status !== '401' && status !== '403') || /stale\s*=\s*"?true/i.test(head)) return
      total++
      wrong = [...wrong.slice(1 - MOST_KEPT), { at, from: to }]
    },
    total: () => total,
    lately(now) {
      wrong = wrong.filter(({ at }) => now - at < WITHIN_MS)
      const first = wrong[0]
      const most = Math.max(0, ...[...Map.groupBy(wrong, ({ from }) => from).values()].map((all) => all.length))
      return first && most >= MANY ? { since: new Date(first.at), count: wrong.length } : null
    },
  }
}
