import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './frame.ts'

t.test('a text of any length comes out of the wire as it went in, between what the library itself sends', async (t) => {
  const texts = [0, 1, 125, 126, 65_535, 65_536, 200_000].map((length) => 'a'.repeat(length))
  texts.push('值班台 🚑')
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket, request) => {
    for (const text of texts) {
      request.socket.write(textFrame(text))
      socket.send('between')
    }
  })
  await new Promise<void>((then) => server.listen(0, '127.0.0.1', then))
  t.teardown(() => {
    sockets.close()
    server.closeAllConnections()
    server.close()
  })
  const console = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const came: string[] = []
  await new Promise<void>((then, failed) => {
    console.on('error', failed)
    console.on('message', (data) => came.push(String(data)) === texts.length * 2 && then())
  })
  console.terminate()
  t.same(
    came.map((text) => text.length),
    texts.flatMap((text) => [text.length, 'between'.length]),
  )
  t.equal(came.at(-2), texts.at(-1))
})
