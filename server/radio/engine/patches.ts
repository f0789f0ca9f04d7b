/** Patches that stand: ports with one floor, and callers on the telephone joined to a port. */
import type { Talker } from '../../wire/radio.ts'
import { mayPatch, type PatchRefusal } from '../floor/patch.ts'
import { PRIORITY } from '../floor/words.ts'
import { makePhoneEar, type PhoneEar } from '../hearing/phone-ear.ts'
import type { Board } from './floors.ts'
import type { Media } from './media.ts'
import type { Ask } from './words.ts'

type Phone = {
  channel: string
  callId: string
  talker: Talker
  talks: number
  asking: string | null
  ear: PhoneEar
  /** when he was last heard from, somebody else last spoke, and he was last refused; ms of this host's clock */
  heardAt: number
  othersAt: number
  refusedAt: number
}
type Patch = { patchId: string; ports: string[]; phone: Phone | null }
type PatchParts = {
  board: Board
  media: Media
  ask: (port: string, wish: Ask) => void
  release: (port: string, id: string, why: 'released' | 'done') => void
  now: () => number
  after: (ms: number, act: () => void) => () => void
}

/**
 * Loop protection: what the caller hears of the port comes back on his line, later and quieter. For so long after anybody
 * else spoke, what his line brings is taken for that and not for him (a satellite's 600 ms is answered with the floor's own hang).
 */
const ECHO_MS = 400
/** Refused (somebody was quicker, or it is his turn to listen), he asks again while he goes on speaking. */
const AGAIN_MS = 300
/** What of a port is not somebody else's voice: nothing, or the end of his own. */
const OWN: readonly string[] = ['idle', 'deaf', 'tail', 'tot_lock']
/** Nothing more comes of his leg: then he does not speak either. */
const SILENT_MS = 400

export type PhonePatch = { patchId: string; port: string; callId: string; callChannel: string; talker: Talker }

export function makePatches({ board, media, ask, release, now, after }: PatchParts) {
  const patches = new Map<string, Patch>()
  /** ports, and calls that are joined to one: neither is in two things at once */
  const patched = () => [...patches.values()].flatMap(({ ports, phone }) => (phone ? [...ports, phone.callId] : ports))
  const known = (ports: readonly string[]) => board.groups(ports).flat()

  function phoneTalks(patchId: string, on: boolean): void {
    const patch = patches.get(patchId)
    const port = patch?.ports[0]
    if (!patch?.phone || port === undefined) return
    const { phone } = patch
    if (!on) {
      if (phone.asking) release(port, phone.asking, 'released')
      phone.asking = null
      return
    }
    if (phone.asking) return
    phone.talks += 1
    const id = `phone-${patchId}-${phone.talks}`
    phone.asking = id
    ask(port, {
      asker: { id, source: `phone ${phone.callId}`, kind: 'phone', prio: PRIORITY.phone, talker: phone.talker },
      voice: (where) => (where === port ? { kind: 'phone', channel: phone.channel } : { kind: 'port', port }),
      callId: phone.callId,
      answered: ({ result }) => {
        if (result === 'granted' || phone.asking !== id) return
        phone.asking = null
        phone.refusedAt = phone.heardAt
      },
    })
  }

  const withPhone = (channel: string): { patchId: string; port: string; phone: Phone } | undefined => {
    for (const { patchId, ports, phone } of patches.values())
      if (phone?.channel === channel && ports[0] !== undefined) return { patchId, port: ports[0], phone }
    return undefined
  }

  /** He speaks while the port is free; what comes meanwhile from the port is not taken for his voice. */
  function phoneHeard(channel: string, at: number, samples: Int16Array): void {
    const found = withPhone(channel)
    if (!found) return
    const { patchId, port, phone } = found
    const { voice, speaks } = phone.ear.frame(at, samples)
    phone.heardAt = at
    if (phone.asking) {
      if (!speaks) phoneTalks(patchId, false)
      return
    }
    if (!OWN.includes(board.carrierOf(port))) phone.othersAt = at
    const isHis = at - phone.othersAt >= ECHO_MS && at - phone.refusedAt >= AGAIN_MS
    if (!voice || !isHis || !board.isFree(port)) return
    phoneTalks(patchId, true)
    watch(patchId, phone)
  }

  function watch(patchId: string, phone: Phone): void {
    after(SILENT_MS, () => {
      if (!phone.asking || patches.get(patchId)?.phone !== phone) return
      if (now() - phone.heardAt >= SILENT_MS) phoneTalks(patchId, false)
      else watch(patchId, phone)
    })
  }

  /** The caller is gone, and his patch with him. */
  function phoneLeft(channel: string): void {
    const found = withPhone(channel)
    if (found) void part(found.patchId).catch(() => undefined)
  }

  /** What was said to several ends first, and each port has its floor again. */
  async function part(patchId: string): Promise<boolean> {
    const patch = patches.get(patchId)
    if (!patch) return false
    patches.delete(patchId)
    const [port] = patch.ports
    if (port === undefined) return true
    if (patch.ports.length > 1) board.part(port)
    if (patch.phone) {
      if (patch.phone.asking) release(port, patch.phone.asking, 'done')
      await media.leavePhone({ port, channel: patch.phone.channel })
    }
    return true
  }

  return {
    /** Makes ports one. Null: done. */
    patch(patchId: string, ports: readonly string[]): PatchRefusal | null {
      const refusal = mayPatch(ports, known(ports), patched())
      if (refusal) return refusal
      if (!board.join(ports)) return 'on_the_air'
      patches.set(patchId, { patchId, ports: [...ports], phone: null })
      return null
    },
    /** Joins a caller to a port, silent until he speaks. Null: done. @throws when the exchange cannot. */
    async patchPhone({ patchId, port, callId, callChannel, talker }: PhonePatch): Promise<PatchRefusal | null> {
      const refusal = mayPatch([port, callId], [...known([port]), callId], patched())
      if (refusal) return refusal
      const epoch = board.floorOf(port).lines[port]?.epoch ?? 0
      const patch: Patch = { patchId, ports: [port], phone: null }
      patches.set(patchId, patch)
      try {
        const { channel } = await media.joinPhone({ port, epoch, callChannel })
        const never = -Infinity
        patch.phone = {
          ...{ channel, callId, talker, talks: 0, asking: null, ear: makePhoneEar() },
          ...{ heardAt: now(), othersAt: never, refusedAt: never },
        }
      } catch (error) {
        patches.delete(patchId)
        throw error
      }
      return null
    },
    phoneTalks,
    phoneHeard,
    phoneLeft,
    isPatched: (patchId: string): boolean => patches.has(patchId),
    phoneVoice(channel: string, on: boolean): void {
      for (const { patchId, phone } of patches.values()) if (phone?.channel === channel) phoneTalks(patchId, on)
    },
    part,
    /** The port is gone, and its patch with it. */
    forget(port: string): void {
      for (const { patchId, ports } of patches.values()) if (ports.includes(port)) void part(patchId).catch(() => {})
    },
    of(port: string): { patchId: string; ports: string[]; phoneCallId: string | null } | null {
      const patch = [...patches.values()].find(({ ports }) => ports.includes(port))
      return patch ? { patchId: patch.patchId, ports: patch.ports, phoneCallId: patch.phone?.callId ?? null } : null
    },
  }
}
