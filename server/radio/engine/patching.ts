/**
 * Patches that people ask for, made in the engine and written down. A caller on the telephone is joined only while the
 * agent who joined him talks with him: apart at once when the call ends (Asterisk says so), within a second when the agent
 * is in it no more.
 */
import type { Actor } from '../../access/index.ts'
import { callerOn } from '../../calls/index.ts'
import { clock, type Db } from '../../db/index.ts'
import { every, type Repeated } from '../../every.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { PortNow } from '../../wire/radio.ts'
import { speaker } from '../hearing/ident.ts'
import { endPatch, type PortRow, readPorts, savePatch } from '../ports/store.ts'
import { allow } from '../rights.ts'
import type { RadioEngine } from './engine.ts'
import type { Keeper, Work } from './keeper.ts'
import type { Log } from './words.ts'

/** An agent who left a call with a joined caller in it is noticed within this: until then nobody watches what goes on the air. */
const LOOK_MS = 1_000

type PatchingParts = {
  db: Db
  engine: RadioEngine
  commit: (work: Work) => Promise<unknown>
  keeper: Keeper
  log: Log
  portsNow: (organisationId: string) => PortNow[]
}
type Joined = { port: string; callId: string; personId: string; uniqueid: string }
type Made = { patchId: string; ports: string[] }

export class Patching {
  readonly #parts: PatchingParts
  readonly #joined = new Map<string, Joined>()
  readonly #looking: Repeated

  constructor(parts: PatchingParts) {
    this.#parts = parts
    this.#looking = every({
      name: 'callers on the radio',
      everyMs: LOOK_MS,
      log: parts.log,
      work: () =>
        Promise.all([...this.#joined].map(([patchId, one]) => this.#look(patchId, one).catch(() => undefined))),
    })
  }

  /** Makes ports one: each hears what the others hear. @throws Refusal */
  async joinPorts(actor: Actor, codes: readonly string[]): Promise<Made> {
    const all = await readPorts(this.#parts.db, actor.organisationId)
    const wanted = [...new Set(codes)].map((code) => all.find(({ port }) => port === code))
    const rows = wanted.filter((port) => port !== undefined)
    if (rows.length !== wanted.length || rows.length < 2) throw notFound('port')
    for (const port of rows) allow(actor, 'change', port, 'port')
    const patchId = crypto.randomUUID()
    const why = this.#parts.engine.patch(
      patchId,
      rows.map(({ port }) => port),
    )
    if (why) throw new Refusal('ports-not-patched', { why })
    return this.#save(actor, patchId, rows, null)
  }

  /**
   * Joins the caller this agent talks with to a port. @throws Refusal when it is not their call of now, or the port
   * cannot be joined
   */
  async joinCaller(actor: Actor, code: string | undefined, callId: string): Promise<Made> {
    const { db, engine } = this.#parts
    const { personId, organisationId } = actor
    const row = (await readPorts(db, organisationId)).find(({ port }) => port === code)
    if (!row) throw notFound('port')
    allow(actor, 'change', row, 'port')
    const caller = await callerOn(db, callId, personId)
    if (!caller) throw new Refusal('call-not-yours-now', { callId })
    const { uniqueid } = caller
    const { port } = row
    const patchId = crypto.randomUUID()
    const talker = speaker('phone', caller.number)
    const why = await engine.patchPhone({ patchId, port, callId, callChannel: uniqueid, talker })
    if (why) throw new Refusal('ports-not-patched', { why })
    const made = await this.#save(actor, patchId, [row], callId)
    this.#joined.set(patchId, { port, callId, personId, uniqueid })
    return made
  }

  /** Parts a patch by hand. @throws Refusal */
  async part(actor: Actor, patchId: string): Promise<{ patchId: string }> {
    const { commit, engine, portsNow } = this.#parts
    const { organisationId, personId } = actor
    const members = portsNow(organisationId).filter(({ patch }) => patch?.patchId === patchId)
    if (members.length === 0) throw notFound('patch')
    for (const { campus } of members) allow(actor, 'change', { organisationId, campus }, 'patch')
    this.#joined.delete(patchId)
    await engine.part(patchId)
    await commit(async (tx) => {
      await endPatch(tx, patchId, personId)
      const ports = members.map(({ port }) => port)
      return [{ type: 'radio.parted', patchId, ports, at: await clock(tx), byId: personId }]
    })
    return { patchId }
  }

  stop(): void {
    void this.#looking.stop()
  }

  /** A patch that cannot be written down is undone. */
  async #save({ personId: byId }: Actor, patchId: string, rows: readonly PortRow[], callId: string | null) {
    const ports = rows.map(({ port }) => port)
    try {
      await this.#parts.commit(async (tx) => {
        await savePatch(tx, { patchId, portIds: rows.map(({ id }) => id), callId, byId })
        return [{ type: 'radio.patched', patchId, ports, at: await clock(tx), byId }]
      })
    } catch (error) {
      await this.#parts.engine.part(patchId).catch(() => undefined)
      throw error
    }
    return { patchId, ports }
  }

  /** Nobody speaks on the air unsupervised. While the database is away, the end of the call alone parts them. */
  async #look(patchId: string, { port, callId, personId, uniqueid }: Joined): Promise<void> {
    const { db, engine, keeper } = this.#parts
    if (engine.isPatched(patchId)) {
      const caller = await callerOn(db, callId, personId)
      if (caller?.uniqueid === uniqueid || !this.#joined.has(patchId)) return
      await engine.part(patchId).catch(() => undefined)
    }
    if (!this.#joined.delete(patchId)) return
    keeper.keep(async (tx) => {
      await endPatch(tx, patchId, null)
      return [{ type: 'radio.parted', patchId, ports: [port], at: await clock(tx) }]
    })
  }
}
