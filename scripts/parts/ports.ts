/** Ports on loopback: is one free, and which to take instead. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

export type Transport = 'tcp' | 'udp'

/** Whether nobody holds `port` at `address` now. */
export function isFree(port: number, address: string, transport: Transport): Promise<boolean> {
  return new Promise((answer) => {
    if (transport === 'udp') {
      const socket = createSocket('udp4')
      socket.once('error', () => answer(false))
      socket.bind({ port, address, exclusive: true }, () => socket.close(() => answer(true)))
      return
    }
    const server = createServer()
    server.once('error', () => answer(false))
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => answer(true)))
  })
}

/** A port that nobody holds, chosen by the system. */
export function anyFreePort(address = '127.0.0.1', transport: Transport = 'tcp'): Promise<number> {
  return new Promise((answer, fail) => {
    if (transport === 'udp') {
      const socket = createSocket('udp4')
      socket.once('error', fail)
      socket.bind(0, address, () => {
        const { port } = socket.address()
        socket.close(() => answer(port))
      })
      return
    }
    const server = createServer()
    server.once('error', fail)
    server.listen(0, address, () => {
      const bound = server.address()
      server.close(() => answer(bound && typeof bound === 'object' ? bound.port : 0))
    })
  })
}

/**
 * `wanted` when free, else the next free one above it (at most 200 further).
 * @throws when none of them is.
 */
export async function freePort(wanted: number, address = '127.0.0.1', transport: Transport = 'tcp'): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + 200, 65_536); port++)
    if (await isFree(port, address, transport)) return port
  throw new Error(
    `${wanted}–${wanted + 200} 端口全部被占用 · no ${transport} port from ${wanted} to ${wanted + 200} is free at ${address}`,
  )
}
