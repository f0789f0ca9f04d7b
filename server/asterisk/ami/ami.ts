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
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import makeManager from 'asterisk-manager'
import { Outage, Refusal } from '../../refusal.ts'
import type { Meters } from '../meters.ts'
import { type AmiEvent, word } from '../words.ts'

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
/** An object is written as one `Key: name=value` line for each of its names. */
export type Fields = Record<string, string | number | Record<string, string>>

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
const LOGIN_MS = 4_000
const LONGEST_LINE = 1024 * 1024
const BACKOFF_MS = { least: 250, most: 5_000 }

type Line = {
  socket: Socket | null
  manager: ReturnType<typeof makeManager>
  dead: boolean
  loggedIn: boolean
  up: boolean
  /** epoch milliseconds */
  dialledAt: number
}
type Pending = { settle(error: Error): void; item(event: AmiEvent): void }

/** Makes the connection; it dials at `start()` and dials again, ever, until `stop()`. */
export function makeAmi(options: AmiOptions): Ami {
  const { host, port, user, secret, meters, log } = options
  const pingEvery = options.pingEveryMs ?? 2_000
  const deadAfter = options.deadAfterMs ?? 4_400
  let line: Line | null = null
  let stopped = true
  let tries = 0
  let serial = 0
  let again: NodeJS.Timeout | undefined
  let heardAt = 0
  let state: AmiState = { up: false, since: new Date(), lastHeardAt: null, why: 'not connected yet', bootedAt: null }
  const pending = new Map<string, Pending>()

  function dial(): void {
    const manager = makeManager(undefined, host, user, secret, false)
    const mine: Line = { socket: null, manager, dead: false, loggedIn: false, up: false, dialledAt: Date.now() }
    line = mine
    manager.on('close', () => drop(mine, 'the connection was closed'))
    manager.on('error', (error) => drop(mine, `${(error as NodeJS.ErrnoException).code ?? error.message}`))
    manager.on('managerevent', (block) => heard(mine, block))
    // Neither an event nor an answer: nothing that a manager port says.
    manager.on('asterisk', (block) => word(block, 'response') === '' && meters.count('ami_parse_errors_total'))
    mine.socket = socketMadeBy(() =>
      manager.connect({ port, host }, undefined, () => {
        manager.login((error) => (error ? drop(mine, `login refused: ${word(error, 'message')}`) : loggedIn(mine)))
      }),
    )
    if (mine.socket) watch(mine, mine.socket)
    // An Asterisk that boots answers the login, and Pings; it may take its time to be fully booted.
    setTimeout(() => !mine.loggedIn && drop(mine, 'no answer to the login'), LOGIN_MS).unref()
  }

  /** The library keeps its socket to itself; Node tells of every one that is made. */
  function socketMadeBy(work: () => void): Socket | null {
    let made: Socket | null = null
    const see = (message: unknown) => {
      made = (message as { socket: Socket }).socket
    }
    subscribe('net.client.socket', see)
    try {
      work()
    } finally {
      unsubscribe('net.client.socket', see)
    }
    return made
  }

  function watch(mine: Line, socket: Socket): void {
    let unended = 0
    socket.on('data', (data: Buffer | string) => {
      heardAt = performance.now()
      state.lastHeardAt = new Date()
      const text = String(data)
      const end = text.lastIndexOf('\n')
      unended = end < 0 ? unended + text.length : text.length - end - 1
      if (unended > LONGEST_LINE) {
        meters.count('ami_parse_errors_total')
        drop(mine, 'a line without an end')
      }
    })
  }

  function loggedIn(mine: Line): void {
    if (mine.dead) return
    mine.loggedIn = true
    heardAt = performance.now()
    let pinged = 0
    let looked = performance.now()
    const watchdog = setInterval(() => {
      if (mine.dead) return clearInterval(watchdog)
      const now = performance.now()
      // If it is we who slept, what they said meanwhile is still to be read.
      const slept = now - looked > deadAfter / 4
      looked = now
      if (!slept && now - heardAt > deadAfter) return drop(mine, 'silent: nothing heard, not even an answer to Ping')
      if (now - pinged < pingEvery) return
      pinged = now
      send('Ping', {}, deadAfter).catch(() => undefined)
    }, deadAfter / 10)
    watchdog.unref()
    if (options.deaf) isUp(mine)
  }

  function heard(mine: Line, event: AmiEvent): void {
    if (mine.dead) return
    const name = word(event, 'event')
    if (!name) {
      meters.count('ami_parse_errors_total')
      return
    }
    meters.event(name)
    const waiting = pending.get(word(event, 'actionid'))
    if (waiting) waiting.item(event)
    else if (!isAsterisks(event)) meters.count('ami_forged_total')
    else if (name === 'FullyBooted') isUp(mine, word(event, 'uptime'))
    else options.onEvent(event)
  }

  function isUp(mine: Line, uptime = ''): void {
    if (mine.up) return
    mine.up = true
    tries = 0
    // it said so after we dialled, however late we read it; whole seconds, rounded down
    const bootedAt = /^\d{1,9}$/.test(uptime) ? new Date(mine.dialledAt - 1_000 * (Number(uptime) + 1)) : null
    state = { up: true, since: new Date(), lastHeardAt: state.lastHeardAt, why: null, bootedAt }
    log.info({ wire: 'ami', user }, 'AMI is up')
    Promise.resolve()
      .then(() => options.onUp())
      .catch((error) => drop(mine, `could not get up to date: ${error.message}`))
  }

  function drop(mine: Line, why: string): void {
    if (mine.dead) return
    mine.dead = true
    mine.manager.removeAllListeners('managerevent')
    mine.socket?.destroy()
    mine.manager.disconnect()
    for (const [id, one] of pending) {
      pending.delete(id)
      one.settle(new Outage('ami', { cause: new Error(why) }))
    }
    if (line !== mine) return
    line = null
    const wasUp = mine.up
    if (!stopped && (wasUp || state.why !== why)) log.warn({ wire: 'ami', user, why }, 'AMI is down')
    state = { up: false, since: wasUp ? new Date() : state.since, lastHeardAt: state.lastHeardAt, why, bootedAt: null }
    if (wasUp) options.onDown(why)
    if (stopped) return
    const wait = Math.min(BACKOFF_MS.least * 2 ** tries++, BACKOFF_MS.most)
    again = setTimeout(dial, wait * (0.75 + Math.random() / 2))
  }

  function send(action: string, fields: Fields, withinMs: number, isList = false): Promise<AmiEvent[]> {
    const unsafe = ALLOWED[user].has(action) ? unsafeIn(fields) : 'action'
    if (unsafe) return Promise.reject(new Refusal('asterisk-value-refused', { action, field: unsafe }))
    const mine = line
    if (!mine || mine.dead) return Promise.reject(new Outage('ami', { cause: new Error(state.why ?? 'down') }))
    const id = `desk-${process.pid}-${++serial}`
    return new Promise((resolve, reject) => {
      const items: AmiEvent[] = []
      const finish = (error: Error | null) => {
        clearTimeout(timer)
        pending.delete(id)
        mine.manager.removeAllListeners(id)
        if (error) reject(error)
        else resolve(items)
      }
      const timer = setTimeout(
        () => finish(new Outage('ami', { cause: new Error(`${action} got no answer`) })),
        withinMs,
      )
      pending.set(id, {
        settle: finish,
        item: (event) => {
          const end = word(event, 'eventlist').toLowerCase()
          if (end === 'complete' || end === 'cancelled') return finish(null)
          if (items.length < 50_000) items.push(event)
        },
      })
      mine.manager.action({ action, actionid: id, ...fields }, (error, response) => {
        if (error) return finish(new Refusal('asterisk-refused', { action, why: word(error, 'message').slice(0, 200) }))
        if (isList) return
        items.push(response ?? {})
        finish(null)
      })
    })
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      dial()
    },
    stop() {
      stopped = true
      clearTimeout(again)
      if (line) drop(line, 'stopped')
    },
    state: () => state,
    act: async (action, fields = {}, withinMs = ACTION_MS) => (await send(action, fields, withinMs))[0] ?? {},
    list: (action, fields = {}, withinMs = ACTION_MS) => send(action, fields, withinMs, true),
  }
}

/**
 * A caller's text that broke out of its line could begin an event of its own. What Asterisk itself says opens with the
 * class it belongs to and, past the login's FullyBooted, its clock; needs `timestampevents=yes` in manager.conf.
 */
const isAsterisks = (event: AmiEvent): boolean =>
  word(event, 'privilege') !== '' &&
  (word(event, 'event') === 'FullyBooted' || /^\d+\.\d+$/.test(word(event, 'timestamp')))

/** The name of what may not be sent: a key or value that would break out of its line. */
function unsafeIn(fields: Fields): string | null {
  for (const [key, value] of Object.entries(fields)) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key) || /^action(id)?$/i.test(key)) return key
    const lines = typeof value === 'object' ? Object.entries(value).flat() : [String(value)]
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
    if (lines.some((text) => /[\u0000\r\n\u2028\u2029]/.test(text))) return key
    if (typeof value === 'object' && Object.keys(value).some((name) => !/^\w+(\([\w/.-]+\))?$/.test(name))) return key
  }
  return null
}
