import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { WebSocketServer } from 'ws'
import { watchPhonesWay, waysOf } from './phones-way.ts'

/** An Asterisk's WebSocket port that takes phones, refuses them, or says nothing. */
async function port(t: Test) {
  let manner: 'takes' | 'full' | 'silent' = 'takes'
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip' })
  const server = createServer()
  server.on('upgrade', (incoming, socket, head) => {
    if (manner === 'full') return socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n')
    if (manner === 'takes') sockets.handleUpgrade(incoming, socket, head, () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const one of sockets.clients) one.terminate()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const is = (how: typeof manner) => {
    manner = how
  }
  return { port, is, held: () => sockets.clients.size }
}

const until = async (t: Test, what: string, holds: () => boolean) => {
  for (const end = Date.now() + 8_000; !holds(); await new Promise((next) => setTimeout(next, 20)))
    if (Date.now() > end) return t.fail(what)
  t.pass(what)
}

t.test('the desk says that browser phones cannot get in, by which way and why, and that they can again', async (t) => {
  const [asterisk, front] = [await port(t), await port(t)]
  const ways = [
    { name: 'asterisk', url: `ws://127.0.0.1:${asterisk.port}/ws`, origin: undefined },
    { name: 'front', url: `ws://127.0.0.1:${front.port}/sip`, origin: 'https://desk.test' },
  ] as const
  const way = watchPhonesWay(ways, 30)
  t.teardown(() => way.stop())
  await until(t, 'well once both let a phone in', () => way.health().lastHeardAt !== null)
  t.match(way.health(), { wire: 'phones', state: 'well', why: null })

  asterisk.is('full')
  await until(t, 'all of Asterisk’s sessions are taken', () => way.health().state === 'broken')
  t.equal(way.health().why, 'asterisk: refused with 503')

  asterisk.is('takes')
  await until(t, 'there is room again', () => way.health().state === 'well')
  front.is('silent')
  await until(t, 'a front that takes the connection and says nothing', () => way.health().state === 'broken')
  t.match(way.health().why, /^front: /)
  await until(t, 'no knock stays in the room', () => asterisk.held() <= 1)
})

t.test('a front whose name this machine does not know is not called broken', async (t) => {
  const way = watchPhonesWay([{ name: 'front', url: 'wss://desk.invalid/sip', origin: 'https://desk.invalid' }], 50)
  t.teardown(() => way.stop())
  await until(t, 'it was looked at', () => way.health().lastHeardAt !== null)
  t.equal(way.health().state, 'well')
})

t.test('a phone comes straight to Asterisk on one machine, and through the front on a network', async (t) => {
  const pbx = { host: '127.0.0.1', httpPort: 8088 }
  const names = (publicUrl: string | undefined, sipSocket: string) =>
    waysOf({ pbx, publicUrl, sipSocket }).map(({ url }) => url)
  t.same(names(undefined, 'ws://127.0.0.1:8088/ws'), ['ws://127.0.0.1:8088/ws'])
  t.same(names('https://desk.test', '/sip'), ['ws://127.0.0.1:8088/ws', 'wss://desk.test/sip'])
})
