import type { Page, Route } from 'playwright'
import type { ProposalView } from '../../server/wire/dispatch.ts'
import type { CallCard, RecordingView, TicketPage, TicketRow } from '../../server/wire/views.ts'
import { ago, call, catalogue, page, people, places, ticket, units } from './pretend/fixtures.ts'

/** A stereo recording: the caller hums low on the left, the agent answers high on the right. 8 kHz, 16 bit. */
export function twoVoices(seconds: number): Buffer {
  const frames = seconds * 8_000
  const sound = Buffer.alloc(44 + frames * 4)
  sound.write('RIFF', 0)
  sound.writeUInt32LE(36 + frames * 4, 4)
  sound.write('WAVEfmt ', 8)
  sound.writeUInt32LE(16, 16)
  sound.writeUInt16LE(1, 20)
  sound.writeUInt16LE(2, 22)
  sound.writeUInt32LE(8_000, 24)
  sound.writeUInt32LE(32_000, 28)
  sound.writeUInt16LE(4, 32)
  sound.writeUInt16LE(16, 34)
  sound.write('data', 36)
  sound.writeUInt32LE(frames * 4, 40)
  for (let n = 0; n < frames; n++) {
    const turn = Math.floor(n / 16_000) % 2
    const at = n / 8_000
    sound.writeInt16LE(turn === 0 ? Math.round(9_000 * Math.sin(at * 2_000)) : 0, 44 + n * 4)
    sound.writeInt16LE(turn === 1 ? Math.round(9_000 * Math.sin(at * 5_000)) : 0, 46 + n * 4)
  }
  return sound
}

const peaks = (voice: 0 | 1) =>
  Array.from({ length: 1_000 }, (_, n) => {
    const talks = Math.floor(n / 90) % 2 === voice && n % 11 > 1
    return talks ? 20 + ((n * 37) % 90) : 1
  })

export const recording = (but: Partial<RecordingView> = {}): RecordingView => ({
  recordingId: 'r-1',
  kind: 'call',
  callId: 'd1',
  state: 'filed',
  ms: 12_000,
  talkMs: 12_000,
  findings: [],
  startedAt: ago(700),
  filedAt: ago(500),
  mayListen: true,
  ...but,
})

const heard = (callId: string, seconds: number, but: Partial<CallCard> = {}): CallCard =>
  call(callId, {
    state: 'ended',
    outcome: 'answered',
    arrivedAt: ago(seconds),
    answeredAt: ago(seconds - 12),
    endedAt: ago(seconds - 200),
    waitedMs: 12_000,
    talkMs: 188_000,
    agent: people.lin,
    ticketId: 't-0143',
    ticketNumber: '0143',
    recording: recording({ callId }),
    ...but,
  })

/** A ticket with everything on it: three calls, four states of a recording, and a story. */
export function fullTicket(): TicketPage {
  const row = ticket('0143', '护士站标签打印机卡纸，发药停住', {
    urged: 1,
    assignee: people.sun,
    categoryId: 'k3',
    version: 7,
    reportedAt: ago(3_300),
  })
  return {
    ...page(row),
    notes: '已请药房先手写标签。\n备机在 2 层机房。',
    confirmedCategoryId: 'k3',
    respondedAt: ago(2_900),
    calls: [
      { ...heard('d1', 3_300), relation: 'opened', recordings: [recording()] },
      {
        ...heard('d2', 1_500, { talkMs: 80_000 }),
        relation: 'urge',
        recordings: [
          recording({
            recordingId: 'r-2',
            callId: 'd2',
            state: 'short',
            ms: 7_000,
            talkMs: 9_400,
            findings: [{ kind: 'short', side: 'agent', ms: 2_400 }],
            startedAt: ago(1_480),
          }),
        ],
      },
      {
        ...heard('d3', 600),
        relation: 'urge',
        recordings: [
          recording({
            recordingId: 'r-3',
            callId: 'd3',
            state: 'missing',
            ms: null,
            filedAt: null,
            startedAt: ago(590),
          }),
        ],
      },
      {
        ...heard('d4', 120, { state: 'talking', endedAt: null, talkMs: null }),
        relation: 'urge',
        recordings: [
          recording({
            recordingId: 'r-4',
            callId: 'd4',
            state: 'recording',
            ms: null,
            talkMs: null,
            filedAt: null,
            startedAt: ago(100),
          }),
        ],
      },
    ],
    timeline: [
      { at: ago(600), kind: 'urged', by: people.lin, callId: 'd3', body: { callId: 'd3' } },
      { at: ago(2_900), kind: 'take', by: people.sun, body: { from: 'unassigned', to: 'in_progress' } },
      { at: ago(2_950), kind: 'note', by: people.he, body: { text: '药房确认可以先手写标签，等备机。' } },
      {
        at: ago(3_100),
        kind: 'changed',
        by: people.lin,
        body: { version: 3, fields: { impact: [3, 2], categoryId: [null, 'k3'], placeId: [null, 'p-b'] } },
      },
      { at: ago(3_290), kind: 'call.answered', by: people.lin, callId: 'd1', body: { waitedMs: 12_000 } },
      { at: ago(3_300), kind: 'opened', by: people.lin, body: { source: 'call' } },
    ],
  }
}

export const manyTickets = (): TicketRow[] => [
  ticket('0143', '护士站标签打印机卡纸，发药停住', { urged: 1, assignee: people.sun, priority: 2 }),
  ticket('0128', '放射科登记台打不开 PACS', {
    priority: 1,
    campus: 'old',
    place: places.radiology,
    urged: 2,
    assignee: null,
    state: 'unassigned',
    reportedAt: ago(5_400),
  }),
  ticket('0131', '', {
    place: null,
    state: 'unassigned',
    assignee: null,
    priority: 4,
    repeat: true,
    contactNumber: '62230',
  }),
  ticket('0120', '病房空调不制冷', {
    line: 'property',
    state: 'done',
    place: places.ward7,
    campus: 'old',
    finishedAt: ago(4_000),
    reportedAt: ago(90_000),
  }),
  ticket('0119', '留言：裂隙灯电源不亮', {
    line: 'equipment',
    kind: 'voicemail',
    state: 'withdrawn',
    reportedAt: ago(180_000),
  }),
]

/** The ticket room's doors, as a pretend desk answers them: one ticket per id, versions, collisions. */
export async function answerTickets(
  tab: Page,
  tickets: TicketPage[],
): Promise<{ held: Map<string, TicketPage>; asked: string[] }> {
  const held = new Map(tickets.map((one) => [one.ticketId, one]))
  const asked: string[] = []
  const json = (route: Route, body: unknown, status = 200) => route.fulfill({ status, json: body })

  await tab.route(/\/api\/tickets\/[^/?]+(\/\w+)?$/, async (route) => {
    const request = route.request()
    const [, id = '', act] = /\/api\/tickets\/([^/?]+)\/?(\w+)?$/.exec(request.url()) ?? []
    const one = held.get(id)
    if (!one) return json(route, { code: 'not-found', message: '' }, 404)
    if (act === 'proposal') return json(route, nobodyFits(id))
    if (request.method() === 'GET') return json(route, one)
    const body = (request.postDataJSON() ?? {}) as Record<string, unknown>
    asked.push(`${request.method()} ${act ?? 'change'} ${JSON.stringify(body)}`)
    if (!act && body.version !== one.version) return json(route, { code: 'ticket-changed-meanwhile', message: '' }, 409)
    const { version: _, placeId, unitId, impact, urgency, ...plain } = body
    const state =
      act === 'done' ? 'done' : act === 'withdraw' ? 'withdrawn' : act === 'take' ? 'in_progress' : one.state
    const next = {
      ...one,
      ...(act ? {} : plain),
      ...(placeId !== undefined && { place: Object.values(places).find((place) => place.id === placeId) ?? null }),
      ...(unitId !== undefined && { unit: Object.values(units).find((unit) => unit.id === unitId) ?? null }),
      ...(impact !== undefined && { reportedImpact: impact }),
      ...(urgency !== undefined && { reportedUrgency: urgency }),
      state,
      version: one.version + 1,
    } as TicketPage
    held.set(id, next)
    return json(route, next)
  })
  await tab.route(/\/api\/tickets(\?|$)/, (route) => json(route, { items: manyTickets(), next: 'more' }))
  await tab.route(/\/api\/calls(\?|$)/, (route) =>
    json(route, {
      items: [
        heard('d1', 720),
        heard('d3', 2_700, { ticketId: null, ticketNumber: null, recording: recording({ state: 'missing' }) }),
        heard('d5', 4_000, {
          outcome: 'abandoned',
          agent: null,
          talkMs: null,
          ticketId: null,
          callbackId: 'b1',
          recording: null,
          recovered: true,
        }),
      ],
      next: null,
    }),
  )
  await tab.route(/\/api\/calls\/d\d$/, (route) => json(route, { ...heard('d1', 720), recordings: [recording()] }))
  await tab.route('**/api/search?*', (route) =>
    json(route, {
      places: Object.values(places),
      units: Object.values(units),
      people: Object.values(people),
      numbers: [],
      tickets: [],
    }),
  )
  await tab.route('**/api/recordings/*/peaks', (route) => json(route, { left: peaks(0), right: peaks(1) }))
  await tab.route('**/api/recordings/*/audio', (route) => {
    const sound = twoVoices(12)
    const range = /bytes=(\d+)-(\d*)/.exec(route.request().headers().range ?? '')
    asked.push(`GET audio ${range?.[0] ?? 'whole'}`)
    if (!range) return route.fulfill({ body: sound, contentType: 'audio/wav', headers: { 'accept-ranges': 'bytes' } })
    const from = Number(range[1])
    const to = range[2] ? Number(range[2]) : sound.length - 1
    return route.fulfill({
      status: 206,
      body: sound.subarray(from, to + 1),
      contentType: 'audio/wav',
      headers: { 'accept-ranges': 'bytes', 'content-range': `bytes ${from}-${to}/${sound.length}` },
    })
  })
  return { held, asked }
}

const nobodyFits = (ticketId: string): ProposalView => ({
  ...{ ticketId, at: new Date().toISOString(), mode: 'proposed', versionId: null, nextAt: null },
  ...{ candidates: [], excluded: [], offers: [], people: [], crews: [], places: [] },
})

/** Categories on two levels, so that the pick has something to rank, filter and fold. */
export const twoLevels: typeof catalogue = {
  ...catalogue,
  categories: [
    ...[
      ['hw', '硬件', 'Hardware'],
      ['sw', '软件', 'Software'],
    ].map(([id = '', zh = '', en = '']) => ({
      id,
      code: id,
      line: 'it',
      parentId: null,
      zh,
      en,
      needsIp: false,
      retired: false,
    })),
    ...[
      ['k0', '护士站软件', 'Nursing station', 'sw'],
      ['k1', '医生站软件', 'Doctor’s station', 'sw'],
      ['k2', '叫号软件', 'Queue calling', 'sw'],
      ['k3', '打印机', 'Printer', 'hw'],
      ['k4', '网络', 'Network', 'hw'],
      ['k5', '电脑', 'PC', 'hw'],
      ['k6', '叫号屏硬件', 'Queue display', 'hw'],
      ['k7', '门诊收费', 'Outpatient billing', 'sw'],
      ['k8', '住院收费', 'Inpatient billing', 'sw'],
      ['k9', '检验', 'Laboratory', 'sw'],
    ].map(([id = '', zh = '', en = '', parentId = '']) => ({
      id,
      code: `it-${id}`,
      line: 'it',
      parentId,
      zh,
      en,
      needsIp: parentId === 'sw',
      retired: false,
    })),
  ],
}
