import { mock } from 'node:test'
import t, { type Test } from 'tap'
import type { FromServer } from '../wire.ts'
import { LiveSocket, PROBE_MS, SILENCE_MS, type Wire } from './socket.ts'

/** The server's end of one socket. */
class Line {
  readonly after: number
  readonly said: unknown[] = []
  readyState = 0
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null

  constructor(after: number) {
    this.after = after
  }
  send(text: string): void {
    this.said.push(JSON.parse(text))
  }
  close(): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.onclose?.(undefined as never)
  }
  opens(): void {
    this.readyState = 1
    this.onopen?.(undefined as never)
  }
  tells(message: FromServer): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
}

/** A socket under a clock of the test's own: silence and back-off pass at once. */
function aSocket(t: Test) {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000 })
  const lines: Line[] = []
  const heard: FromServer[] = []
  const seen = { back: 0, held: 7 }
  const socket = new LiveSocket(
    (after) => {
      const line = new Line(after)
      lines.push(line)
      return line as unknown as Wire
    },
    {
      held: () => seen.held,
      hear: (message) => {
        heard.push(message)
      },
      back: () => {
        seen.back += 1
      },
    },
  )
  const end = () => {
    socket.stop()
    mock.timers.reset()
  }
  t.teardown(end)
  return { socket, lines, heard, seen, end, pass: (ms: number) => mock.timers.tick(ms) }
}
const line = (lines: Line[], n: number): Line => lines[n] as Line

t.test('the socket asks for what comes after the number it holds', async (t) => {
  const { socket, lines, heard, end } = aSocket(t)
  socket.start()
  line(lines, 0).opens()
  line(lines, 0).tells({ kind: 'frames', after: 7, upTo: 9, frames: [] })
  t.equal(line(lines, 0).after, 7)
  t.equal(socket.state.kind, 'live')
  t.equal(socket.blindSince, null)
  t.equal(heard.length, 1)
  end()
})

t.test('a lost server is said to be lost since it was last heard, and asked for again by itself', async (t) => {
  const { socket, lines, seen, pass, end } = aSocket(t)
  socket.start()
  line(lines, 0).opens()
  const lastHeard = Date.now()
  pass(3_000)
  line(lines, 0).close()
  t.equal(socket.blindSince, lastHeard)
  pass(1_000)
  t.equal(lines.length, 2)
  line(lines, 1).close()
  t.match(socket.state, { kind: 'blind', tries: 2, since: lastHeard })
  seen.held = 12
  pass(2_000)
  t.equal(line(lines, 2).after, 12)
  line(lines, 2).opens()
  t.equal(socket.blindSince, null)
  t.equal(seen.back, 1)
  end()
})

t.test('a server that falls silent without hanging up is asked, then given up', async (t) => {
  const { socket, lines, pass, end } = aSocket(t)
  socket.start()
  line(lines, 0).opens()
  pass(SILENCE_MS + 1_000)
  t.same(line(lines, 0).said, [{ kind: 'again', after: 7 }])
  t.equal(socket.state.kind, 'live')
  pass(PROBE_MS + 1_000)
  t.equal(socket.state.kind, 'blind')
  t.equal(line(lines, 0).readyState, 3)
  end()
})

t.test('a server that answers the question is not given up', async (t) => {
  const { socket, lines, pass, end } = aSocket(t)
  socket.start()
  line(lines, 0).opens()
  pass(SILENCE_MS + 1_000)
  line(lines, 0).tells({ kind: 'frames', after: 7, upTo: 7, frames: [] })
  pass(PROBE_MS)
  t.equal(socket.state.kind, 'live')
  end()
})

t.test('a server that accepts but never opens is tried again', async (t) => {
  const { socket, lines, pass, end } = aSocket(t)
  socket.start()
  pass(PROBE_MS)
  t.equal(socket.state.kind, 'blind')
  pass(1_000)
  t.equal(lines.length, 2)
  end()
})

t.test('waiting grows, is never longer than ten seconds and a quarter, and never ends', async (t) => {
  const { socket, lines, pass, end } = aSocket(t)
  socket.start()
  for (let n = 0; n < 30; n++) {
    line(lines, n).close()
    const { state } = socket
    t.ok(state.kind === 'blind' && state.nextAt - Date.now() <= 11_250)
    pass(12_000)
    t.equal(lines.length, n + 2)
  }
  end()
})

t.test('somebody who presses "connect now" does not wait', async (t) => {
  const { socket, lines, end } = aSocket(t)
  socket.startBlind(Date.now() - 60_000)
  line(lines, 0).close()
  socket.tryNow()
  t.equal(lines.length, 2)
  t.equal(socket.blindSince, Date.now() - 60_000)
  end()
})

t.test('a message that is no message is passed over', async (t) => {
  const { socket, lines, heard, end } = aSocket(t)
  socket.start()
  line(lines, 0).opens()
  line(lines, 0).onmessage?.({ data: '{"kind":' })
  line(lines, 0).onmessage?.({ data: new ArrayBuffer(2) })
  t.same(heard, [])
  end()
})

t.test('after stopping nothing is asked any more', async (t) => {
  const { socket, lines, pass, end } = aSocket(t)
  socket.start()
  line(lines, 0).opens()
  socket.stop()
  pass(60_000)
  t.equal(lines.length, 1)
  t.equal(socket.state.kind, 'off')
  end()
})
