/**
 * Whether a browser's phone can get in now. Only a phone that knocks finds out: Asterisk's other wires look well while all
 * its HTTP sessions are taken, or the front proxy lets nobody through.
 */
import { WebSocket } from 'ws'
import type { WireHealth } from '../../wire/views.ts'

/** A way in: the WebSocket phones open, and the page they would come from. */
export type Way = { readonly name: 'asterisk' | 'front'; readonly url: string; readonly origin: string | undefined }

export type PhonesWay = { health(): WireHealth; stop(): void }

/** Often enough that the strip tells before the second agent asks; each knock takes one session for some milliseconds. */
const EVERY_MS = 10_000
const ANSWER_MS = 5_000
/** The front's name need not be known on the desk's own machine: then it cannot be judged from here. */
const UNKNOWN_HERE = /^(ENOTFOUND|EAI_AGAIN)$/

/** The ways a browser may come: straight to Asterisk, and through the front proxy when there is one. */
export function waysOf(config: {
  readonly pbx: { readonly host: string; readonly httpPort: number }
  readonly publicUrl: string | undefined
  readonly sipSocket: string
}): Way[] {
  const { pbx, publicUrl, sipSocket } = config
  const ways: Way[] = [{ name: 'asterisk', url: `ws://${pbx.host}:${pbx.httpPort}/ws`, origin: publicUrl }]
  if (publicUrl && sipSocket.startsWith('/'))
    ways.push({
      name: 'front',
      url: `${publicUrl.replace(/^http/, 'ws')}${sipSocket}`,
      origin: new URL(publicUrl).origin,
    })
  return ways
}

/** Knocks as a browser's phone would, at once and then on and on until `stop()`. */
export function watchPhonesWay(ways: readonly Way[], everyMs = EVERY_MS): PhonesWay {
  let health: WireHealth = {
    wire: 'phones',
    state: 'well',
    since: new Date().toISOString(),
    lastHeardAt: null,
    why: null,
  }
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const answers = await Promise.all(ways.map(async (way) => ({ way, why: await knock(way) })))
    const shut = answers.filter(({ why }) => why !== null && !UNKNOWN_HERE.test(why))
    const state = shut.length > 0 ? 'broken' : 'well'
    const now = new Date().toISOString()
    health = {
      wire: 'phones',
      state,
      since: state === health.state ? health.since : now,
      lastHeardAt: state === 'well' ? now : health.lastHeardAt,
      why: shut.map(({ way, why }) => `${way.name}: ${why}`).join(', ') || null,
    }
    if (!stopped) timer = setTimeout(() => void look(), everyMs)
  }
  void look()
  return {
    health: () => health,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Why a phone does not get in by this way; null when it does. */
function knock({ url, origin }: Way): Promise<string | null> {
  return new Promise((answer) => {
    // Nothing is said on it, so whose certificate it is does not matter here; browsers look at it themselves.
    const options = { handshakeTimeout: ANSWER_MS, rejectUnauthorized: false, ...(origin ? { origin } : {}) }
    const socket = new WebSocket(url, ['sip'], options)
    socket.on('open', () => {
      answer(null)
      socket.close()
    })
    socket.on('unexpected-response', (request, { statusCode }) => {
      answer(`refused with ${statusCode}`)
      request.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // An IPv6 and an IPv4 address that both refuse come as one error without a message.
      answer(error.code ?? (error.message || 'no answer'))
      socket.terminate()
    })
  })
}
