/** Wards that ring and desk phones that answer, each with a tone of its own, counted by themselves. */
import { setTimeout as wait } from 'node:timers/promises'
import type { PbxSettings } from '../../asterisk/index.ts'
import { phonePassword } from '../../asterisk/settings.ts'
import type { Lab } from '../../lab/index.ts'
import { type SipCall, SipPhone } from '../../lab/phones/sip-phone.ts'
import { type Machine, watchMachine } from '../../lab/stood-still.ts'
import type { PlacedCall, WardEnded, Wards } from '../../lab/wards.ts'
import { DESK_TONE, WARD_TONE } from './losses.ts'

const LINES = ['logistics', 'it', 'equipment', 'property']
const DIALLED = { old: '8001 8002 8003 8004'.split(' '), new: '8101 8102 8103 8104'.split(' ') }

/** Settings with so many desk phones, each taking every line; `queueS`: seconds a call waits at the signed-in agents. */
export const withSeats =
  (seats: number, seconds: Partial<PbxSettings['seconds']> = {}) =>
  (usual: PbxSettings): PbxSettings => ({
    ...usual,
    deskPhones: Array.from({ length: seats }, (_, n) => ({ station: seatOf(n), lines: LINES })),
    seconds: { ...usual.seconds, ...seconds },
  })
/** d8190 is the duty handset's. */
const seatOf = (n: number): string => `d${8121 + n + (8121 + n < 8190 ? 0 : 1)}`

export type Traffic = {
  placed: number
  taken: number
  answered: number
  readonly phones: SipPhone[]
  /** when the machine stood still since the traffic began */
  readonly machine: Machine
  /** seconds of voice these phones sent, by the desk's key of the call */
  spoke(): Map<string, number>
  /** one more ward rings; gives itself up after `forSeconds` from the moment Asterisk takes the call */
  ring(options?: { forSeconds?: number; from?: string }): Promise<PlacedCall & { over: Promise<WardEnded> }>
  /** so many ring, spread over both campuses and all lines, at `perSecond` */
  storm(count: number, options?: { forSeconds?: number; perSecond?: number }): Promise<void>
  /** every call placed so far is over */
  allOver(): Promise<WardEnded[]>
  stop(): Promise<void>
}

/** Registers `answering` desk phones that pick up after `afterMs`, and opens the wards. */
export async function startTraffic(
  lab: Lab,
  { answering, afterMs = 300 }: { answering: number; afterMs?: number },
): Promise<Traffic> {
  const wards: Wards = await lab.wards()
  const machine = await watchMachine()
  const phones: SipPhone[] = []
  for (let n = 0; n < answering; n++) phones.push(await seat(lab, n, { afterMs }))
  const endings: Promise<WardEnded>[] = []
  let serial = 0

  const traffic: Traffic = {
    placed: 0,
    taken: 0,
    answered: 0,
    phones,
    machine,
    spoke() {
      const seconds = new Map<string, number>()
      for (const { deskCall, spoke } of phones.flatMap((phone) => phone.calls))
        seconds.set(deskCall, (seconds.get(deskCall) ?? 0) + spoke)
      return seconds
    },
    async ring({ forSeconds = 15, from } = {}) {
      const n = serial++
      const campus = n % 2 === 0 ? 'old' : 'new'
      const call = await wards.placeCall({
        campus,
        dialled: DIALLED[campus][(n >> 1) % 4] as string,
        from: from ?? String(62_000 + (n % 900)),
        play: WARD_TONE,
        forSeconds,
      })
      traffic.placed++
      call.answered.then(
        () => traffic.taken++,
        () => undefined,
      )
      endings.push(call.ended)
      return Object.assign(call, { over: call.ended })
    },
    async storm(count, { forSeconds = 15, perSecond = 4 } = {}) {
      for (let n = 0; n < count; n++) {
        await traffic.ring({ forSeconds })
        await wait(1000 / perSecond)
      }
    },
    allOver: () => Promise.all(endings),
    async stop() {
      for (const phone of phones) phone.close()
      await machine.close()
    },
  }
  for (const phone of phones)
    phone.on('ring', (call: SipCall) => call.on('state', (state) => state === 'talking' && traffic.answered++))
  return traffic
}

/** A desk phone at its seat: registered, says its tone, and picks up. */
export async function seat(lab: Lab, n: number, { afterMs = 300, tone = DESK_TONE } = {}): Promise<SipPhone> {
  const station = seatOf(n)
  const phone = await SipPhone.open({
    server: { host: lab.settings.pbx.host, port: lab.settings.pbx.sipPort },
    station,
    password: phonePassword(lab.secrets, station),
    tone,
    // Each new stream starts far behind the one before: what a recorder on the wrong channel goes deaf to.
    firstSeq: (60_000 - n * 7_919) & 0xffff,
    afterMs,
  })
  const status = await phone.register(3_600)
  if (status !== 200) throw new Error(`${station} could not register: ${status}`)
  return phone
}
