import { connect, createServer, type Socket } from 'node:net'

/** A TCP wire that can go wrong in the ways a network does, between the server and what it speaks to. */
export type FaultyWire = {
  readonly port: number
  /** nothing passes any more, nothing is closed: packets dropped, no FIN. New connections hang as well. */
  freeze(): void
  /** what was held back is lost; connections made from now on pass */
  heal(): void
  /** every connection is reset, and new ones are refused by reset */
  cut(): void
  close(): void
}

export async function faultyWire(target: { host: string; port: number }): Promise<FaultyWire> {
  let state: 'well' | 'frozen' | 'cut' = 'well'
  const pairs = new Set<[Socket, Socket]>()
  const server = createServer((near) => {
    near.on('error', () => undefined)
    if (state === 'cut') return void near.resetAndDestroy()
    const far = connect(target.port, target.host)
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const end = () => {
      if (state === 'frozen') return
      near.destroy()
      far.destroy()
      pairs.delete(pair)
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => {
        // A frozen wire takes bytes and loses them, as a network that drops packets looks to the sender for long enough.
        if (state === 'well') to.write(bytes)
      })
      from.on('close', end)
      from.on('error', end)
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const reset = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy()
    pairs.clear()
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    freeze() {
      state = 'frozen'
    },
    heal() {
      state = 'well'
      reset()
    },
    cut() {
      state = 'cut'
      reset()
    },
    close() {
      state = 'cut'
      reset()
      server.close()
    },
  }
}
