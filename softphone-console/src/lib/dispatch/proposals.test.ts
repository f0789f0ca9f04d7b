import t from 'tap'
import type { Api } from '../live/api.ts'
import type { ProposalView } from '../wire.ts'
import { Proposals } from './proposals.ts'

const view = (...ids: string[]): ProposalView => ({
  ticketId: 't',
  at: '2026-12-01T01:00:00Z',
  mode: 'proposed',
  versionId: null,
  candidates: ids.map((personId) => ({ personId, reasons: [], ahead: null })),
  excluded: [],
  offers: [],
  nextAt: null,
  people: ids.map((id) => ({ id, name: `name ${id}`, title: null })),
  crews: [],
  places: [],
})

/** A server that answers what it is told to, when it is told to. */
function server() {
  const waiting: ((answer: ProposalView) => void)[] = []
  const posted: unknown[] = []
  const api = {
    get: () => new Promise((done) => waiting.push(done as never)),
    post: async (_path: string, body: unknown) => {
      posted.push(body)
      return view()
    },
  } as unknown as Pick<Api, 'get' | 'post'>
  return { api, waiting, posted }
}
const held = async (...ids: string[]) => {
  const { api, waiting, posted } = server()
  const proposals = new Proposals(api, 't')
  const asked = proposals.fetch()
  waiting[0]?.(view(...ids))
  await asked
  return { proposals, posted, waiting }
}

t.test('the first is chosen, the next by one key, and after the last the first again', async (t) => {
  const { proposals } = await held('a', 'b')
  t.equal(proposals.chosenName, 'name a')
  proposals.next()
  t.equal(proposals.chosenName, 'name b')
  proposals.next()
  t.equal(proposals.chosenName, 'name a')
})

t.test('who was chosen by hand stays chosen while they fit', async (t) => {
  const { proposals, waiting } = await held('a', 'b')
  proposals.choose('b')
  const again = proposals.fetch()
  waiting[1]?.(view('c', 'b'))
  await again
  t.equal(proposals.chosen?.personId, 'b')
  const gone = proposals.fetch()
  waiting[2]?.(view('c'))
  await gone
  t.equal(proposals.chosen?.personId, 'c')
})

t.test('an older answer that comes late is dropped', async (t) => {
  const { proposals, waiting } = await held('a')
  const [older, newer] = [proposals.fetch(), proposals.fetch()]
  waiting[2]?.(view('new'))
  await newer
  waiting[1]?.(view('old'))
  await older
  t.equal(proposals.chosen?.personId, 'new')
})

t.test('whoever is chosen is sent, told by some way at least; nobody: the desk looks', async (t) => {
  const { proposals, posted } = await held('a')
  proposals.tellBy('radio', false)
  proposals.tellBy('console', false)
  await proposals.send()
  await proposals.send()
  t.same(posted, [{ personId: 'a', ways: ['console'] }, {}])
})
