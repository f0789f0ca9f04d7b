import type { Phone, PhoneEvents } from './phone.ts'

/** Another maker of phones; the pretend phone of the browser tests puts itself here before the app starts. */
declare global {
  var deskPretendPhone: ((events: PhoneEvents) => Phone) | undefined
}

/** The phone of this browser: JsSIP, fetched only by those who take calls. */
export async function makePhone(events: PhoneEvents): Promise<Phone> {
  if (globalThis.deskPretendPhone) return globalThis.deskPretendPhone(events)
  const { JsSipPhone } = await import('./jssip-phone.ts')
  return new JsSipPhone(events)
}
