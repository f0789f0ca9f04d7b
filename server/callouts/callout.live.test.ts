/** A ticket called out on the air of a simulated gateway, and acknowledged from a handheld. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { startLab } from '../../scripts/lab/index.ts'
import { monoMs } from '../../scripts/lab/sound/rtp.ts'
import { serverLog } from '../../scripts/parts/server-process.ts'

t.setTimeout(120_000)

t.test('a job is said on the air and acknowledged by the handheld’s keys', async (t) => {
  const lab = await startLab({ radio: {}, env: { DESK_CALLOUT_SECONDS: '30' } })
  t.teardown(() => lab.stop())
  const [{ name: login, password } = { name: '', password: '' }] = lab.file().accounts.supervisor ?? []
  let cookie = ''
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { origin: lab.url, cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const reply = await fetch(lab.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    cookie ||= reply.headers.get('set-cookie')?.split(';')[0] ?? ''
    return { status: reply.status, body: await reply.json() }
  }
  t.equal((await ask('POST', '/api/session', { name: login, password })).status, 200)
  const seen = async () =>
    JSON.stringify({
      callouts: (await ask('GET', `/api/tickets/${ticketId}/callouts`)).body.items,
      overs: (await ask('GET', '/api/radio/overs?port=old')).body.items,
      digits: readFileSync(serverLog(lab.varDir), 'utf8').match(/.*touch tones from a handheld.*/g),
    })
  let ticketId = ''
  const until = async <T>(what: string, look: () => Promise<T | undefined | false>, ms = 40_000): Promise<T> => {
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((go) => setTimeout(go, 250))) {
      const found = await look()
      if (found) return found
    }
    throw new Error(`not in ${ms} ms: ${what}; ${ticketId && (await seen()).slice(0, 4_000)}`)
  }
  const client = await lab.radioClient()
  await until('the port is idle', async () =>
    (await ask('GET', '/api/radio')).body.ports.some(
      (one: { port: string; carrier: string }) => one.port === 'old' && one.carrier === 'idle',
    ),
  )

  const ticket = await ask('POST', '/api/tickets', { campus: 'old', line: 'it', what: '患者王某的打印机卡纸' })
  ticketId = ticket.body.ticketId
  const wish = { port: 'old', language: 'zh-CN' }
  const refused = await ask('POST', `/api/tickets/${ticketId}/callouts`, wish)
  t.match(refused, {
    status: 409,
    body: { code: 'callout-names-patient', details: { findings: [{ code: 'patient-word' }] } },
  })

  const since = monoMs()
  const made = await ask('POST', `/api/tickets/${ticketId}/callouts`, { ...wish, text: '打印机卡纸' })
  t.match(made, { status: 201, body: { state: 'saying', port: 'old' } }, JSON.stringify(made.body))
  await until('it was said', async () => {
    const [one] = (await ask('GET', `/api/tickets/${ticketId}/callouts`)).body.items
    return one.state === 'waiting'
  })
  const air = await client.ask('heard', { port: 'old', since })
  t.comment(`on the air ${air.airMs} ms at ${air.levelDb} dB`)
  t.ok(air.airMs > 8_000 && air.levelDb > -30, 'speech was on the air')

  await client.ask('ack', { port: 'old', unit: '07', dtmf: made.body.ackCode })
  const done = await until(
    'it is acknowledged',
    async () => {
      const [one] = (await ask('GET', `/api/tickets/${ticketId}/callouts`)).body.items
      const step = one.steps.at(-1)
      return one.state === 'acknowledged' && step?.unit ? one : undefined
    },
    30_000,
  )
  t.match(
    done.steps.map(({ step }: { step: string }) => step),
    ['said', 'waiting', 'acknowledged'],
  )
  t.match(done.steps.at(-1), { how: 'dtmf', unit: '07' })
  const overs = await until(
    'both overs are on the ticket',
    async () => {
      const { items } = (await ask('GET', `/api/radio/overs?ticketId=${ticketId}`)).body
      return items.length >= 2 ? items : undefined
    },
    20_000,
  )
  t.same(overs.map(({ kind }: { kind: string }) => kind).toSorted(), ['announcement', 'rx'])

  const from = monoMs()
  const again = await ask('POST', `/api/tickets/${ticketId}/callouts`, { ...wish, text: '打印机卡纸' })
  await client.until('old', 'keyed', { since: from, ms: 30_000 })
  // An over shorter than 300 ms would not be shown on the ticket.
  await new Promise((go) => setTimeout(go, 1_500))
  t.match(await ask('POST', `/api/radio/callouts/${again.body.calloutId}/cancel`), { status: 200 })
  const cut = await client.until('old', 'unkeyed', { since: from, ms: 20_000 })
  t.ok((cut.packets ?? Infinity) * 20 < air.airMs - 1_000, `cut in mid-word: ${cut.packets} packets of ${air.airMs} ms`)
  const [last] = await until('its over has ended', async () => {
    const { items } = (await ask('GET', `/api/radio/overs?ticketId=${ticketId}`)).body
    return items.length >= 3 && items.every(({ to }: { to: string | null }) => to !== null) ? items : undefined
  })
  t.match(last, { kind: 'announcement', endedBy: 'revoked' })
})
