/** A server of its own process that keys a port and keeps it keyed, to be killed. Environment: what the lab knows. */
import { makeAri } from '../../asterisk/ari/ari.ts'
import { makeMeters } from '../../asterisk/meters.ts'
import { makeRadioMedia } from '../../asterisk/radio/index.ts'

const { PORT = '', HOST = '', SECRET = '', STATION = '', LEASE = '2000' } = process.env
const log = { info() {}, warn() {} }
const ari = makeAri({
  host: HOST,
  port: Number(PORT),
  user: 'desk',
  secret: SECRET,
  meters: makeMeters(),
  log,
  onUp: () => undefined,
  onEvent: (event) => media.event(event),
  onListening: (on) => media.control(on),
})
const media = makeRadioMedia({ ari, recordings: '/nowhere', mayHear: async () => true, log })
let epoch = 0
media.hear((fact) => {
  if (fact.type === 'up') epoch = fact.epoch
  if (fact.type === 'up') process.stdout.write('up\n')
  if (fact.type !== 'leg' || !fact.on || fact.station !== STATION) return
  const leaseMs = Number(LEASE)
  const order = { port: 'old', epoch, leaseMs }
  void media.key({ ...order, voice: { kind: 'leg', channel: fact.channel } }).then(() => {
    process.stdout.write('keyed\n')
    setInterval(() => void media.renew(order).catch(() => undefined), 700)
  })
})
media.want([{ port: 'old', endpoint: 'g-old', jitterBuffer: 'none', record: process.env.RECORD === '1' }])
media.start()
ari.listen(true)
ari.start()
