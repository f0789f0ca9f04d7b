/**
 * One logged-in AMI connection over asterisk-manager 0.2.0, kept up for ever.
 *
 * What the library does not do, or does wrongly, is done here:
 * - values are not checked (a line break in one is a second action on the wire): CR, LF and NUL are refused, and only
 *   actions on the user's list go out;
 * - an action has no time limit and, sent while the line is down, never answers: each is timed and ended at a cut;
 * - `connect` only means TCP, a wrong password is silent: the login's own answer counts;
 * - its reconnect waits 10 s and more, and half a line of the old connection garbles the new: a fresh one each time;
 * - a silent cut (no FIN) is not seen: a Ping every 2 s must be answered;
 * - the answer to a list is its first block only: the rest is gathered by ActionID;
 * - a line without an end grows for ever: over 1 MB the connection is cut;
 * - an event that Asterisk cannot have said (no class, no clock) is dropped and counted.
 *
 * Line is one connection, Actions what is asked on it; here it is dialled again for ever.
 */
import { Outage, Refusal } from '../../refusal.ts'
import type { Meters } from '../meters.ts'
import { type AmiEvent, word } from '../words.ts'
import { Actions, type Fields, unsafeIn } from './actions.ts'
import { Line } from './line.ts'

export type AmiOptions = {
  host: string
  port: number
  user: User
  secret: string
  meters: Meters
  /** each event that answers no action of ours */
  onEvent(event: AmiEvent): void
  /** this user may not hear FullyBooted (no `read=system`): up is logged in */
  deaf?: boolean
  /** logged in and Asterisk fully booted; again after every reconnect. A rejection cuts the connection and tries anew. */
  onUp(): Promise<void> | void
  onDown(why: string): void
  log: { info(o: object, m: string): void; warn(o: object, m: string): void }
  pingEveryMs?: number
  deadAfterMs?: number
}

/**
 * `bootedAt`: a moment at most a few seconds before this life of Asterisk began, by our clock; null when it never said
 * how long it is up.
 */
export type AmiState = { up: boolean; since: Date; lastHeardAt: Date | null; why: string | null; bootedAt: Date | null }
export type Ami = {
  start(): void
  stop(): void
  state(): AmiState
  /** Sends one action. @throws {Refusal} Asterisk said no, or the action may not be sent; {Outage} no answer. */
  act(action: string, fields?: Fields, withinMs?: number): Promise<AmiEvent>
  /** Sends an action that answers with a list; gives its items, without the closing event. */
  list(action: string, fields?: Fields, withinMs?: number): Promise<AmiEvent[]>
}

/** The users of asterisk-config/pbx/manager.conf, and all that each ever says: the classes it has there allow more. */
const ALLOWED = {
  reader: new Set(['Ping', 'CoreStatus', 'CoreShowChannels', 'QueueStatus', 'DBGetTree', 'ShowDialPlan']),
  actor: new Set(['Ping', 'QueueAdd', 'QueueRemove', 'QueuePause']),
} as const
type User = keyof typeof ALLOWED
const ACTION_MS = 4_000
const BACKOFF_MS = { least: 250, most: 5_000 }

/** Makes the connection; it dials at `start()` and dials again, ever, until `stop()`. */
export const makeAmi = (options: AmiOptions): Ami => new KeptUp(options)

class KeptUp implements Ami {
  readonly #o: AmiOptions
  readonly #actions = new Actions()
  #line: Line | null = null
  #stopped = true
  #tries = 0
  #again: NodeJS.Timeout | undefined
  #state: AmiState = { up: false, since: new Date(), lastHeardAt: null, why: 'not connected yet', bootedAt: null }

  constructor(options: AmiOptions) {
    this.#o = options
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#dial()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#again)
    this.#line?.end('stopped')
  }

  state(): AmiState {
    return this.#state
  }

  async act(action: string, fields: Fields = {}, withinMs = ACTION_MS): Promise<AmiEvent> {
    return (await this.#send(action, fields, withinMs, false))[0] ?? {}
  }

  list(action: string, fields: Fields = {}, withinMs = ACTION_MS): Promise<AmiEvent[]> {
    return this.#send(action, fields, withinMs, true)
  }

  #dial(): void {
    const { host, port, user, secret, meters, deaf, pingEveryMs = 2_000, deadAfterMs = 4_400 } = this.#o
    const line: Line = new Line({
      ...{ host, port, user, secret, meters, pingEveryMs, deadAfterMs },
      onHeard: () => {
        this.#state.lastHeardAt = new Date()
      },
      onEvent: (event) => this.#heard(line, event),
      onLoggedIn: () => deaf && this.#isUp(line),
      onEnd: (why) => this.#ended(why),
      ping: () => this.#send('Ping', {}, deadAfterMs, false),
    })
    this.#line = line
    line.dial()
  }

  #heard(line: Line, event: AmiEvent): void {
    const { meters, onEvent } = this.#o
    const name = word(event, 'event')
    if (!name) {
      meters.count('ami_parse_errors_total')
      return
    }
    meters.event(name)
    if (this.#actions.took(event)) return
    if (!isAsterisks(event)) meters.count('ami_forged_total')
    else if (name === 'FullyBooted') this.#isUp(line, word(event, 'uptime'))
    else onEvent(event)
  }

  #isUp(line: Line, uptime = ''): void {
    if (this.#state.up) return
    this.#tries = 0
    // It said so after we dialled, however late we read it; whole seconds, rounded down.
    const bootedAt = /^\d{1,9}$/.test(uptime) ? new Date(line.dialledAt - 1_000 * (Number(uptime) + 1)) : null
    this.#state = { up: true, since: new Date(), lastHeardAt: this.#state.lastHeardAt, why: null, bootedAt }
    this.#o.log.info({ wire: 'ami', user: this.#o.user }, 'AMI is up')
    Promise.resolve()
      .then(() => this.#o.onUp())
      .catch((error) => line.end(`could not get up to date: ${error.message}`))
  }

  /** There is one line at a time: the next is dialled only after this. */
  #ended(why: string): void {
    const { log, user, onDown } = this.#o
    const { up: wasUp, since, lastHeardAt, why: before } = this.#state
    this.#line = null
    this.#actions.endAll(why)
    if (!this.#stopped && (wasUp || before !== why)) log.warn({ wire: 'ami', user, why }, 'AMI is down')
    this.#state = { up: false, since: wasUp ? new Date() : since, lastHeardAt, why, bootedAt: null }
    if (wasUp) onDown(why)
    if (this.#stopped) return
    const wait = Math.min(BACKOFF_MS.least * 2 ** this.#tries++, BACKOFF_MS.most)
    this.#again = setTimeout(() => this.#dial(), wait * (0.75 + Math.random() / 2))
  }

  async #send(action: string, fields: Fields, withinMs: number, isList: boolean): Promise<AmiEvent[]> {
    const unsafe = ALLOWED[this.#o.user].has(action) ? unsafeIn(fields) : 'action'
    if (unsafe) throw new Refusal('asterisk-value-refused', { action, field: unsafe })
    if (!this.#line) throw new Outage('ami', { cause: new Error(this.#state.why ?? 'down') })
    return this.#actions.send(this.#line.manager, { action, fields, withinMs, isList })
  }
}

/**
 * A caller's text that broke out of its line could begin an event of its own. What Asterisk itself says opens with the
 * class it belongs to and, past the login's FullyBooted, its clock; needs `timestampevents=yes` in manager.conf.
 */
const isAsterisks = (event: AmiEvent): boolean =>
  word(event, 'privilege') !== '' &&
  (word(event, 'event') === 'FullyBooted' || /^\d+\.\d+$/.test(word(event, 'timestamp')))
