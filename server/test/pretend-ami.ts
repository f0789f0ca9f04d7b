/** A manager port that can cut, stall, lie and babble. For the wire's tests; the live tests use the real one. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export type Said = Record<string, string>

export type PretendAmi = {
  port: number
  /** every action received, parsed from the bytes on the wire */
  actions: Said[]
  /** logins so far */
  logins: number
  sockets: Set<Socket>
  /** answers nothing any more, and closes nothing: a cable pulled out */
  stalled: boolean
  refuseLogin: boolean
  /** what to answer to an action instead of Success; undefined says nothing */
  answer: (said: Said) => string | undefined
  tell(text: string): void
  cut(): void
  close(): Promise<void>
}

export async function pretendAmi(port = 0): Promise<PretendAmi> {
  const server = createServer((socket) => serve(socket))
  const it: PretendAmi = {
    port,
    actions: [],
    logins: 0,
    sockets: new Set(),
    stalled: false,
    refuseLogin: false,
    answer: (said) => `Response: Success\r\nActionID: ${said.actionid}\r\nMessage: ok\r\n\r\n`,
    tell: (text) => {
      for (const socket of it.sockets) socket.write(text)
    },
    cut: () => {
      for (const socket of it.sockets) socket.resetAndDestroy()
    },
    close: async () => {
      it.cut()
      server.close()
      await once(server, 'close')
    },
  }

  function serve(socket: Socket): void {
    it.sockets.add(socket)
    socket.on('close', () => it.sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.write('Asterisk Call Manager/11.0.0\r\n')
    let rest = ''
    socket.on('data', (bytes) => {
      if (it.stalled) return
      const blocks = (rest + bytes.toString('utf8')).split('\r\n\r\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) hear(socket, parse(block))
    })
  }

  function hear(socket: Socket, said: Said): void {
    it.actions.push(said)
    if (said.action?.toLowerCase() !== 'login') {
      const text = it.answer(said)
      if (text !== undefined) socket.write(text)
      return
    }
    if (it.refuseLogin) {
      socket.end(`Response: Error\r\nActionID: ${said.actionid}\r\nMessage: Authentication failed\r\n\r\n`)
      return
    }
    it.logins++
    socket.write(`Response: Success\r\nActionID: ${said.actionid}\r\nMessage: Authentication accepted\r\n\r\n`)
    socket.write('Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 90\r\nStatus: Fully Booted\r\n\r\n')
  }

  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address && typeof address === 'object') it.port = address.port
  return it
}

const parse = (block: string): Said =>
  Object.fromEntries(
    block.split('\r\n').map((line) => {
      const cut = line.indexOf(':')
      return [line.slice(0, cut).toLowerCase(), line.slice(cut + 1).trim()]
    }),
  )
