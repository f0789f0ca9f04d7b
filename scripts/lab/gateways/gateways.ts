/**
 * The simulated UHF gateways of the demonstration and of labs, as a process of their own so that nothing else makes
 * their clock late. Its wish (GatewaysWish) comes as JSON in RADIO_SIM. Says `ready` when each answers SIP; ends with SIGTERM.
 */
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { Control } from './control.ts'
import { Gateway } from './gateway.ts'
import type { GatewayProfile } from './profile.ts'
import { socketIn } from './words.ts'

/** The whole wish of the process. */
export type GatewaysWish = {
  readonly varDir: string
  readonly pbx: { readonly host: string; readonly port: number }
  readonly gateways: readonly {
    readonly port: string
    readonly address: string
    readonly sipPort: number
    /** of `g-<port>` when it registers */
    readonly password: string
    readonly profile?: Partial<GatewayProfile>
  }[]
}

try {
  // A witness that gets no turn tells late times. Only root may ask for more than its share.
  setPriority(-10)
} catch {
  // Then it has its share.
}
const wish = JSON.parse(process.env.RADIO_SIM ?? '{}') as GatewaysWish
const folder = join(wish.varDir, 'radio-sim')
const { pbx } = wish
let control: Control | undefined
const gateways = wish.gateways.map((one) => new Gateway({ ...one, pbx, folder }, (entry) => control?.tell(entry)))
control = new Control(gateways, folder)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    control?.close()
    for (const gateway of gateways) gateway.close()
    setTimeout(() => process.exit(0), 50)
  })

for (const gateway of gateways) await gateway.start()
await control.listen(socketIn(wish.varDir))
process.stdout.write('ready\n')
