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

/**
 * A port that nobody holds, below the system's own choice for outgoing connections (32768 and up): one of those may
 * be taken by anybody's connection before its server listens. TCP above and UDP below 10000, where no sound is.
 */
export async function anyFreePort(address = '127.0.0.1', transport: Transport = 'tcp'): Promise<number> {
  const [from, to] = transport === 'tcp' ? [10_000, 32_000] : [6_000, 10_000]
  for (let tries = 0; tries < 500; tries++) {
    const port = from + Math.floor(Math.random() * (to - from))
    if (await isFree(port, address, transport)) return port
  }
  throw new Error(`${address} 没有空闲端口 · no ${transport} port is free at ${address}`)
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
