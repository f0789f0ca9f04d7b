/** The process of consoles.ts. While events come it only notes the time and keeps the bytes; it reads them afterwards. */
import { WebSocket } from 'ws'
import type { Asked, Grant, Joining, Told } from './consoles.ts'

type Console = { grant: Grant; after: number; socket: WebSocket; came: { at: number; kept: Kept }[] }
/** Consoles with equal rights are sent equal bytes: they are kept once. */
type Kept = { bytes: Buffer }

let consoles: Console[] = []
let bare: WebSocket[] = []
const ages: number[] = []
const lately = new Map<string, Kept>()

process.on('message', (asked: Asked) => {
  answer(asked).then(
    (said) => process.send?.({ answer: said }),
    (error) => process.send?.({ failed: String(error) }),
  )
})
process.on('disconnect', () => process.exit())

async function answer(asked: Asked): Promise<unknown> {
  if (asked.ask === 'join') {
    consoles = await Promise.all(asked.consoles.map((one) => join(asked.url, one)))
  } else if (asked.ask === 'join-bare') {
    bare = await Promise.all(Array.from({ length: asked.count }, () => joinBare(asked.url)))
  } else if (asked.ask === 'leave') {
    for (const { socket } of consoles) socket.terminate()
    return consoles.map(read)
  } else {
    for (const socket of bare) socket.terminate()
    return ages
  }
}

async function join(url: string, { cookie, grant, after }: Joining): Promise<Console> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live?after=${after}`, {
    headers: { cookie, origin: url },
    skipUTF8Validation: true,
  })
  const rights = JSON.stringify(grant)
  const came: Console['came'] = []
  socket.on('message', (bytes: Buffer) => {
    const at = Date.now()
    let kept = lately.get(rights)
    if (!kept?.bytes.equals(bytes)) {
      kept = { bytes: Buffer.from(bytes) }
      lately.set(rights, kept)
    }
    came.push({ at, kept })
  })
  await opened(socket)
  return { grant, after, socket, came }
}

async function joinBare(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  socket.on('message', (bytes: Buffer) => ages.push(Date.now() - Number(bytes.subarray(0, 13).toString())))
  await opened(socket)
  return socket
}

const opened = (socket: WebSocket) =>
  new Promise<void>((then, failed) => {
    socket.once('open', () => then())
    socket.once('error', failed)
  })

type Batch = { kind: string; after: number; upTo: number; frames: { ticket?: { campus: string; line: string } }[] }
type Read = Batch & { tickets: number; strayed: number }
const readings = new Map<Kept, Read>()

/** Every message is read once for all who were sent it; what is in it is held against the rights of those it was sent to. */
function readOnce(kept: Kept, grant: Grant): Read {
  const known = readings.get(kept)
  if (known) return known
  const batch = JSON.parse(kept.bytes.toString()) as Batch
  const tickets = (batch.frames ?? []).flatMap(({ ticket }) => ticket ?? [])
  const { role, campus, line } = grant
  const may = (ticket: { campus: string; line: string }) =>
    role !== 'engineer' && (campus ?? ticket.campus) === ticket.campus && (line ?? ticket.line) === ticket.line
  const read = { ...batch, tickets: tickets.length, strayed: tickets.filter((ticket) => !may(ticket)).length }
  readings.set(kept, read)
  return read
}

function read({ grant, after, came }: Console): Told {
  const told: Told = {
    seesAll: grant.campus === null && grant.role !== 'engineer',
    held: after,
    batches: [],
    gaps: 0,
    frames: 0,
    strayed: 0,
  }
  for (const { at, kept } of came) {
    const batch = readOnce(kept, grant)
    if (batch.kind !== 'frames') continue
    if (batch.after !== told.held) told.gaps++
    told.held = batch.upTo
    told.batches.push({ upTo: batch.upTo, at })
    told.frames += batch.tickets
    told.strayed += batch.strayed
  }
  return told
}
