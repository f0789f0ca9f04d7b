import type {
  AgentView,
  CallbackRow,
  CallCard,
  DeskSnapshot,
  PlaceRef,
  PopCard,
  QueueNow,
  TicketPage,
  TicketRow,
} from '../../../server/wire/views.ts'

/** A small hospital on one afternoon. Names are invented. Times are told as seconds ago, so that every timer moves. */
export const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString()

const place = (id: string, campus: string, zh: string, en: string): PlaceRef => ({
  id,
  campus,
  zh,
  en,
  noTransmit: false,
})
export const places = {
  stationB: place('p-b', 'new', '3 号楼 5 层 · 护士站 B', 'Building 3, floor 5 · nurses B'),
  lab: place('p-lab', 'new', '门诊 2 层 检验科窗口', 'Outpatients 2, laboratory desk'),
  ward7: place('p-7', 'old', '住院楼 7 层 护士站', 'Inpatients 7, nurses'),
  radiology: place('p-rad', 'old', '放射科 1 层 登记台', 'Radiology 1, reception'),
}
export const people = {
  lin: { id: 'u-lin', name: '林晓', title: null },
  he: { id: 'u-he', name: '何静', title: null },
  xu: { id: 'u-xu', name: '许悦', title: null },
  sun: { id: 'u-sun', name: '孙浩', title: '工程师' },
  wang: { id: 'u-wang', name: '王丽娟', title: '护士长' },
}
const unit = { id: 'n-1', zh: '眼底病外科', en: 'Fundus surgery' }
export const units = {
  eye: unit,
  lab: { id: 'n-lab', zh: '检验科', en: 'Laboratory' },
  pharmacy: { id: 'n-drug', zh: '药剂科', en: 'Pharmacy' },
}

export const me = {
  personId: people.lin.id,
  name: people.lin.name,
  login: 'linxiao',
  locale: 'zh-CN' as const,
  grants: [{ role: 'agent' as const, campus: null, line: null }],
  mustChangePassword: false,
  station: 'b1001',
  lines: ['logistics', 'it', 'equipment', 'property'],
  sessionId: 's1',
}

export const catalogue: DeskSnapshot['catalogue'] = {
  campuses: [
    { id: 'c1', code: 'old', zh: '老院区', en: 'Old campus', seal: 'outlined' },
    { id: 'c2', code: 'new', zh: '新院区', en: 'New campus', seal: 'solid' },
  ],
  lines: [
    { id: 'l1', code: 'logistics', zh: '总务后勤', en: 'Logistics', wrapUpSeconds: 60, ringSeconds: 20 },
    { id: 'l2', code: 'it', zh: '信息系统终端', en: 'IT and terminals', wrapUpSeconds: 60, ringSeconds: 20 },
    { id: 'l3', code: 'equipment', zh: '设备维修', en: 'Medical equipment', wrapUpSeconds: 60, ringSeconds: 20 },
    { id: 'l4', code: 'property', zh: '基建物业', en: 'Building and property', wrapUpSeconds: 60, ringSeconds: 20 },
  ],
  categories: ['护理 NIS', '医生站 HIS', '电子病历', '打印机', '网络', '电脑', '叫号屏'].map((zh, n) => ({
    id: `k${n}`,
    code: `it-${n}`,
    line: 'it',
    parentId: null,
    zh,
    en: ['Nursing NIS', 'Doctors HIS', 'Records', 'Printer', 'Network', 'PC', 'Queue display'][n] as string,
    needsIp: n < 3,
    retired: false,
  })),
  priorities: [
    [1, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
  ],
  timeZone: 'Asia/Shanghai',
}

export const agent = (
  person: typeof people.lin | typeof people.he,
  station: string,
  but: Partial<AgentView> = {},
): AgentView => ({
  person,
  station,
  state: 'ready',
  reason: null,
  since: ago(767),
  nextState: null,
  nextReason: null,
  wrapUpUntil: null,
  wrapUpCallId: null,
  phone: 'registered',
  phoneSince: ago(3_000),
  phoneWhy: null,
  ringTestedAt: ago(23_000),
  callId: null,
  callState: null,
  lines: me.lines,
  phoneSession: me.sessionId,
  ...but,
})

export const ticket = (number: string, what: string, but: Partial<TicketRow> = {}): TicketRow => ({
  ticketId: `t-${number}`,
  number,
  year: 2026,
  campus: 'new',
  line: 'it',
  kind: 'incident',
  state: 'in_progress',
  priority: 2,
  urged: 0,
  repeat: false,
  what,
  place: places.stationB,
  placeText: '',
  unit,
  reporter: people.wang,
  reporterName: '王丽娟',
  contactNumber: '62041',
  categoryId: null,
  assignee: people.lin,
  firstTaker: people.lin,
  reportedAt: ago(1_200),
  finishedAt: null,
  version: 1,
  ...but,
})

export const page = (row: TicketRow): TicketPage => ({
  ...row,
  notes: '',
  confirmedPlace: null,
  confirmedCategoryId: null,
  reportedImpact: 2,
  reportedUrgency: 2,
  confirmedImpact: null,
  confirmedUrgency: null,
  ipAddress: null,
  resolution: null,
  faultCause: null,
  respondedAt: null,
  calls: [],
  timeline: [],
  life: {
    ...{ acts: ['take', 'done', 'withdraw', 'note', 'urge'], waitingFor: null, waitingUntil: null, arrivedAt: null },
    ...{ reviewedAt: null, verifyBy: null, verifiedAt: null, returned: 0, moved: 0, escalated: false, actBy: null },
    ...{ stars: null, cause: null, survivor: null, links: [], complaints: [] },
  },
})

export const call = (callId: string, but: Partial<CallCard> = {}): CallCard => ({
  callId,
  direction: 'inbound',
  state: 'queued',
  outcome: null,
  campus: 'new',
  line: 'it',
  ani: '62041',
  aniName: '护士站B',
  otherAni: '',
  otherAniName: '',
  dialled: '8102',
  diverted: '',
  place: places.stationB,
  unit,
  person: people.wang,
  identified: { how: 'ward_number', confidence: 95 },
  arrivedAt: ago(33),
  queuedAt: ago(31),
  answeredAt: null,
  endedAt: null,
  waitedMs: null,
  talkMs: null,
  station: null,
  agent: null,
  legUniqueid: null,
  firstTakerId: null,
  ticketId: null,
  ticketNumber: null,
  callbackId: null,
  reason: null,
  recovered: false,
  unrecorded: null,
  recording: null,
  ...but,
})

const done = (callId: string, number: string, seconds: number, but: Partial<CallCard> = {}): CallCard =>
  call(callId, {
    state: 'ended',
    outcome: 'answered',
    arrivedAt: ago(seconds),
    answeredAt: ago(seconds - 12),
    endedAt: ago(seconds - 200),
    waitedMs: 12_000,
    talkMs: 188_000,
    agent: people.lin,
    ticketId: `t-${number}`,
    ticketNumber: number,
    ...but,
  })

export const pop = (on: CallCard): PopCard => ({
  call: on,
  legUniqueid: on.legUniqueid ?? 'x.1',
  offeredAt: ago(8),
  ringSeconds: 20,
  candidates: [],
  openTickets: [
    ticket('0143', '标签打印机卡纸，发药停住', { assignee: people.sun, reportedAt: ago(3_100), urged: 1 }),
    ticket('0137', '护理系统偶发掉线', { assignee: null, state: 'unassigned', reportedAt: ago(900) }),
  ],
  lastCalls: [
    {
      callId: 'h1',
      direction: 'inbound',
      at: ago(90_000),
      line: 'it',
      outcome: 'answered',
      ticketNumber: '0101',
      what: '腕带打印机换色带',
    },
    {
      callId: 'h2',
      direction: 'inbound',
      at: ago(260_000),
      line: 'it',
      outcome: 'answered',
      ticketNumber: '0088',
      what: '护理系统登录慢',
    },
  ],
  callsIn24h: 3,
  whyMe: 'in_turn',
})

const callback = (id: string, number: string, at: PlaceRef, but: Partial<CallbackRow> = {}): CallbackRow => ({
  callbackId: id,
  callId: `c-${id}`,
  campus: at.campus,
  line: 'it',
  number,
  place: at,
  owedAt: ago(600),
  why: 'abandoned',
  takenBy: null,
  leaseUntil: null,
  tries: 0,
  clearedAt: null,
  clearedHow: null,
  ...but,
})

const queue = (line: string, campus: string, but: Partial<QueueNow> = {}): QueueNow => ({
  campus,
  line,
  waiting: 0,
  longestSince: null,
  agentsReady: 2,
  agentsSignedIn: 3,
  answeredToday: 15,
  abandonedToday: 1,
  shortAbandonsToday: 1,
  serviceLevel: 0.94,
  ...but,
})

/** The desk in the middle of a calm afternoon. */
export function afternoon(): DeskSnapshot {
  const waiting = [
    call('w1', { ani: '62117', place: places.lab, unit: null, person: null, queuedAt: ago(31) }),
    call('w2', {
      ani: '30712',
      campus: 'old',
      line: 'logistics',
      place: places.ward7,
      unit: null,
      person: null,
      queuedAt: ago(6),
    }),
  ]
  return {
    seq: 100,
    serverTime: new Date().toISOString(),
    me,
    catalogue,
    agents: [
      agent(people.lin, 'b1001'),
      agent(people.he, 'b1002', { state: 'not_ready', reason: 'meal', since: ago(400) }),
      agent(people.xu, 'b1003', { callId: 'w9', callState: 'talking', since: ago(134) }),
    ],
    calls: waiting,
    pop: null,
    queues: me.lines.flatMap((line) => [
      queue(line, 'old', line === 'logistics' ? { waiting: 1, longestSince: ago(6) } : {}),
      queue(line, 'new', line === 'it' ? { waiting: 2, longestSince: ago(31), serviceLevel: 0.82 } : {}),
    ]),
    callbacks: [
      callback('b1', '62117', places.lab),
      callback('b2', '30712', places.ward7, { line: 'logistics' }),
      callback('b3', '62230', places.stationB, { why: 'asked', takenBy: people.he }),
    ],
    unclaimed: [
      ticket('0150', '', {
        kind: 'voicemail',
        assignee: null,
        firstTaker: null,
        state: 'unassigned',
        place: places.lab,
      }),
    ],
    myTickets: [
      ticket('0128', '放射科登记台打不开 PACS', {
        priority: 1,
        campus: 'old',
        place: places.radiology,
        urged: 2,
        reportedAt: ago(2_600),
      }),
      ticket('0141', '叫号屏黑屏，患者在走廊聚集', { priority: 2, place: places.lab, reportedAt: ago(1_500) }),
      ticket('0133', '仓库领用：A4 纸 20 箱送病区', { priority: 4, line: 'logistics', kind: 'service_request' }),
    ],
    myLastCalls: [
      done('d1', '0139', 720),
      done('d2', '0121', 1_300, { campus: 'old', place: places.radiology }),
      done('d3', '', 2_700, { campus: 'old', place: places.ward7, ticketId: null, ticketNumber: null }),
    ],
    health: {
      serverTime: new Date().toISOString(),
      acting: true,
      wires: (['ami', 'ari', 'sip', 'postgres', 'vault', 'spool', 'cel'] as const).map((wire) => ({
        wire,
        state: 'well',
        since: ago(9_000),
        lastHeardAt: ago(1),
        why: null,
      })),
      alarms: [],
    },
  }
}
