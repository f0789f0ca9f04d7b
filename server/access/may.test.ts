import t from 'tap'
import { TICKET_ACTS } from '../wire/choices.ts'
import type { Actor, Thing, Verb } from '../wire/grant.ts'
import { may } from './may.ts'

type Grant = Actor['grants'][number]
const actor = (...grants: Grant[]): Actor => ({
  personId: 'me',
  organisationId: 'o',
  sessionId: 's',
  name: '',
  station: null,
  grants,
})
const of = (role: Grant['role'], campus: string | null = null, line: string | null = null): Grant => ({
  role,
  campus,
  line,
})

const VERBS: Verb[] = [
  'see',
  'open',
  'change',
  'take',
  'listen',
  'administer',
  'import',
  'export',
  'switch',
  'key',
  'clear',
  'lead',
  'audit',
  'end',
]
const mine = { organisationId: 'o' }
const here = { ...mine, campus: 'new', line: 'it' }
const THINGS: Record<string, Thing> = {
  call: { kind: 'call', ...here, agentIds: [], assigneeIds: [] },
  'call of mine': { kind: 'call', ...here, agentIds: ['me'], assigneeIds: [] },
  'call of my ticket': { kind: 'call', ...here, agentIds: [], assigneeIds: ['me'] },
  ticket: { kind: 'ticket', ...here, assigneeId: null, firstTakerId: null, reporterId: null, offeredIds: [] },
  'ticket assigned to me': {
    kind: 'ticket',
    ...here,
    assigneeId: 'me',
    firstTakerId: null,
    reporterId: null,
    offeredIds: [],
  },
  'ticket I took': { kind: 'ticket', ...here, assigneeId: null, firstTakerId: 'me', reporterId: null, offeredIds: [] },
  'ticket offered to me': {
    kind: 'ticket',
    ...here,
    assigneeId: null,
    firstTakerId: null,
    reporterId: null,
    offeredIds: ['me'],
  },
  'ticket I reported': {
    kind: 'ticket',
    ...here,
    assigneeId: null,
    firstTakerId: null,
    reporterId: 'me',
    offeredIds: [],
  },
  recording: { kind: 'recording', ...here, agentIds: [], assigneeIds: [] },
  'recording of my call': { kind: 'recording', ...here, agentIds: ['me'], assigneeIds: [] },
  'recording of my ticket': { kind: 'recording', ...here, agentIds: [], assigneeIds: ['me'] },
  'message left': { kind: 'recording', ...here, agentIds: [], assigneeIds: [], isMessage: true },
  callback: { kind: 'callback', ...here },
  'agent of it': { ...mine, kind: 'agent', personId: 'you', lines: ['it'] },
  myself: { ...mine, kind: 'agent', personId: 'me', lines: [] },
  'switch of it': { ...mine, kind: 'line', line: 'it' },
  'radio of it': { ...mine, kind: 'radio', campus: 'new' },
  'roster of it': { kind: 'roster', ...here },
  equipment: { ...mine, kind: 'equipment' },
  directory: { kind: 'directory' },
  journal: { kind: 'journal' },
}
const WORK = 'see open change take'
const SELF = 'see change'

/** Every thing a role may do something to; whatever is not written here it may not. In scope, then out of scope. */
const MATRIX: Record<Grant['role'], { within: Record<string, string>; beyond: Record<string, string> }> = {
  agent: {
    within: {
      call: WORK,
      'call of mine': WORK,
      'call of my ticket': WORK,
      ticket: WORK,
      'ticket assigned to me': WORK,
      'ticket offered to me': WORK,
      'ticket I took': WORK,
      'ticket I reported': WORK,
      recording: 'see',
      'message left': 'see listen',
      'recording of my call': 'see listen',
      'recording of my ticket': 'see listen',
      callback: WORK,
      'agent of it': 'see',
      'switch of it': 'see',
      'radio of it': 'see listen key change',
      myself: SELF,
      'roster of it': 'see change',
      equipment: 'see',
      directory: 'see',
    },
    beyond: {
      'call of mine': WORK,
      'call of my ticket': 'see',
      'ticket assigned to me': WORK,
      'ticket offered to me': 'see',
      'ticket I took': WORK,
      'recording of my call': 'see listen',
      'recording of my ticket': 'see listen',
      myself: SELF,
      'roster of it': 'see',
      equipment: 'see',
      directory: 'see',
    },
  },
  supervisor: {
    within: {
      call: `${WORK} end`,
      'call of mine': `${WORK} end`,
      'call of my ticket': `${WORK} end`,
      ticket: WORK,
      'ticket assigned to me': WORK,
      'ticket offered to me': WORK,
      'ticket I took': WORK,
      'ticket I reported': WORK,
      recording: 'see listen clear audit',
      'message left': 'see listen clear audit',
      'recording of my call': 'see listen clear audit',
      'recording of my ticket': 'see listen clear audit',
      callback: WORK,
      'agent of it': SELF,
      'switch of it': 'see switch lead',
      'radio of it': 'see listen key change clear lead',
      myself: SELF,
      'roster of it': 'see change lead',
      equipment: 'see change import export',
      directory: 'see',
    },
    beyond: { 'roster of it': 'see', equipment: 'see change import export', myself: SELF, directory: 'see' },
  },
  engineer: {
    within: {
      'radio of it': 'see',
      'call of my ticket': 'see',
      'ticket assigned to me': SELF,
      'ticket offered to me': 'see',
      'recording of my ticket': 'see listen',
      myself: SELF,
      'roster of it': 'see',
      equipment: 'see',
      directory: 'see',
    },
    beyond: {
      'call of my ticket': 'see',
      'ticket assigned to me': SELF,
      'ticket offered to me': 'see',
      'recording of my ticket': 'see listen',
      myself: SELF,
      'roster of it': 'see',
      equipment: 'see',
      directory: 'see',
    },
  },
  auditor: { within: everythingSeen(), beyond: everythingSeen() },
  admin: {
    within: {
      'roster of it': 'see lead',
      equipment: 'see change import export',
      directory: 'see administer import export',
      'switch of it': 'see switch',
      'radio of it': 'administer',
      myself: SELF,
    },
    beyond: {
      'roster of it': 'see lead',
      equipment: 'see change import export',
      directory: 'see administer import export',
      'switch of it': 'see switch',
      'radio of it': 'administer',
      myself: SELF,
    },
  },
  reporter: {
    within: { 'ticket I reported': 'see open', myself: SELF },
    beyond: { 'ticket I reported': 'see open', myself: SELF },
  },
}
function everythingSeen(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(THINGS).map(([name, { kind }]) => [
      name,
      kind === 'recording' ? 'see listen audit' : kind === 'radio' ? 'see listen' : name === 'myself' ? SELF : 'see',
    ]),
  )
}

for (const [role, { within, beyond }] of Object.entries(MATRIX) as [Grant['role'], (typeof MATRIX)['agent']][]) {
  t.test(`${role}: each thing and each verb is as stated, in scope and out of it`, async (t) => {
    for (const [grants, stated, where] of [
      [[of(role)], within, 'everywhere'],
      [[of(role, 'new', 'it')], within, 'in scope'],
      [[of(role, 'old', 'logistics')], beyond, 'out of scope'],
    ] as const) {
      for (const [name, thing] of Object.entries(THINGS)) {
        const allowed = (stated[name] ?? '').split(' ')
        const found = VERBS.filter((verb) => may(actor(...grants), verb, thing))
        t.same(
          found,
          VERBS.filter((verb) => allowed.includes(verb)),
          `${name}, ${where}`,
        )
      }
    }
  })
}

t.test('somebody without a grant may do nothing but see to themselves', async (t) => {
  for (const [name, thing] of Object.entries(THINGS)) {
    t.same(
      VERBS.filter((verb) => may(actor(), verb, thing)),
      name === 'myself' ? ['see', 'change'] : [],
      name,
    )
  }
})

t.test('a campus or line that is not known is covered only by a grant that is not narrowed by it', async (t) => {
  const unknown: Thing = { ...mine, kind: 'call', campus: null, line: 'it', agentIds: [], assigneeIds: [] }
  t.ok(may(actor(of('agent')), 'see', unknown))
  t.ok(may(actor(of('agent', null, 'it')), 'see', unknown))
  t.notOk(may(actor(of('agent', 'new')), 'see', unknown))
})

t.test(
  'a thing of another organisation is nobody’s, whatever the role and though the codes are the same',
  async (t) => {
    const everything = (Object.keys(MATRIX) as Grant['role'][]).map((role) => of(role))
    for (const [name, thing] of Object.entries(THINGS)) {
      if (!('organisationId' in thing)) continue
      const theirs = { ...thing, organisationId: 'another' }
      t.same(
        VERBS.filter((verb) => may(actor(...everything), verb, theirs)),
        [],
        name,
      )
    }
  },
)

t.test('each act on a ticket is a verb: who may do which', async (t) => {
  const ticket = (but: object): Thing => ({ ...(THINGS.ticket as Thing), ...but }) as Thing
  const told = (role: Grant['role'], thing: Thing) =>
    TICKET_ACTS.filter((act) => may(actor(of(role, 'new', 'it')), act, thing))
  const theirWord = ['give-up', 'answer-complaint', 'instruct']
  const anAgents = TICKET_ACTS.filter((act) => !theirWord.includes(act))
  const anEngineers = [
    ...['arrive', 'wait', 'resume', 'done', 'return', 'transfer', 'join-in', 'urge', 'note', 'give-up', 'reopen'],
  ]
  t.same(told('supervisor', ticket({})), TICKET_ACTS)
  t.same(told('agent', ticket({})), anAgents)
  t.same(
    told('agent', ticket({ assigneeId: 'me' })),
    TICKET_ACTS.filter((act) => !theirWord.slice(1).includes(act)),
  )
  t.same(told('agent', ticket({ line: 'property' })), [], 'of another line')
  t.same(told('agent', ticket({ line: 'property', offeredIds: ['me'] })), [], 'offered: seen, answered by its offer')
  t.same(told('engineer', ticket({})), [])
  t.same(told('engineer', ticket({ assigneeId: 'me' })), anEngineers)
  t.same(told('engineer', ticket({ offeredIds: ['me'] })), [])
  t.same(told('reporter', ticket({})), [], 'of somebody else')
  t.same(told('reporter', ticket({ reporterId: 'me' })), [
    ...['verify', 'not-fixed', 'rate', 'urge', 'withdraw', 'reopen', 'complain'],
  ])
  for (const role of ['auditor', 'admin'] as const) t.same(told(role, ticket({ assigneeId: 'me' })), [], role)
})
