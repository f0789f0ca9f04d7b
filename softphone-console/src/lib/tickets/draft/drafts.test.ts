import t from 'tap'
import type { Frame, TicketChange, TicketPage } from '../../wire.ts'
import { Drafts, type Outside } from './drafts.ts'

const aPage = (but: Partial<TicketPage> = {}): TicketPage =>
  ({
    ticketId: 't1',
    version: 1,
    what: '',
    notes: '',
    kind: 'incident',
    line: 'it',
    place: null,
    unit: null,
    reporter: null,
    reportedImpact: 3,
    reportedUrgency: 3,
    calls: [],
    ...but,
  }) as TicketPage

/** A desk far away: one ticket per id, versions, and a switch that cuts the wire. */
function aDesk() {
  const tickets = new Map<string, TicketPage>([
    ['t1', aPage()],
    ['t2', aPage({ ticketId: 't2' })],
  ])
  const timers: (() => void)[] = []
  const kept = new Map<string, string>()
  const desk = {
    cut: false,
    tickets,
    written: [] as TicketChange[],
    tick: async () => {
      for (const work of timers.splice(0)) work()
      await new Promise((done) => setImmediate(done))
    },
  }
  const outside: Outside = {
    read: async (id) => {
      if (desk.cut) throw new TypeError('fetch failed')
      return tickets.get(id) as TicketPage
    },
    write: async (id, { version, ...change }) => {
      if (desk.cut) throw new TypeError('fetch failed')
      const held = tickets.get(id) as TicketPage
      if (held.version !== version)
        throw Object.assign(new Error('changed'), { code: 'ticket-changed-meanwhile', status: 409 })
      desk.written.push({ version, ...change })
      const page = { ...held, ...change, version: version + 1 } as TicketPage
      tickets.set(id, page)
      return page
    },
    now: () => '2026-11-19T06:09:00Z',
    storage: {
      getItem: (k) => kept.get(k) ?? null,
      setItem: (k, v) => void kept.set(k, v),
      removeItem: (k) => void kept.delete(k),
    },
    later: (_ms, work) => {
      timers.push(work)
      return () => {
        const at = timers.indexOf(work)
        if (at >= 0) timers.splice(at, 1)
      }
    },
  }
  return { desk, outside }
}

t.test('text is saved after a pause in typing, once', async (t) => {
  const { desk, outside } = aDesk()
  const drafts = new Drafts(outside)
  await drafts.open('t1')
  for (const what of ['打', '打印', '打印机']) drafts.type('t1', 'what', what)
  await desk.tick()
  t.same(desk.written, [{ version: 1, what: '打印机' }])
  t.notOk(drafts.unsaved)
})

t.test('a second call popping overwrites nothing: each ticket has its own draft', async (t) => {
  const { outside } = aDesk()
  const drafts = new Drafts(outside)
  await drafts.open('t1')
  drafts.type('t1', 'what', '打印机')
  await drafts.open('t2')
  drafts.type('t2', 'what', '网络')
  t.equal(drafts.of('t1')?.typed.what, '打印机')
  t.equal(drafts.of('t2')?.typed.what, '网络')
})

t.test('text typed while the server is away outlives a reload and is saved when it comes back', async (t) => {
  const { desk, outside } = aDesk()
  const before = new Drafts(outside)
  await before.open('t1')
  desk.cut = true
  before.type('t1', 'what', '叫号屏黑屏')
  t.notOk(await before.save('t1'))
  t.match(before.of('t1'), { why: 'unreachable', unsavedSince: '2026-11-19T06:09:00Z' })

  desk.cut = false
  const after = new Drafts(outside)
  await after.open('t1')
  await desk.tick()
  t.equal(desk.tickets.get('t1')?.what, '叫号屏黑屏')
})

t.test('a collision on other fields is settled without asking', async (t) => {
  const { desk, outside } = aDesk()
  const drafts = new Drafts(outside)
  await drafts.open('t1')
  drafts.type('t1', 'what', '打印机')
  desk.tickets.set('t1', aPage({ notes: '同事写的', version: 9 }))
  t.ok(await drafts.save('t1'))
  t.match(desk.tickets.get('t1'), { what: '打印机', notes: '同事写的', version: 10 })
})

t.test('a collision on the same field waits for a choice, then saves it', async (t) => {
  const { desk, outside } = aDesk()
  const drafts = new Drafts(outside)
  await drafts.open('t1')
  drafts.type('t1', 'what', '打印机')
  desk.tickets.set('t1', aPage({ what: '网络', version: 9 }))
  t.notOk(await drafts.save('t1'))
  t.match(drafts.of('t1')?.clash, { what: { yours: '打印机', theirs: '网络' } })
  drafts.choose('t1', 'what', 'yours')
  await desk.tick()
  t.equal(desk.tickets.get('t1')?.what, '打印机')
})

/** A ticket's page with its one call, whose recording is in this state. */
const aRecorded = (state: 'recording' | 'filing' | 'filed', version = 1) =>
  aPage({
    version,
    calls: [{ callId: 'c1', recordings: [{ recordingId: 'r1', callId: 'c1', state, mayListen: true }] }] as never,
  })
const filed = {
  subject: 'recording',
  type: 'recording.filed',
  recording: { recordingId: 'r1', callId: 'c1', state: 'filed', mayListen: false },
} as unknown as Frame
const shownOf = (drafts: Drafts) => drafts.page('t1')?.calls[0]?.recordings[0]

for (const what of ['read', 'written'] as const)
  t.test(`a recording filed while its ticket is ${what} stays filed, and may be played`, async (t) => {
    const { desk, outside } = aDesk()
    desk.tickets.set('t1', aRecorded('filing'))
    const drafts = new Drafts(outside)
    await drafts.open('t1')
    // the answer was written down before the recording was filed, and arrives after the news of it
    const overtaken =
      <A extends unknown[]>(door: (...given: A) => Promise<TicketPage>) =>
      async (...given: A) => {
        const answer = await door(...given)
        if (shownOf(drafts)?.state === 'filed') return answer
        desk.tickets.set('t1', aRecorded('filed', answer.version))
        drafts.hear(filed)
        return answer
      }
    outside.read = overtaken(outside.read)
    outside.write = overtaken(outside.write)
    if (what === 'written') drafts.type('t1', 'what', '打印机')
    if (what === 'written') t.ok(await drafts.save('t1'))
    else await drafts.open('t1')
    await desk.tick()
    t.match(shownOf(drafts), { state: 'filed', mayListen: true })
  })
