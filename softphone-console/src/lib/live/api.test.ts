import t from 'tap'
import { Api, ApiFault, query, sentence } from './api.ts'

type Seen = { path: string; init: RequestInit }
function anApi(answer: () => Response | Promise<Response>) {
  const seen: Seen[] = []
  const api = new Api((async (path: string, init: RequestInit) => {
    seen.push({ path, init })
    return answer()
  }) as unknown as typeof fetch)
  return { api, seen }
}
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })

t.test('a wish carries a key, so that the same wish twice is once', async (t) => {
  const { api, seen } = anApi(() => json(200, { ok: true }))
  await api.post('/api/x', { a: 1 })
  await api.post('/api/x', { a: 1 }, 'the-same-wish')
  await api.post('/api/x', { a: 1 }, 'the-same-wish')
  const keys = seen.map(({ init }) => (init.headers as Record<string, string>)['idempotency-key'])
  t.match(keys[0], /^[0-9a-f]{32}$/)
  t.same(keys.slice(1), ['the-same-wish', 'the-same-wish'])
})

t.test('a refusal is told in the words kept for its code', async (t) => {
  const { api } = anApi(() => json(409, { code: 'callback-taken', message: 'x' }))
  const fault = await api.post('/api/callbacks/1/take').catch((error: unknown) => error)
  t.ok(fault instanceof ApiFault && !fault.unreachable)
  t.equal(sentence(fault), '这条回电已有人认领。')
})

t.test('something not found says so, whatever it was', async (t) => {
  t.match(sentence(new ApiFault(404, { code: 'place-not-found', message: '' })), /找不到/)
})

t.test('an outage names the wire that is down', async (t) => {
  const down = new ApiFault(503, { code: 'outage', message: '', details: { wire: 'vault' } })
  t.match(sentence(down), /录音库断开/)
})

t.test('a server that cannot be reached is not taken for a refusal', async (t) => {
  const { api } = anApi(() => Promise.reject(new TypeError('fetch failed')))
  const fault = await api.get('/api/desk').catch((error: unknown) => error)
  t.ok(fault instanceof ApiFault && fault.unreachable)
  t.match(sentence(fault), /看不到服务器/)
})

t.test('a gateway that answers in its own words is a server out of reach', async (t) => {
  const { api } = anApi(() => new Response('<html>502</html>', { status: 502 }))
  t.match(await api.get('/api/desk').catch((error: unknown) => error), { code: 'server-unreachable', status: 502 })
})

t.test('the end of a session is told once for each answer, but a wrong password is not one', async (t) => {
  const { api } = anApi(() => json(401, { code: 'signed-out', message: '' }))
  let ended = 0
  api.onSignedOut = () => {
    ended += 1
  }
  await api.get('/api/desk').catch(() => {})
  t.equal(ended, 1)
  await api.post('/api/session', {}).catch(() => {})
  t.equal(ended, 1)
})

t.test('a query holds only what was given', async (t) => {
  t.equal(query({ q: '输液泵', limit: 50, line: '', campus: null }), `?q=${encodeURIComponent('输液泵')}&limit=50`)
  t.equal(query({}), '')
})
