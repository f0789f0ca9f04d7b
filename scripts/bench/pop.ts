/**
 * Real calls ring in Chromium while a hundred others talk. One clock, this machine's: Asterisk's own time of the channel
 * it makes for the agent's phone (just before it sends the INVITE), the INVITE's bytes on the browser's socket, the paint
 * in the page. Beside it: our live frame against a bare AMI listener that hears the same AgentCalled.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { onReachableNetwork } from '../../softphone-console/tests/browser.ts'
import type { Bench } from '../bench.ts'
import { withSeats } from '../drill/parts/traffic.ts'
import { Ami, type AmiMessage } from '../lab/ami.ts'
import { signedIn } from '../lab/client.ts'
import { type Lab, startLab } from '../lab/index.ts'
import type { PlacedCall } from '../lab/wards.ts'
import { percentile } from './parts/figures.ts'
import { openScreens, type Screens } from './parts/screens.ts'
import { type Seats, startSeats } from './parts/seats.ts'

const PER_SECOND = 5
/** So long a pop is on the screen before its ward hangs up; and so long a ward waits that nobody ever saw. */
const SEEN_FOR_MS = 100
const GIVES_UP_S = 12

const bench: Bench = async (args) => {
  const isSmall = args.includes('--small')
  const asked = (name: string, usual: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? usual)
  const calls = asked('calls', isSmall ? 30 : 200)
  const live = asked('live', isSmall ? 10 : 100)
  const agents = asked('screens', isSmall ? 3 : 4)
  onReachableNetwork()
  const lab = await startLab({
    ownPostgres: true,
    settings: withSeats(live, { desk: 60 }),
  })
  let seats: Seats | undefined
  let screens: Screens | undefined
  const ends: (() => void)[] = []
  try {
    seats = await startSeats(lab, { quiet: true })
    const wards = await lab.wards()
    const numbers = await lab.query<{ number: string }>(
      `select number from numbers where realm = 'new' and kind = 'ward' order by number limit $1`,
      [live + calls],
    )
    const dialled = (n: number) => `810${1 + (n % 4)}`
    const ring = (n: number, forSeconds: number) =>
      wards.placeCall({
        campus: 'new',
        dialled: dialled(n),
        from: numbers[n]?.number ?? '',
        play: 1_000,
        forSeconds,
      })
    // The live ones come while nobody is signed in, and so are answered on desk phones.
    for (let n = 0; n < live; n++) {
      seats.ring(dialled(n), numbers[n]?.number ?? '')
      await wait(200)
    }
    await until(`${live} calls that talk`, async () => (await seats?.talking()) === live)
    const ami = await Ami.open(lab.ports.amiPort, 'reader', lab.secrets.amiReader, lab.ports.host)
    ends.push(() => ami.close())
    const heard = hearRings(ami)
    // The ward gives up soon after its pop was seen, so that few screens serve many calls.
    const ringing = new Map<string, PlacedCall>()
    screens = await openScreens(lab, agents, (leg) => {
      setTimeout(() => void ringing.get(heard.get(leg)?.from ?? '')?.hangup(), SEEN_FOR_MS)
    })
    const console = await followFrames(lab)
    ends.push(console.close)
    await wait(2_000)

    for (let n = 0; n < calls; n++) {
      const from = numbers[live + n]?.number ?? ''
      void ring(live + n, GIVES_UP_S).then((call) => {
        call.answered.catch(() => undefined)
        ringing.set(from, call)
      })
      await wait(1_000 / PER_SECOND)
    }
    await wait(GIVES_UP_S * 1_000)
    return report(
      { calls, live, agents, stillLive: await seats.talking() },
      {
        rung: [...heard.values()].filter(({ bareAt }) => bareAt > 0),
        painted: await screens.painted(),
        told: await screens.told(),
        invited: await screens.invited(),
        offered: console.offered,
        first: firstRings(ami.events),
      },
    )
  } finally {
    for (const end of ends) end()
    await screens?.close()
    await seats?.stop()
    await lab.stop()
  }
}
export default bench

type Placed = { calls: number; live: number; agents: number; stillLive: number }
/** What each witness saw: the exchange (`rung`, `first`), the pages, the browsers' sockets, a console without a page. */
type Seen = {
  rung: Ring[]
  painted: Map<string, number>
  told: Map<string, number>
  invited: Map<string, number[]>
  offered: Map<string, number>
  first: number[]
}

function report({ calls, live, agents, stillLive }: Placed, seen: Seen): Awaited<ReturnType<Bench>> {
  const { rung, painted, told, invited, first } = seen
  const after = (times: Map<string, number>, from: (ring: Ring) => number) =>
    rung.flatMap((ring) => (times.has(ring.leg) ? [(times.get(ring.leg) as number) - from(ring)] : []))
  const paints = after(painted, ({ madeAt }) => madeAt)
  const behind = after(seen.offered, ({ bareAt }) => bareAt)
  const wire = rung.flatMap(({ from, madeAt }) => {
    const at = invited.get(from)?.find((one) => one >= madeAt - 5)
    return at === undefined ? [] : [at - madeAt]
  })
  const legs = rung.length
  return {
    figures: {
      calls_placed: calls,
      calls_live: stillLive,
      screens: agents,
      legs_rung: legs,
      pops_painted: paints.length,
      rung_and_not_painted: legs - paints.length,
      invite_to_paint_p50_ms: percentile(paints, 50),
      invite_to_paint_p95_ms: percentile(paints, 95),
      invite_to_paint_p99_ms: percentile(paints, 99),
      ...stage(
        'made_to_dialled',
        rung.map((ring) => ring.dialledAt - ring.madeAt),
      ),
      ...stage('made_to_invite_in_browser', wire),
      ...stage(
        'made_to_bare_ami',
        rung.map((ring) => ring.bareAt - ring.madeAt),
      ),
      ...stage(
        'bare_ami_to_page_told',
        after(told, ({ bareAt }) => bareAt),
      ),
      ...stage(
        'page_told_to_painted',
        after(painted, ({ leg }) => told.get(leg) ?? Number.NaN),
      ),
      frame_behind_bare_ami_p50_ms: percentile(behind, 50),
      frame_behind_bare_ami_p95_ms: percentile(behind, 95),
      frames_compared: behind.length,
      first_ring_p50_ms: percentile(first, 50),
      first_ring_p95_ms: percentile(first, 95),
    },
    goals: {
      invite_to_paint_p95_ms: { most: 200 },
      invite_to_paint_p99_ms: { most: 400 },
      frame_behind_bare_ami_p95_ms: { most: 15 },
      first_ring_p95_ms: { most: 2_500 },
      pops_painted: { least: Math.floor(calls * 0.95) },
      calls_live: { least: live },
    },
    notes: [
      'Asterisk twice, server, database, Chromium and the live calls share this machine’s cores; those who talk in the live calls are mostly silent',
      'invite: Asterisk’s time of Newchannel for the agent’s phone, just before it is dialled',
      'made, dialled: Newchannel and DialBegin by Asterisk’s clock; told: the pop’s words in the page; Chromium runs behind the desk (nice)',
      'first ring: the ward’s channel made → the agent’s phone rings; calls that waited for an agent are left out',
    ],
  }
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await ask()); await wait(200))
    if (Date.now() > end) throw new Error(`waited a minute in vain for ${what}`)
}

const atMs = (event: AmiMessage | undefined): number => Number(event?.Timestamp) * 1_000
const isBrowser = (event: AmiMessage): boolean => /^PJSIP\/b\d/.test(event.Channel ?? '')

const stage = (name: string, values: number[]): Record<string, number> => {
  const known = values.filter(Number.isFinite)
  return { [`${name}_p50_ms`]: percentile(known, 50), [`${name}_p95_ms`]: percentile(known, 95) }
}

/** A browser that is rung: `madeAt` and `dialledAt` by Asterisk's clock, `bareAt` when a bare listener heard of it. */
type Ring = { leg: string; from: string; madeAt: number; dialledAt: number; bareAt: number }

/** Follows every leg made for a browser, by its channel; one that was never rung has no `bareAt`. */
function hearRings(ami: Ami): Map<string, Ring> {
  const rings = new Map<string, Ring>()
  ami.on('event', (event: AmiMessage) => {
    if (event.Event === 'Newchannel' && isBrowser(event))
      rings.set(event.Uniqueid ?? '', {
        leg: event.Uniqueid ?? '',
        from: '',
        madeAt: atMs(event),
        dialledAt: 0,
        bareAt: 0,
      })
    const ring = rings.get(event.DestUniqueid ?? '')
    if (!ring) return
    if (event.Event === 'DialBegin') ring.dialledAt = atMs(event)
    if (event.Event === 'AgentCalled') Object.assign(ring, { bareAt: Date.now(), from: event.CallerIDNum ?? '' })
  })
  return rings
}

/** Milliseconds from the ward's channel to the first ringing browser, of those who found somebody free. */
function firstRings(events: AmiMessage[]): number[] {
  const wards = new Map(
    events
      .filter((one) => one.Event === 'Newchannel' && one.Context === 'from-new')
      .map((one) => [one.Uniqueid ?? '', atMs(one)]),
  )
  const queued = new Map<string, number>()
  const rings = new Map<string, number>()
  for (const event of events) {
    if (event.Event === 'QueueCallerJoin') queued.set(event.Uniqueid ?? '', atMs(event))
    const isRinging = event.Event === 'Newstate' && isBrowser(event) && event.ChannelStateDesc === 'Ringing'
    const ward = event.Linkedid ?? ''
    if (isRinging && wards.has(ward) && !rings.has(ward)) rings.set(ward, atMs(event))
  }
  const WAITED_MS = 600
  return [...rings].flatMap(([ward, at]) =>
    at - (queued.get(ward) ?? 0) > WAITED_MS ? [] : [at - (wards.get(ward) ?? 0)],
  )
}

/** A console without a screen: when each offer's frame came, by the leg that is rung. */
async function followFrames(lab: Lab): Promise<{ offered: Map<string, number>; close: () => void }> {
  const { url, cookie } = await signedIn(lab, 'auditor')
  const [head] = await lab.query<{ seq: number }>('select max(seq)::int as seq from journal')
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live?after=${head?.seq}`, {
    headers: { cookie, origin: url },
  })
  const offered = new Map<string, number>()
  socket.on('message', (data: Buffer) => {
    const now = Date.now()
    const said = JSON.parse(data.toString()) as {
      kind: string
      frames?: { type: string; call?: { legUniqueid: string } }[]
    }
    for (const { type, call } of said.frames ?? [])
      if (type === 'call.offered' && call && !offered.has(call.legUniqueid)) offered.set(call.legUniqueid, now)
  })
  await new Promise((open, failed) => {
    socket.once('open', open)
    socket.once('error', failed)
  })
  return { offered, close: () => socket.terminate() }
}
