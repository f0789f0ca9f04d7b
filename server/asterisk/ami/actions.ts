/** Actions on one AMI connection and their answers, found again by ActionID: each in time, or ended with the connection. */
import type makeManager from 'asterisk-manager'
import { Outage, Refusal } from '../../refusal.ts'
import { type AmiEvent, word } from '../words.ts'

/** An object is written as one `Key: name=value` line for each of its names. */
export type Fields = Record<string, string | number | Record<string, string>>

/** The items of a longer list are left out. */
const MOST_ITEMS = 50_000

type Pending = { settle(error: Error): void; item(event: AmiEvent): void }
type Asked = { action: string; fields: Fields; withinMs: number; isList: boolean }

export class Actions {
  readonly #pending = new Map<string, Pending>()
  #serial = 0

  /** Answers the response alone, or with `isList` the items of the list. @throws {Refusal | Outage} */
  send(manager: ReturnType<typeof makeManager>, { action, fields, withinMs, isList }: Asked): Promise<AmiEvent[]> {
    const id = `desk-${process.pid}-${++this.#serial}`
    return new Promise((resolve, reject) => {
      const items: AmiEvent[] = []
      const finish = (error: Error | null) => {
        clearTimeout(timer)
        this.#pending.delete(id)
        manager.removeAllListeners(id)
        if (error) reject(error)
        else resolve(items)
      }
      const late = () => finish(new Outage('ami', { cause: new Error(`${action} got no answer`) }))
      const timer = setTimeout(late, withinMs)
      this.#pending.set(id, {
        settle: finish,
        item: (event) => {
          const end = word(event, 'eventlist').toLowerCase()
          if (end === 'complete' || end === 'cancelled') return finish(null)
          if (items.length < MOST_ITEMS) items.push(event)
        },
      })
      manager.action({ action, actionid: id, ...fields }, (error, response) => {
        if (error) return finish(new Refusal('asterisk-refused', { action, why: word(error, 'message').slice(0, 200) }))
        if (isList) return
        items.push(response ?? {})
        finish(null)
      })
    })
  }

  /** Takes an event that belongs to a list we asked for; false for any other. */
  took(event: AmiEvent): boolean {
    const waiting = this.#pending.get(word(event, 'actionid'))
    waiting?.item(event)
    return waiting !== undefined
  }

  /** The connection has ended: nobody will answer. */
  endAll(why: string): void {
    for (const one of [...this.#pending.values()]) one.settle(new Outage('ami', { cause: new Error(why) }))
  }
}

/** The name of what may not be sent: a key or value that would break out of its line; null when all may. */
export function unsafeIn(fields: Fields): string | null {
  for (const [key, value] of Object.entries(fields)) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key) || /^action(id)?$/i.test(key)) return key
    const lines = typeof value === 'object' ? Object.entries(value).flat() : [String(value)]
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
    if (lines.some((text) => /[\u0000\r\n\u2028\u2029]/.test(text))) return key
    if (typeof value === 'object' && Object.keys(value).some((name) => !/^\w+(\([\w/.-]+\))?$/.test(name))) return key
  }
  return null
}
