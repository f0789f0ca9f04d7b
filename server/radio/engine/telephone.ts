/**
 * A caller on the telephone joined to a port, while the agent who joined him talks with him: apart at once when the call
 * ends (the exchange says so), within a second when the agent is in it no more.
 */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../access/index.ts'
import { callerOn } from '../../calls/index.ts'
import { clock, type Db } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import { endPatch, type PortRow, savePatch } from '../ports/store.ts'
import type { RadioEngine } from './engine.ts'
import type { Keeper, Work } from './keeper.ts'

const LOOK_MS = 1_000

type PhoneParts = { db: Db; engine: RadioEngine; commit: (work: Work) => Promise<unknown>; keeper: Keeper }
type Joined = { port: string; callId: string; personId: string; uniqueid: string }

export function makePhones({ db, engine, commit, keeper }: PhoneParts) {
  const joined = new Map<string, Joined>()
  const timer = setInterval(() => {
    for (const [patchId, one] of joined) void look(patchId, one).catch(() => undefined)
  }, LOOK_MS)
  timer.unref()

  /** Nobody speaks on the air unsupervised. While the database is away, the end of the call alone parts them. */
  async function look(patchId: string, { port, callId, personId, uniqueid }: Joined): Promise<void> {
    if (engine.isPatched(patchId)) {
      const caller = await callerOn(db, callId, personId)
      if (caller?.uniqueid === uniqueid || !joined.has(patchId)) return
      await engine.part(patchId).catch(() => undefined)
    }
    if (!joined.delete(patchId)) return
    keeper.keep(async (tx) => {
      await endPatch(tx, patchId, null)
      return [{ type: 'radio.parted', patchId, ports: [port], at: await clock(tx) }]
    })
  }

  return {
    /** @throws Refusal when it is not this agent's call of now, or the port cannot be joined */
    async join(actor: Actor, port: PortRow, callId: string): Promise<string> {
      const { personId } = actor
      const caller = await callerOn(db, callId, personId)
      if (!caller) throw new Refusal('call-not-yours-now', { callId })
      const { uniqueid } = caller
      const patchId = randomUUID()
      const why = await engine.patchPhone({
        patchId,
        port: port.port,
        callId,
        callChannel: uniqueid,
        talker: { kind: 'phone', name: caller.number, unit: null, personId: null, how: null, confidence: 100 },
      })
      if (why) throw new Refusal('ports-not-patched', { why })
      try {
        await commit(async (tx) => {
          await savePatch(tx, { patchId, portIds: [port.id], callId, byId: personId })
          return [{ type: 'radio.patched', patchId, ports: [port.port], at: await clock(tx), byId: personId }]
        })
      } catch (error) {
        await engine.part(patchId).catch(() => undefined)
        throw error
      }
      joined.set(patchId, { port: port.port, callId, personId, uniqueid })
      return patchId
    },
    /** Somebody parted them by hand, and wrote it down. */
    parted: (patchId: string): void => void joined.delete(patchId),
    stop: () => clearInterval(timer),
  }
}
