/** What the exchange must know of the directory: when each line is at night, who is rung then, whom it may dial. */
import type { Db, Tx } from '../../db/index.ts'
import { wish } from '../../db/index.ts'
import { MOBILE, numberOf } from '../../wire/number.ts'
import type { Night } from '../../wire/words.ts'
import type { DirectoryEvent } from '../events.ts'
import { nightHours } from './calendar.ts'
import * as store from './store.ts'

export { isNightAt } from './store.ts'

/** A line's night for calls of one campus. `handset` and `mobile` are empty when nobody is rung there. */
export type LineNight = { line: string; campus: string; hours: string[]; handset: string; mobile: string }

const PBX = 1
const STATION = /^[a-z]\d{4}$/

/** What should be true in the exchange, as committed now. A line without a calendar keeps the exchange's own hours. */
export async function nightWanted(
  db: Db,
): Promise<{ calendars: LineNight[]; mobiles: string[]; switches: { line: string; night: Night }[] }> {
  const calendars = await nights(db)
  const mobiles = new Set(calendars.map((one) => one.mobile).filter((number) => number !== ''))
  // Mobiles are the only numbers outside that the dialplan dials: asterisk-config/pbx/extensions.conf, may-dial.
  for (const one of await store.mobilesOfPeople(db)) {
    const number = numberOf(one)
    if (MOBILE.test(number)) mobiles.add(number)
  }
  return { calendars, mobiles: [...mobiles], switches: await store.switches(db) }
}

/** A changed calendar reaches the exchange from the same transaction; what is lost on the way, the next comparison mends. */
export async function tellExchange(tx: Tx, event: Extract<DirectoryEvent, { type: 'directory.changed' }>) {
  if (event.what !== 'calendars') return []
  for (const night of await nights(tx)) {
    if (night.mobile !== '') await wish(tx, PBX, { verb: 'allow-mobile', number: night.mobile, allowed: true })
    await wish(tx, PBX, { verb: 'set-calendar', ...night })
  }
  return []
}

/** A campus's own hours take the place of those of every campus. Who is rung is what the first of them says. */
async function nights(db: Db): Promise<LineNight[]> {
  const byLine = Map.groupBy(await store.readMannings(db), (one) => one.line)
  const campuses = await store.campusCodes(db)
  return [...byLine].flatMap(([line, all]) =>
    campuses.flatMap((campus) => {
      const own = all.filter((one) => one.campus === campus)
      const here = own.length > 0 ? own : all.filter((one) => one.campus === null)
      const [first] = here
      if (!first) return []
      const handset = STATION.test(first.handset) ? first.handset : ''
      const given = numberOf(first.mobile ?? '')
      const mobile = MOBILE.test(given) ? given : ''
      return [{ line, campus, hours: nightHours(here), handset, mobile }]
    }),
  )
}
