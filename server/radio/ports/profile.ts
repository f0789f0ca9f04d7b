/** The gateway profile of one radio port: RADIO.md §3.2 with the defaults of §3.3. Checked by us, named field by field. */
import type { ProfileFault, ProfileField } from '../../wire/radio.ts'
import type { PortWish } from '../engine/media.ts'
import type { LineTimers } from '../floor/words.ts'

export type GatewayProfile = LineTimers & {
  /** how the gateway is told to transmit */
  pttMode: 'packet' | 'vox' | 'dtmf'
  /** how it tells that it receives */
  corMode: 'rtpPresence' | 'vad'
  /** `vad`: quieter than this is no voice, dB below full scale */
  vadDb: number
  rxDebounceMs: number
  idScheme: 'none' | 'mdc1200' | 'dtmf' | '5tone' | 'digital'
  fiveTone: 'zvei1' | 'ccir'
  /** a five-tone call that begins with these is one of danger; what follows says who */
  fiveToneEmergency: string
  /** the first digit of a DTMF call says what it is: RADIO.md S22 */
  aniPtt: string
  aniEmergency: string
  /** `dtmf`: what keys and unkeys the gateway */
  dtmfKey: string
  dtmfUnkey: string
  /** the gateway stops its RTP at squelch */
  silenceSuppression: boolean
  jitterBuffer: PortWish['jitterBuffer']
}

export const DEFAULT_PROFILE: GatewayProfile = {
  pttMode: 'packet',
  corMode: 'rtpPresence',
  vadDb: -42,
  rxDebounceMs: 60,
  rxHangMs: 120,
  deafMs: 250,
  txLeadMs: 150,
  txTailMs: 120,
  totS: 60,
  totEmergencyS: 120,
  totPenaltyS: 2,
  rxTotS: 120,
  loopMs: 600,
  idScheme: 'none',
  fiveTone: 'zvei1',
  fiveToneEmergency: '99',
  aniPtt: '1',
  aniEmergency: '7',
  dtmfKey: '*1',
  dtmfUnkey: '*0',
  silenceSuppression: true,
  jitterBuffer: 'adaptive',
}

/** Voice needs a longer hang than packets: words have pauses. */
const VAD_HANG_MS = 400

const CHOICES: Partial<Record<keyof GatewayProfile, readonly unknown[]>> = {
  pttMode: ['packet', 'vox', 'dtmf'],
  corMode: ['rtpPresence', 'vad'],
  idScheme: ['none', 'mdc1200', 'dtmf', '5tone', 'digital'],
  fiveTone: ['zvei1', 'ccir'],
  silenceSuppression: [true, false],
  jitterBuffer: ['none', 'adaptive', 'fixed60'],
}
/** Smallest and largest, in the unit the name says. A transmitter's time limit is never off. */
const RANGES: Partial<Record<keyof GatewayProfile, readonly [number, number]>> = {
  vadDb: [-60, -15],
  rxDebounceMs: [40, 500],
  rxHangMs: [0, 5_000],
  deafMs: [0, 2_000],
  txLeadMs: [0, 1_000],
  txTailMs: [0, 1_000],
  totS: [10, 180],
  totEmergencyS: [10, 300],
  totPenaltyS: [0, 60],
  rxTotS: [10, 1_800],
  loopMs: [0, 2_000],
}
const DIGITS: Partial<Record<keyof GatewayProfile, RegExp>> = {
  fiveToneEmergency: /^[0-9A-D]{1,3}$/,
  aniPtt: /^[0-9A-D*#]$/,
  aniEmergency: /^[0-9A-D*#]$/,
  dtmfKey: /^[0-9A-D*#]{1,8}$/,
  dtmfUnkey: /^[0-9A-D*#]{1,8}$/,
}

const DIGITS_MOST: Partial<Record<keyof GatewayProfile, number>> = { aniPtt: 1, aniEmergency: 1, fiveToneEmergency: 3 }

/** What a form needs of each field. A value that is refused is named, so that whoever has such a gateway reads why. */
export const PROFILE_FIELDS: readonly ProfileField[] = Object.entries(DEFAULT_PROFILE).map(([field, value]) => {
  const name = field as keyof GatewayProfile
  const [min, max] = RANGES[name] ?? []
  if (min !== undefined && max !== undefined) {
    const vad = name === 'rxHangMs' ? { vadDefault: VAD_HANG_MS } : {}
    return { field, default: value, kind: 'range', min, max, ...vad }
  }
  const of = CHOICES[name] as ProfileField['default'][] | undefined
  if (!of) return { field, default: value, kind: 'digits', most: DIGITS_MOST[name] ?? 8 }
  return { field, default: value, kind: 'choice', of: [...of], ...(name === 'pttMode' && { refused: ['constant'] }) }
})

/** The whole profile from what was written down; missing fields have their defaults. All faults at once, not only the first. */
export function readProfile(
  written: Readonly<Record<string, unknown>>,
): { profile: GatewayProfile } | { faults: ProfileFault[] } {
  const faults: ProfileFault[] = []
  for (const [field, value] of Object.entries(written)) {
    const fault = faultOf(field, value)
    if (fault) faults.push({ field, ...fault })
  }
  const hang = written.corMode === 'vad' ? { rxHangMs: VAD_HANG_MS } : {}
  const profile = { ...DEFAULT_PROFILE, ...hang, ...written } as GatewayProfile
  // Packets that never stop would be a carrier for ever.
  if (profile.corMode === 'rtpPresence' && !profile.silenceSuppression) {
    faults.push({ field: 'corMode', code: 'profile-presence-needs-suppression' })
  }
  if (profile.aniPtt === profile.aniEmergency) faults.push({ field: 'aniEmergency', code: 'profile-ani-must-differ' })
  return faults.length > 0 ? { faults } : { profile }
}

function faultOf(field: string, value: unknown): Omit<ProfileFault, 'field'> | null {
  if (!Object.hasOwn(DEFAULT_PROFILE, field)) return { code: 'profile-field-unknown' }
  // It would transmit for as long as we are connected (RADIO.md row 24).
  if (field === 'pttMode' && value === 'constant') return { code: 'profile-constant-refused' }
  const name = field as keyof GatewayProfile
  const choices = CHOICES[name]
  if (choices) return choices.includes(value) ? null : { code: 'profile-not-one-of' }
  const range = RANGES[name]
  if (range) {
    const [min, max] = range
    const fits =
      typeof value === 'number' && value >= min && value <= max && (Number.isInteger(value) || name === 'vadDb')
    return fits ? null : { code: 'profile-out-of-range', min, max }
  }
  return typeof value === 'string' && DIGITS[name]?.test(value) ? null : { code: 'profile-digits-needed' }
}
