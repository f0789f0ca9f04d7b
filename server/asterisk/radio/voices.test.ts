/** Voices that do not let themselves be silenced. On a real Asterisk: talk.live and legs.live tests. */
import t from 'tap'
import type { MediaFact, Voice } from '../../radio/index.ts'
import { Refusal } from '../../refusal.ts'
import { type MayHear, VoicesOnPorts } from './voices.ts'
import { Wire } from './wire.ts'

const quiet = { info() {}, warn() {} }
const ANN: Voice = { kind: 'leg', channel: 'ann' }
const BOB: Voice = { kind: 'leg', channel: 'bob' }

/** Two consoles on a port whose Asterisk answers a mute with `no` once it is deaf, and a hang-up when it is let. */
async function twoOnAir(no: () => Error, mayHear: MayHear = async () => true) {
  const facts: MediaFact[] = []
  const hungUp: string[] = []
  const asked: string[] = []
  let hangUp = () => {}
  const isHangable = new Promise<void>((done) => {
    hangUp = done
  })
  let isDeaf = false
  const wire = new Wire({
    listens: () => true,
    async request(method, path, query) {
      const [, , channel = '', what] = path.split('/')
      asked.push(`${method} ${path}`)
      if (method === 'POST' && what === 'mute' && isDeaf) throw no()
      if (method === 'POST' && path.startsWith('/channels/') && what === undefined)
        for (const id of [channel, String(query?.otherChannelId)])
          setImmediate(() => wire.hear({ type: 'StasisStart', channel: { id } }))
      if (method !== 'DELETE' || what !== undefined) return {}
      hungUp.push(channel)
      return isHangable
    },
  })
  const mixed = async () => ({ bridge: 'mix', voice: 'voice', say: 'say', hearers: 'hall', cast: 'cast', fan: 'fan' })
  const port = { port: { mixed, alwaysMixes: () => false } }
  const voices = new VoicesOnPorts(
    wire,
    new Map([
      ['old', port],
      ['new', port],
    ]),
    (fact) => facts.push(fact),
    { log: quiet, mayHear },
  )
  await voices.join({ id: 'ann', name: 'PJSIP/r2001-00000001' }, 'old')
  await voices.join({ id: 'bob', name: 'PJSIP/r2002-00000002' }, 'old')
  await voices.ready('old', ANN)
  await voices.let('old', ANN, true)
  const deafen = () => {
    isDeaf = true
  }
  const left = () => facts.flatMap((fact) => (fact.type === 'leg' && !fact.on ? [fact.channel] : []))
  return { voices, hungUp, asked, left, hangUp, deafen }
}

t.test('a console that cannot be silenced is hung up, it is told, and nobody speaks beside it', async (t) => {
  const { voices, hungUp, left, hangUp, deafen } = await twoOnAir(() => new Error('no answer'))
  deafen()
  await t.rejects(voices.let('old', ANN, false), { message: 'no answer' }, 'the transmitter is not left waiting for it')
  t.same([hungUp, left()], [['ann'], ['ann']])
  await t.rejects(voices.ready('old', BOB), { code: 'radio-port-down' }, 'while its microphone may stand open')
  hangUp()
  await new Promise((done) => setImmediate(done))
  await t.resolves(voices.ready('old', BOB), 'hung up: the next one may')
})

t.test('what another port says and cannot be shut out is cut, and nobody speaks beside it', async (t) => {
  const { voices, hungUp, hangUp, deafen } = await twoOnAir(() => new Error('no answer'))
  const relay: Voice = { kind: 'port', port: 'new' }
  await voices.ready('old', relay)
  await voices.let('old', relay, true)
  deafen()
  await t.rejects(
    voices.let('old', relay, false),
    { message: 'no answer' },
    'the transmitter is not left waiting for it',
  )
  t.equal(hungUp.length, 2, 'both halves of the link')
  await t.rejects(voices.ready('old', BOB), { code: 'radio-port-down' }, 'while it may still be heard')
  hangUp()
  await new Promise((done) => setImmediate(done))
  await t.resolves(voices.ready('old', BOB))
})

for (const status of [404, 409])
  t.test(`a console that has gone (${status}) is silent already`, async (t) => {
    const { voices, hungUp, deafen } = await twoOnAir(() => new Refusal('asterisk-refused', { status }))
    deafen()
    await t.resolves(voices.let('old', ANN, false))
    t.same(hungUp, [])
    await t.resolves(voices.ready('old', BOB))
  })

t.test('a console is let in to a port its agent may hear, and is let go when that ends', async (t) => {
  const forbidden = new Set(['r2001 new'])
  const mayHear: MayHear = async (station, port) => !forbidden.has(`${station} ${port}`)
  const { voices, hungUp, asked, left, hangUp } = await twoOnAir(() => new Error('no answer'), mayHear)
  hangUp()
  await voices.join({ id: 'abroad', name: 'PJSIP/r2001-00000003' }, 'new')
  t.same(hungUp, ['abroad'])
  t.same(
    asked.filter((one) => one.includes('abroad')),
    ['DELETE /channels/abroad'],
    'neither answered nor put into the bridge before',
  )
  await voices.join({ id: 'bob-new', name: 'PJSIP/r2002-00000004' }, 'new')
  await voices.askAgain()
  t.same(left(), [])
  forbidden.add('r2002 new')
  await voices.askAgain()
  t.same(left(), ['bob-new'])
})
