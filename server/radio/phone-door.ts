/** A caller on the telephone joined to a port, while the agent talks with them; apart when the call ends. */
import { randomUUID } from 'node:crypto'
import { callerOn, readCall } from '../calls/index.ts'
import { clock, type Db } from '../db/index.ts'
import type { Actor } from '../people/index.ts'
import { Refusal } from '../web/index.ts'
import type { RadioEngine } from './engine-door.ts'
import type { Keeper, Work } from './keeper-door.ts'
import { endPatch, type PortRow, savePatch } from './port-store.ts'

const LOOK_MS = 1_000

type PhoneParts = { db: Db; engine: RadioEngine; commit: (work: Work) => Promise<unknown>; keeper: Keeper }

export function makePhones({ db, engine, commit, keeper }: PhoneParts) {
  const timer = setInterval(() => void partEnded().catch(() => undefined), LOOK_MS)
  timer.unref()

  async function partEnded(): Promise<void> {
    for (const { patch, port } of engine.portsNow()) {
      if (!patch?.phoneCallId) continue
      const call = await readCall(db, patch.phoneCallId)
      if (call && call.state !== 'ended') continue
      const { patchId } = patch
      await engine.part(patchId).catch(() => undefined)
      keeper.keep(async (tx) => {
        await endPatch(tx, patchId, null)
        return [{ type: 'radio.parted', patchId, ports: [port], at: await clock(tx) }]
      })
    }
  }

  return {
    /** @throws Refusal when it is not this agent's call of now, or the port cannot be joined */
    async join(actor: Actor, port: PortRow, callId: string): Promise<string> {
      const caller = await callerOn(db, callId, actor.personId)
      if (!caller) throw new Refusal('call-not-yours-now', { callId })
      const patchId = randomUUID()
      const why = await engine.patchPhone({
        patchId,
        port: port.port,
        callId,
        callChannel: caller.uniqueid,
        talker: { kind: 'phone', name: caller.number, unit: null, personId: null, how: null, confidence: 100 },
      })
      if (why) throw new Refusal('ports-not-patched', { why })
      await commit(async (tx) => {
        await savePatch(tx, { patchId, portIds: [port.id], callId, byId: actor.personId })
        return [{ type: 'radio.patched', patchId, ports: [port.port], at: await clock(tx), byId: actor.personId }]
      })
      return patchId
    },
    stop: () => clearInterval(timer),
  }
}
