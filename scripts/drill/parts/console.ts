/** A console as witness: it holds what the server told it, through every cut, and is asked afterwards whether it is true. */
import { isDeepStrictEqual } from 'node:util'
import { WebSocket } from 'ws'
import type { FromServer } from '../../../server/wire/frames.ts'
import type { DeskSnapshot } from '../../../server/wire/views.ts'
import { Desk } from '../../../softphone-console/src/lib/desk/desk.ts'
import type { Finding } from '../../drill.ts'
import { Client, signedIn } from '../../lab/client.ts'
import type { Lab } from '../../lab/index.ts'

/** What is compared: everything a screen shows that has a state. */
type Shown = { calls: unknown[]; callbacks: unknown[]; agents: unknown[] }

export type Witness = {
  /** How often the wire was made anew. */
  readonly reconnects: number
  /** L6: within five seconds what it holds is what the server would tell a console that starts now. */
  finding(): Promise<Finding>
  close(): void
}

const AGAIN_MS = 500
const WITHIN_MS = 5_000

/**
 * Opens the desk as a supervisor does, and follows the live socket. Comes back by itself whenever it is cut; `others`
 * are servers that it tries in turn when one does not let it in.
 */
export async function watchDesk(lab: Lab, others: string[] = []): Promise<Witness> {
  const servers = [lab.url, ...others]
  let client = await signedIn(lab, 'supervisor')
  const desk = new Desk()
  let socket: WebSocket | undefined
  let isOver = false
  let opened = 0
  const load = async () => desk.load(await client.get<DeskSnapshot>('/api/desk'))
  const hear = (message: FromServer) => {
    const answer = desk.hear(message)
    if (answer === 'ask-again') socket?.send(JSON.stringify({ kind: 'again', after: desk.seq }))
    // What cannot be loaded now is asked for again when the wire is back.
    if (answer === 'load-again') load().catch(() => socket?.terminate())
  }
  const open = () => {
    if (isOver) return
    const { url, cookie } = client
    const one = new WebSocket(`${url.replace('http', 'ws')}/live?after=${desk.seq}`, {
      headers: { cookie, origin: url },
    })
    socket = one
    let isIn = false
    one.on('open', () => {
      isIn = true
      opened++
    })
    one.on('message', (data: Buffer) => hear(JSON.parse(data.toString()) as FromServer))
    one.on('error', () => undefined)
    one.on('close', () => {
      const next = servers[(servers.indexOf(url) + 1) % servers.length]
      if (!isIn && next) client = new Client(next, cookie)
      setTimeout(open, AGAIN_MS)
    })
  }
  await load()
  open()
  return {
    get reconnects() {
      return opened - 1
    },
    async finding() {
      const until = performance.now() + WITHIN_MS
      for (;;) {
        const finding = converged(shown(desk.snapshot()), shown(await fresh(client)))
        if (finding.holds || performance.now() > until) return finding
        await new Promise((soon) => setTimeout(soon, 250))
      }
    },
    close() {
      isOver = true
      socket?.terminate()
    },
  }
}

const fresh = (client: Client) => client.get<DeskSnapshot>('/api/desk')

/** States and ids, in one order: names and times are the same rows read again. */
function shown(desk: DeskSnapshot | null): Shown {
  const by = <T>(rows: readonly T[], keep: (row: T) => string) => rows.map(keep).sort()
  return {
    calls: by(desk?.calls ?? [], (call) => `${call.callId} ${call.state} ${call.station} ${call.ticketId}`),
    callbacks: by(desk?.callbacks ?? [], (row) => `${row.callbackId} ${row.takenBy?.id ?? ''}`),
    agents: by(desk?.agents ?? [], (agent) => `${agent.station} ${agent.state} ${agent.reason} ${agent.callId}`),
  }
}

/** L6: what a console holds against what it would be told now. */
export function converged(held: Shown, told: Shown): Finding {
  return {
    what: 'L6 a console that lived through it shows what is so now',
    holds: isDeepStrictEqual(held, told),
    seen: { held, told },
  }
}
