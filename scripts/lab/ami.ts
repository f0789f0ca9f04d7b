/** A plain AMI connection for scripts and tests. The server has its own, which reconnects and never gives up. */
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type AmiMessage = Record<string, string>

export class Ami extends EventEmitter {
  /** Everything heard, oldest first. */
  readonly events: AmiMessage[] = []
  #socket: Socket
  #buffer = ''
  #count = 0
  #waiting = new Map<string, (reply: AmiMessage) => void>()

  private constructor(socket: Socket) {
    super()
    this.setMaxListeners(0)
    this.#socket = socket
    socket.on('data', (bytes) => this.#read(bytes.toString('utf8')))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.emit('close'))
  }

  /** Connects and signs in. @throws when refused. */
  static async open(port: number, user: string, secret: string, host = '127.0.0.1'): Promise<Ami> {
    const socket = connect(port, host)
    await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) })
    const ami = new Ami(socket)
    const reply = await ami.act({ Action: 'Login', Username: user, Secret: secret })
    if (reply.Response !== 'Success') throw new Error(`AMI ${host}:${port} refused ${user}: ${reply.Message}`)
    return ami
  }

  /** Sends one action and gives its reply; a repeated key is an array. @throws on a line break in a value (it would be a second action). */
  act(action: Record<string, string | number | string[]>): Promise<AmiMessage> {
    const id = `a${++this.#count}`
    const lines = Object.entries({ ...action, ActionID: id }).flatMap(([key, value]) =>
      [value].flat().map((one) => `${key}: ${one}`),
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    if (lines.some((line) => /[\r\n\u0000]/.test(line))) throw new Error('an AMI value holds a line break')
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`AMI did not answer ${action.Action} within 10 s`)), 10_000)
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer)
        done(reply)
      })
    })
  }

  /** The first event, past or to come, that fits. Rejects after `ms`. */
  until(fits: (event: AmiMessage) => boolean, ms = 10_000): Promise<AmiMessage> {
    const known = this.events.find(fits)
    if (known) return Promise.resolve(known)
    return new Promise((done, failed) => {
      const hear = (event: AmiMessage) => {
        if (fits(event)) settle(() => done(event))
      }
      const cut = () => settle(() => failed(new Error(`AMI: closed before it was heard: ${fits}`)))
      const timer = setTimeout(() => settle(() => failed(new Error(`AMI: not heard within ${ms} ms: ${fits}`))), ms)
      const settle = (how: () => void) => {
        clearTimeout(timer)
        this.off('event', hear)
        this.off('close', cut)
        how()
      }
      this.on('event', hear)
      this.on('close', cut)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(text: string): void {
    this.#buffer += text
    const blocks = this.#buffer.split('\r\n\r\n')
    this.#buffer = blocks.pop() ?? ''
    for (const block of blocks) {
      const message: AmiMessage = {}
      for (const line of block.split('\r\n')) {
        const found = /^([^:]+): ?(.*)$/s.exec(line)
        // a channel's variables come as one ChanVariable line each
        const variable = found && /^(\w*ChanVariable)$/.test(found[1] ?? '') && /^(\w+)=(.*)$/s.exec(found[2] ?? '')
        if (variable) message[`${found[1]}.${variable[1]}`] = variable[2] ?? ''
        else if (found) message[found[1] ?? ''] = found[2] ?? ''
      }
      if (message.Event) {
        this.events.push(message)
        this.emit('event', message)
      } else if (message.ActionID) {
        this.#waiting.get(message.ActionID)?.(message)
        this.#waiting.delete(message.ActionID)
      }
    }
  }
}
