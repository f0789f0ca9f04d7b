/** The radio's beginning: a port for each gateway of the settings, and for a demonstration its handhelds and who holds them. */
import type { Db } from '../../db/index.ts'
import { DEFAULT_PROFILE, type GatewayProfile } from './profile.ts'

/** A gateway as the settings name it. */
export type PortSeed = { port: string; campus: string; zh: string; en: string }

/**
 * The demonstration's two gateways (scripts/lab/gateways/start.ts says how they behave). They stand beside Asterisk: no
 * jitter.
 */
export const DEMO_PORTS: readonly (PortSeed & { profile: Partial<GatewayProfile> })[] = [
  {
    port: 'old',
    campus: 'old',
    zh: 'UHF-1',
    en: 'UHF-1',
    profile: { idScheme: 'dtmf', jitterBuffer: 'none' },
  },
  { port: 'new', campus: 'new', zh: 'UHF-1', en: 'UHF-1', profile: { idScheme: 'mdc1200', jitterBuffer: 'none' } },
]
const DEMO_UNITS = 12

/**
 * Ports that are not there yet. A real one begins switched off: it is commissioned first. The demonstration's simulated
 * gateways are enabled at once, so that a newcomer can talk.
 */
export async function seedRadio(db: Db, { demo, ports }: { demo: boolean; ports: readonly PortSeed[] }): Promise<void> {
  await db.transaction(async (tx) => {
    const organisation = await tx('organisations').orderBy('created_at').first('id')
    if (!organisation) return
    const campuses: Record<string, string> = Object.fromEntries(
      (await tx('campuses').where({ organisation_id: organisation.id }).select('id', 'code')).map(({ id, code }) => [
        code,
        id,
      ]),
    )
    const wanted = demo ? DEMO_PORTS : ports.map((one) => ({ ...one, profile: {} }))
    for (const [sort, one] of wanted.entries()) {
      const campusId = campuses[one.campus]
      if (!campusId) continue
      await tx('radio_ports')
        .insert({
          organisation_id: organisation.id,
          pbx_id: 1,
          campus_id: campusId,
          code: one.port,
          name_zh: one.zh,
          name_en: one.en,
          endpoint: `g-${one.port}`,
          sort,
          profile: JSON.stringify({ ...DEFAULT_PROFILE, ...one.profile }),
          enabled: demo,
          commissioned_at: demo ? tx.fn.now() : null,
        })
        .onConflict()
        .ignore()
    }
    if (!demo || (await tx('radio_units').first('id'))) return
    const engineers = await tx('people').where('login', 'like', 'engineer%').orderBy('login').select('id', 'login')
    const nth = ({ login }: { login: string }) => Number(login.replace(/\D/g, '') || 1)
    const byNumber = new Map(engineers.map((one) => [nth(one), one.id]))
    for (let number = 1; number <= DEMO_UNITS; number++) {
      const code = String(number).padStart(2, '0')
      await tx('radio_units').insert({
        organisation_id: organisation.id,
        campus_id: campuses[number % 2 === 1 ? 'old' : 'new'],
        code,
        alias: `${code} 号机`,
        gateway_id: `10${code}`,
        mdc1200_id: `10${code}`,
        five_tone_id: `210${code}`,
        // sent as 1007 when it speaks and 7007 in danger: the first digit says which (profile.ts)
        dtmf_id: `0${code}`,
      })
      const personId = byNumber.get(number)
      if (personId)
        await tx('radio_holders').insert({ unit: code, person_id: personId, during: tx.raw('tstzrange(now(), null)') })
    }
  })
}
