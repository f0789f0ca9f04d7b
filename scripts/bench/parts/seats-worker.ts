/** Runs in a worker: see seats.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { DESK_TONE, WARD_TONE } from '../../drill/parts/losses.ts'
import { SipPhone } from '../../lab/phones/sip-phone.ts'

export type SeatsWish = {
  server: { host: string; port: number }
  seats: { station: string; password: string }[]
  afterMs: number
  /** They listen more than they speak, and send next to nothing meanwhile, as phones that suppress silence do. */
  quiet: boolean
}

const DEAD_MS = 15_000
const { server, seats, afterMs, quiet } = workerData as SeatsWish
const phones: SipPhone[] = []
for (const [n, { station, password }] of seats.entries()) {
  const phone = await SipPhone.open({
    server,
    station,
    password,
    tone: DESK_TONE,
    // Each stream starts far behind the one before: what a recorder on the wrong channel goes deaf to.
    firstSeq: (60_000 - n * 7_919) & 0xffff,
    afterMs,
  })
  const status = await phone.register(3_600)
  if (status !== 200) throw new Error(`${station} could not register: ${status}`)
  phones.push(phone)
}
const ward = await SipPhone.open({ server, address: '127.0.0.12', tone: WARD_TONE })
parentPort?.on('message', ({ ask, station, dialled, from }: Ask) => {
  if (ask === 'ring') return void ward.call(dialled ?? '', { from: `<sip:${from}@127.0.0.12>` })
  const asked = phones.filter((phone) => ask === 'talking' || phone.options.station === station)
  const talking = asked.flatMap((phone) => phone.calls).filter((call) => call.state === 'talking')
  if (ask === 'talking') return void parentPort?.postMessage(talking.length)
  for (const call of talking) call.sound.mute = true
  for (const phone of asked) {
    phone.onRing = 480
    setTimeout(() => (phone.onRing = 'answer'), DEAD_MS)
  }
})
type Ask = { ask: 'talking' | 'dead' | 'ring'; station?: string; dialled?: string; from?: string }

// Well under the three seconds after which Asterisk's rtp_timeout may take them for dead.
const SPEAKS_EVERY_MS = 1_000
const SPEAKS_FOR_MS = 60
if (quiet)
  setInterval(() => {
    const talking = [ward, ...phones].flatMap((phone) => phone.calls).filter((call) => call.state === 'talking')
    for (const call of talking) call.sound.mute = false
    setTimeout(() => {
      for (const call of talking) call.sound.mute = true
    }, SPEAKS_FOR_MS)
  }, SPEAKS_EVERY_MS)
parentPort?.postMessage('ready')
