/**
 * How far Asterisk's clock stands from ours. Every event says when it happened by Asterisk's clock and comes a little later
 * by ours: the least of these differences in the last minutes is the clocks' offset and the quickest event's way here.
 */

/** An event's way here is quicker than this on any network a desk stands on; a least difference above it is the clocks'. */
const QUICKEST_WAY_MS = 250
/** A clock that was set anew is known after two of these. */
const WINDOW_MS = 60_000

export class ClockOffset {
  #now = { from: -Infinity, least: Infinity }
  #before = Infinity

  /** An event that happened at `saidMs` by Asterisk's clock came at `cameMs` by ours. */
  saw(saidMs: number, cameMs: number): void {
    if (!Number.isFinite(saidMs)) return
    if (Math.abs(cameMs - this.#now.from) > WINDOW_MS) {
      this.#before = this.#now.least
      this.#now = { from: cameMs, least: Infinity }
    }
    this.#now.least = Math.min(this.#now.least, cameMs - saidMs)
  }

  /** What to add to a time of Asterisk's to have it by our clock; 0 where the clocks agree, or nothing is known. */
  get ms(): number {
    const least = Math.min(this.#now.least, this.#before)
    return !Number.isFinite(least) || (least >= 0 && least < QUICKEST_WAY_MS) ? 0 : least
  }
}
