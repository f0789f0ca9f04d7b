/**
 * kill -9 of an agent's Chromium in mid-call, and a phone that falls silent without a word. The caller rings the same
 * agent where there still is one, then the next; every voice that spoke is kept.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { aReadySeat, onReachableNetwork, WAIT } from '../../../softphone-console/tests/browser.ts'
import type { Drill } from '../../drill.ts'
import { type Lab, startLab } from '../../lab/index.ts'
import type { SipCall, SipPhone } from '../../lab/phones/sip-phone.ts'
import type { Machine } from '../../lab/stood-still.ts'
import { watchDesk } from '../parts/console.ts'
import { DESK_TONE, losses, STILL_FROM_S, settle, stoodStill, WARD_TONE } from '../parts/losses.ts'
import { seat, startTraffic, withSeats } from '../parts/traffic.ts'
import { celRows, secondsOnChannel, vaultBySha, writtenCalls } from '../parts/witness.ts'

/** Asterisk lets go of a leg that sent no sound for so long, at most (rtp_timeout in asterisk-config/pbx). */
const SILENCE_S = 5
const GONE_MS = 6_000
const SILENT_MS = 15_000

const drill: Drill = async (report) => {
  onReachableNetwork()
  const lab = await startLab({ settings: withSeats(3) })
  try {
    const traffic = await startTraffic(lab, { answering: 0 })
    const console = await watchDesk(lab)
    const agent = await aReadySeat(lab, { tone: DESK_TONE })
    const first = await traffic.ring({ forSeconds: 30 })
    await agent.page.getByRole('button', { name: '接听' }).waitFor(WAIT)
    await agent.page.keyboard.press('F2')
    await agent.hears(WARD_TONE)
    await wait(3_000)
    const phone = await seat(lab, 0)
    const rang = nextCall(phone)
    const killed = performance.now()
    await agent.kill()
    const talk = await (await rang).until('talking')
    const tookOver = Math.round(performance.now() - killed)
    const soon = traffic.machine.within(tookOver, GONE_MS + phone.afterMs)
    report({
      what: `the browser is gone: the next station rings within ${GONE_MS / 1000} s (answered after ${tookOver} ms${soon.meanwhile})`,
      ...soon,
      seen: tookOver,
    })
    report({ what: 'the caller is still there', holds: await hears(talk, WARD_TONE) })
    await first.over

    const second = await traffic.ring({ forSeconds: 30 })
    const quiet = await (await nextCall(phone)).until('talking')
    report({ what: 'an ordinary call is answered', holds: await hears(quiet, WARD_TONE) })
    await wait(3_000)
    const other = await seat(lab, 1)
    const next = nextCall(other)
    const fell = performance.now()
    phone.die()
    const saved = await (await next).until('talking')
    const after = Math.round(performance.now() - fell)
    const later = traffic.machine.within(after, SILENT_MS + other.afterMs)
    report({
      what: `a phone falls silent: the next one rings within ${SILENT_MS / 1000} s (answered after ${after} ms${later.meanwhile})`,
      ...later,
      seen: after,
    })
    report({ what: 'the caller is still there', holds: await hears(saved, WARD_TONE) })
    await second.over
    await traffic.allOver()
    await settle(lab)
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, console }, report)
    console.close()
    const uneven = await voicesNotKept(lab, traffic.machine)
    report({
      what: 'L4 the caller is on the left throughout, both who spoke on the right, less only the silence',
      holds: uneven.length === 0,
      seen: uneven,
    })
    phone.close()
    other.close()
    await traffic.stop()
  } finally {
    await lab.stop()
  }
}
export default drill

const nextCall = (phone: SipPhone): Promise<SipCall> => phone.nextCall(30_000)

async function hears(call: SipCall, hertz: number): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    if (call.sound.hears().includes(hertz)) return true
    await wait(100)
  }
  return false
}

/**
 * Calls whose recording holds less of a voice than was spoken. A leg that died spoke until its last seconds; what the
 * machine stood still for nobody spoke, and the desk may call it short.
 */
async function voicesNotKept(lab: Lab, machine: Machine): Promise<unknown[]> {
  const written = writtenCalls(await celRows({ settings: lab.settings, celFile: lab.file().paths.cel ?? '' }))
  const vault = await vaultBySha(lab.file().paths.vault ?? '')
  const rows = await lab.query<{ root: string; state: string; sha: string }>(
    `select k.root_uniqueid as root, r.state, encode(r.sha256, 'hex') as sha from calls k join recordings r on r.call_id = k.id`,
  )
  return rows.flatMap(({ root, state, sha }): unknown[] => {
    const bytes = vault.get(sha)
    const call = written.get(root)
    const legs = [...(call?.talk.values() ?? [])]
    if (!call || !bytes || legs.length < 2) return [{ root, state, legs: legs.length, inVault: Boolean(bytes) }]
    const talk = legs.reduce((sum, leg) => sum + leg.seconds, 0)
    const caller = secondsOnChannel(bytes, 0, WARD_TONE, 20)
    const desk = secondsOnChannel(bytes, 1, DESK_TONE, 20)
    const still = stoodStill(machine, call)
    const lost = SILENCE_S * (legs.length - 1)
    const isSaid = state === 'filed' || (state === 'short' && still >= STILL_FROM_S)
    const isWhole = caller >= talk - 1 - still && desk >= talk - lost - 1 - legs.length - still
    return isWhole && isSaid ? [] : [{ root, state, talk, still, caller, desk }]
  })
}
