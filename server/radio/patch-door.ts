/** Patches that stand: ports with one floor, and callers on the telephone joined to a port. */
import type { Talker } from '../wire/radio.ts'
import type { Ask } from './engine-words.ts'
import { PRIORITY } from './floor-words.ts'
import type { Board } from './floors-door.ts'
import type { Media } from './media.ts'
import { mayPatch, type PatchRefusal } from './patch.ts'

type Phone = { channel: string; callId: string; talker: Talker; talks: number; asking: string | null }
type Patch = { patchId: string; ports: string[]; phone: Phone | null }
type PatchParts = {
  board: Board
  media: Media
  ask: (port: string, wish: Ask) => void
  release: (port: string, id: string, why: 'released' | 'done') => void
}

export type PhonePatch = { patchId: string; port: string; callId: string; callChannel: string; talker: Talker }

export function makePatches({ board, media, ask, release }: PatchParts) {
  const patches = new Map<string, Patch>()
  const patched = () => [...patches.values()].flatMap(({ ports }) => ports)
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
        if (result !== 'granted' && phone.asking === id) phone.asking = null
      },
    })
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
        patch.phone = { channel, callId, talker, talks: 0, asking: null }
      } catch (error) {
        patches.delete(patchId)
        throw error
      }
      return null
    },
    phoneTalks,
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
