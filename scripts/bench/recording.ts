/**
 * A hundred answered calls, twenty at once, some of them with two agents in turn: how long after hanging up the
 * recording plays on the ticket, and whether every voice is in it for as long as it talked. Witnesses: the ward's own
 * hang-up, Asterisk's record, the vault's bytes.
 */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { DESK_TONE, losses, settle, WARD_TONE } from '../drill/parts/losses.ts'
import { withSeats } from '../drill/parts/traffic.ts'
import { celRows, secondsOnChannel, vaultBySha, writtenCalls } from '../drill/parts/witness.ts'
import { type Client, signedIn } from '../lab/client.ts'
import { type Lab, startLab } from '../lab/index.ts'
import type { Wards } from '../lab/wards.ts'
import { percentile } from './parts/figures.ts'
import { type Seats, startSeats } from './parts/seats.ts'

/** Asterisk lets go of a leg that sent no sound after three to five seconds (rtp_timeout=4 counts whole ones of the clock). */
const SILENCE_S = { least: 3, most: 5 }
const PLAYABLE_WITHIN_MS = 30_000

type Call = { from: string; seconds: number; hasTwoAgents: boolean }
type Heard = { playableMs: number; filed: boolean }

const bench: Bench = async (args) => {
  const isSmall = args.includes('--small')
  const [count, atOnce, shortest, longest] = isSmall ? [12, 6, 8, 16] : [100, 20, 10, 60]
  const lab = await startLab({ ownPostgres: true, settings: withSeats(atOnce + 6, { desk: 60 }) })
  let seats: Seats | undefined
  try {
    seats = await startSeats(lab)
    const wards = await lab.wards()
    const auditor = await signedIn(lab, 'auditor')
    const calls = Array.from({ length: count }, (_, n): Call => {
      const hasTwoAgents = n % 5 === 2
      const seconds = shortest + Math.round(((n * 37) % 100) * ((longest - shortest) / 100))
      return { from: String(67_000 + n), seconds: hasTwoAgents ? Math.max(seconds, 24) : seconds, hasTwoAgents }
    })
    const heard: Heard[] = []
    const waiting = [...calls]
    const lane = async (n: number) => {
      await wait(n * 250)
      for (let call = waiting.shift(); call; call = waiting.shift())
        heard.push(await oneCall({ lab, wards, auditor, seats: seats as Seats }, call))
    }
    await Promise.all(Array.from({ length: atOnce }, (_, n) => lane(n)))
    await settle(lab)
    let failed = 0
    await losses(lab, { placed: count, taken: count }, ({ what, holds, seen }) => {
      if (!holds) failed++
      console.log(`${holds ? '✓' : '✗'} ${what}${holds ? '' : ` ${JSON.stringify(seen)?.slice(0, 400)}`}`)
    })
    const voices = await voicesOf(lab)
    const playable = heard.map(({ playableMs }) => playableMs)
    return {
      figures: {
        calls: count,
        at_once: atOnce,
        with_two_agents: voices.filter(({ agents }) => agents > 1).length,
        playable_after_p50_ms: percentile(playable, 50),
        playable_after_p95_ms: percentile(playable, 95),
        playable_after_max_ms: Math.max(...playable),
        not_playable: heard.filter(({ filed }) => !filed).length,
        voices: voices.reduce((sum, { agents }) => sum + agents + 1, 0),
        voices_off_by_over_1_s: voices.reduce((sum, { off }) => sum + off.filter((s) => Math.abs(s) > 1).length, 0),
        voice_off_by_most_s: Math.max(...voices.flatMap(({ off }) => off.map(Math.abs))),
        proofs_failed: failed,
      },
      goals: {
        playable_after_p95_ms: { most: 3_000 },
        not_playable: { exactly: 0 },
        voices_off_by_over_1_s: { exactly: 0 },
        proofs_failed: { exactly: 0 },
        with_two_agents: { least: Math.floor(count / 5) },
      },
      notes: [
        'playable: the recording says that it is filed, and its first bytes answer 206 to somebody who may listen',
      ],
    }
  } finally {
    await seats?.stop()
    await lab.stop()
  }
}
export default bench

type Around = { lab: Lab; wards: Wards; auditor: Client; seats: Seats }

async function oneCall({ lab, wards, auditor, seats }: Around, { from, seconds, hasTwoAgents }: Call): Promise<Heard> {
  const campus = Number(from) % 2 === 0 ? 'old' : 'new'
  const dialled = `8${campus === 'old' ? 0 : 1}0${1 + (Number(from) % 4)}`
  const call = await wards.placeCall({ campus, dialled, from, play: WARD_TONE, forSeconds: seconds })
  call.answered.catch(() => undefined)
  const row = await untilThere(async () => {
    const [found] = await lab.query<{ id: string; station: string }>(
      `select r.id, g.station from calls k join recordings r on r.call_id = k.id
         join call_legs g on g.call_id = k.id and g.side = 'agent' and g.answered_at is not null where k.ani = $1`,
      [from],
    )
    return found
  })
  if (hasTwoAgents && row) {
    await wait(3_000)
    seats.goDead(row.station)
  }
  await call.ended
  const over = performance.now()
  if (!row) return { playableMs: Number.NaN, filed: false }
  while (performance.now() - over < PLAYABLE_WITHIN_MS) {
    const { state } = await auditor.get<{ state: string }>(`/api/recordings/${row.id}`)
    if (state === 'filed' && (await isPlayable(auditor, row.id)))
      return { playableMs: performance.now() - over, filed: true }
    await wait(50)
  }
  return { playableMs: PLAYABLE_WITHIN_MS, filed: false }
}

async function isPlayable({ url, cookie }: Client, id: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/recordings/${id}/audio`, { headers: { cookie, range: 'bytes=0-4095' } })
  await answer.arrayBuffer()
  return answer.status === 206
}

async function untilThere<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await ask()
    if (found) return found
    await wait(200)
  }
  return undefined
}

/** By how many seconds each call's voices differ from their talk: the caller's, then the agents' together. */
async function voicesOf(lab: Lab): Promise<{ agents: number; off: number[] }[]> {
  const celFile = join(lab.varDir, 'pbx/log/cel-custom/cel.jsonl')
  const written = writtenCalls(await celRows({ settings: lab.settings, celFile }))
  const vault = await vaultBySha(join(lab.varDir, 'vault'))
  const rows = await lab.query<{ root: string; sha: string | null }>(
    `select k.root_uniqueid as root, encode(r.sha256, 'hex') as sha from calls k join recordings r on r.call_id = k.id`,
  )
  return rows.map(({ root, sha }) => {
    const legs = [...(written.get(root)?.talk.values() ?? [])]
    const bytes = vault.get(sha ?? '')
    const talk = legs.reduce((sum, leg) => sum + leg.seconds, 0)
    if (!bytes) return { agents: legs.length, off: [talk] }
    // The caller is recorded from the notice on: more than the talk is right, less is not. A dead phone said nothing.
    const caller = Math.min(0, secondsOnChannel(bytes, 0, WARD_TONE) - talk)
    const lost = Math.max(0, legs.length - 1)
    const heard = secondsOnChannel(bytes, 1, DESK_TONE)
    const [least, most] = [talk - SILENCE_S.most * lost, talk - SILENCE_S.least * lost]
    return { agents: legs.length, off: [caller, heard < least ? heard - least : Math.max(0, heard - most)] }
  })
}
