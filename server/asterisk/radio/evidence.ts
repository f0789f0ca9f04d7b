/** What really passed: packets counted by Asterisk on each gateway's leg, once a second. Intent is no evidence. */
import type { MediaFact } from '../../radio/index.ts'
import type { Port } from './port.ts'
import type { Wire } from './wire.ts'

type Count = { channel: string; at: number; sent: number; heard: number; quiet: number; isElsewhere: boolean }

const EVERY_MS = 1_000
/**
 * A gateway that was without power for a moment answers the qualify again and knows nothing of its call: a key pressed
 * would be heard by nobody. So one that is silent is asked each few seconds within the call (RFC 3311, UPDATE; what it is
 * sent goes on meanwhile); its 481 ends it. The session timer alone would take 45 s (RFC 4028's least).
 */
const ASK_AFTER = 4

/** Reads the counters of every port that has a gateway's leg, while started. */
export function startEvidence(
  wire: Wire,
  ports: ReadonlyMap<string, { port: Port }>,
  tell: (fact: MediaFact) => void,
): { start(): void; stop(): void; roundTrip(port: string, ms: number | null): void } {
  const before = new Map<string, Count>()
  const trips = new Map<string, number | null>()
  let timer: NodeJS.Timeout | undefined
  let busy = false

  async function look(port: Port): Promise<void> {
    const channel = port.gateway()?.channel
    const code = port.port
    const now = channel ? await count(channel).catch(() => undefined) : undefined
    const then = before.get(code)
    const roundTripMs = trips.get(code) ?? null
    if (!now) {
      if (before.delete(code))
        tell({ type: 'evidence', port: code, at: Date.now(), sentPps: null, heardPps: null, roundTripMs })
      return
    }
    const isQuiet = then?.channel === now.channel && then.heard === now.heard
    const quiet = isQuiet ? then.quiet + 1 : 0
    const isNews = then?.channel !== now.channel || then.sent !== now.sent
    const isElsewhere = isNews ? await sendsElsewhere(now.channel) : then.isElsewhere
    before.set(code, { ...now, quiet, isElsewhere })
    if (quiet > 0 && quiet % ASK_AFTER === 0) await wire.refresh(now.channel).catch(() => undefined)
    if (then?.channel !== now.channel) return
    const seconds = (now.at - then.at) / 1000
    const rate = (a: number, b: number) => Math.round(((b - a) / seconds) * 10) / 10
    tell({
      type: 'evidence',
      port: code,
      at: now.at,
      sentPps: rate(then.sent, now.sent),
      heardPps: rate(then.heard, now.heard),
      roundTripMs,
      isElsewhere,
    })
  }

  /**
   * Asked of a new leg, and whenever something was sent: its far end may have named another address meanwhile. A gateway
   * that is called has its addresses in DESK_MEDIA (scripts/asterisk/made.ts); one that registers is where it did so from.
   */
  async function sendsElsewhere(channel: string): Promise<boolean> {
    const [media = '', set = '', target = ''] = await Promise.all(
      ['CHANNEL(rtp,dest)', 'DESK_MEDIA', 'CHANNEL(pjsip,target_uri)'].map((name) =>
        wire.read(channel, name).catch(() => ''),
      ),
    )
    const own = set.split('&')
    return isForeign(media, own[0] === 'registers' ? [...own.slice(1), target] : own)
  }

  async function count(channel: string): Promise<Omit<Count, 'quiet' | 'isElsewhere'>> {
    const told = await wire.read(channel, 'CHANNEL(rtcp,all)')
    return { channel, at: Date.now(), ...evidenceOf(told) }
  }

  return {
    start() {
      timer ??= setInterval(() => {
        if (busy || !wire.listens()) return
        busy = true
        void Promise.all([...ports.values()].map(({ port }) => look(port))).finally(() => {
          busy = false
        })
      }, EVERY_MS)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
    roundTrip: (port, ms) => void trips.set(port, ms),
  }
}

/** Is `media` at none of these addresses (ip, ip:port, sip:…@ip:port)? What Asterisk did not say is no accusation. Pure. */
export function isForeign(media: string, known: readonly string[]): boolean {
  const host = (address: string) => /(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d.])/.exec(address)?.[0] ?? ''
  const own = known.map(host).filter(Boolean)
  return own.length > 0 && host(media) !== '' && host(media) !== '0.0.0.0' && !own.includes(host(media))
}

/** The packets of `ssrc=1;…;rxcount=5;…;txcount=7;…` (CHANNEL(rtcp,all)). Pure. @throws when they are not there. */
export function evidenceOf(told: string): { sent: number; heard: number } {
  const fields = new Map(told.split(';').map((pair) => pair.split('=', 2) as [string, string]))
  const [sent, heard] = [Number(fields.get('txcount')), Number(fields.get('rxcount'))]
  if (!Number.isInteger(sent) || !Number.isInteger(heard)) throw new Error(`no packet counts in ${told}`)
  return { sent, heard }
}
