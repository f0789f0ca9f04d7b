import t from 'tap'
import { Pedal } from './hid.ts'

/** A pedal of some maker, as the browser shows it. */
class Device extends EventTarget {
  readonly vendorId = 1
  readonly productId = 2
  readonly productName = 'Pedal'
  opened = false
  async open() {
    this.opened = true
  }
  async close() {
    this.opened = false
  }
  says(at: number, ...bytes: number[]) {
    const event = Object.assign(new Event('inputreport'), {
      reportId: 0,
      data: new DataView(Uint8Array.from(bytes).buffer),
    })
    Object.defineProperty(event, 'timeStamp', { value: at })
    this.dispatchEvent(event)
  }
}
class Plugged extends EventTarget {
  readonly devices: Device[] = []
  getDevices = async () => this.devices
  requestDevice = async () => this.devices
}

const ready = async (pedal: Pedal) => {
  for (let n = 0; n < 400 && pedal.state !== 'ready'; n++) await new Promise((go) => setTimeout(go, 25))
}

t.test('a pedal keys once it is paired, lets go with the foot, and when it is unplugged', async (t) => {
  const hid = new Plugged()
  const device = new Device()
  hid.devices.push(device)
  const did: string[] = []
  let listens = true
  const pedal = new Pedal(
    { press: () => did.push('press'), listens: () => listens, release: (why) => did.push(why) },
    hid as never,
  )
  t.teardown(pedal.listen())
  t.ok(await pedal.pair())
  t.equal(pedal.state, 'learning')
  device.says(0, 0x02)
  device.says(900, 0x00)
  await ready(pedal)
  did.length = 0

  device.says(2_000, 0x02)
  device.says(2_100, 0x02)
  t.ok(pedal.down)
  device.says(2_500, 0x00)
  t.same(did.splice(0), ['press', 'finger'], 'held, not repeated')

  device.says(3_000, 0x02)
  hid.dispatchEvent(Object.assign(new Event('disconnect'), { device }))
  t.same(did.splice(0), ['press', 'device'], 'unplugged while held: let go')
  t.match(pedal, { state: 'gone', down: false })

  hid.dispatchEvent(new Event('connect'))
  await ready(pedal)
  listens = false
  device.says(4_000, 0x02)
  device.says(4_500, 0x00)
  t.same(did.splice(0), ['finger'], 'in another window it presses nothing')
})
