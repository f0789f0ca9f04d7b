/** Patches that stand: ports that share one floor, and callers on the telephone joined to a port. */
import type { Talker } from '../../wire/radio.ts'
import { mayPatch, type PatchRefusal } from '../floor/patch.ts'
import { Caller, type CallerParts } from './caller.ts'
import type { Board } from './floors.ts'
import type { Media } from './media.ts'

type Patch = { patchId: string; ports: readonly [string, ...string[]]; caller: Caller | null }
type PatchesParts = CallerParts & { board: Board; media: Media }

export type PhonePatch = { patchId: string; port: string; callId: string; callChannel: string; talker: Talker }

export class Patches {
  readonly #parts: PatchesParts
  readonly #patches = new Map<string, Patch>()
  /** calls that are joined, or about to be */
  readonly #calls = new Map<string, string>()

  constructor(parts: PatchesParts) {
    this.#parts = parts
  }

  /** Makes ports share one floor. Null: done. */
  patch(patchId: string, ports: readonly string[]): PatchRefusal | null {
    const refusal = mayPatch(ports, this.#known(ports), this.#taken())
    if (refusal) return refusal
    if (!this.#parts.board.join(ports)) return 'on_the_air'
    this.#patches.set(patchId, { patchId, ports: ports as Patch['ports'], caller: null })
    return null
  }

  /** Joins a caller to a port, silent until he speaks. Null: done. @throws when Asterisk cannot */
  async patchPhone({ patchId, port, callId, callChannel, talker }: PhonePatch): Promise<PatchRefusal | null> {
    const refusal = mayPatch([port, callId], [...this.#known([port]), callId], this.#taken())
    if (refusal) return refusal
    const { board, media } = this.#parts
    const epoch = board.floorOf(port).lines[port]?.epoch ?? 0
    const patch: Patch = { patchId, ports: [port], caller: null }
    this.#patches.set(patchId, patch)
    this.#calls.set(patchId, callId)
    try {
      const { channel } = await media.joinPhone({ port, epoch, callChannel })
      patch.caller = new Caller({ patchId, port, channel, callId, talker }, this.#parts)
    } catch (error) {
      this.#forget(patchId)
      throw error
    }
    if (this.#patches.get(patchId) === patch) return null
    // The port went while he was being joined: nobody would ever part him from it.
    await media.leavePhone({ port, channel: patch.caller.channel })
    return 'unknown_port'
  }

  /** 20 ms of what a joined caller's line brings. */
  phoneHeard(channel: string, at: number, samples: Int16Array): void {
    this.#with(channel)?.caller?.heard(at, samples)
  }

  /** The caller is gone, and his patch with him. */
  phoneLeft(channel: string): void {
    const patch = this.#with(channel)
    if (patch) void this.part(patch.patchId).catch(() => undefined)
  }

  /** Each port has its own floor again; a caller hears and says nothing more. False: there is no such patch. */
  async part(patchId: string): Promise<boolean> {
    const patch = this.#patches.get(patchId)
    if (!patch) return false
    this.#forget(patchId)
    const { caller, ports } = patch
    const [port] = ports
    if (ports.length > 1) this.#parts.board.part(port)
    caller?.left()
    if (caller) await this.#parts.media.leavePhone({ port, channel: caller.channel })
    return true
  }

  isPatched(patchId: string): boolean {
    return this.#patches.has(patchId)
  }

  /** The port is gone, and its patch with it. */
  portGone(port: string): void {
    for (const { patchId, ports } of [...this.#patches.values()])
      if (ports.includes(port)) void this.part(patchId).catch(() => undefined)
  }

  of(port: string): { patchId: string; ports: string[]; phoneCallId: string | null } | null {
    const patch = [...this.#patches.values()].find(({ ports }) => ports.includes(port))
    return patch ? { patchId: patch.patchId, ports: [...patch.ports], phoneCallId: patch.caller?.callId ?? null } : null
  }

  #with(channel: string): Patch | undefined {
    return [...this.#patches.values()].find(({ caller }) => caller?.channel === channel)
  }

  #forget(patchId: string): void {
    this.#patches.delete(patchId)
    this.#calls.delete(patchId)
  }

  /** Ports and calls that are in a patch: neither is in two at once. */
  #taken(): string[] {
    return [...[...this.#patches.values()].flatMap(({ ports }) => ports), ...this.#calls.values()]
  }

  #known(ports: readonly string[]): string[] {
    return this.#parts.board.groups(ports).flat()
  }
}
