/** The gateway profile of one radio port: docs/radio.md has the reasons of each default. Named field by field. */
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ProfileFault, ProfileField } from '../../wire/radio.ts'

const oneOf = <T extends string>(usual: T, ...others: T[]) => Type.Enum([usual, ...others], { default: usual })
/** Smallest and largest, in the unit the name says. */
const whole = (usual: number, minimum: number, maximum: number) => Type.Integer({ default: usual, minimum, maximum })
const digits = (usual: string, maxLength: number, keys = '0-9A-D*#') =>
  Type.String({ default: usual, maxLength, pattern: `^[${keys}]{1,${maxLength}}$` })

const Profile = Type.Object({
  /** how the gateway is told to transmit */
  pttMode: oneOf('packet', 'vox', 'dtmf'),
  /** how it tells that it receives */
  corMode: oneOf('rtpPresence', 'vad'),
  /** `vad`: quieter than this is no voice, dB below full scale */
  vadDb: Type.Number({ default: -42, minimum: -60, maximum: -15 }),
  rxDebounceMs: whole(60, 40, 500),
  rxHangMs: whole(120, 0, 5_000),
  deafMs: whole(250, 0, 2_000),
  txLeadMs: whole(150, 0, 1_000),
  txTailMs: whole(120, 0, 1_000),
  /** a transmitter's time limit is never off */
  totS: whole(60, 10, 180),
  totEmergencyS: whole(120, 10, 300),
  totPenaltyS: whole(2, 0, 60),
  rxTotS: whole(120, 10, 1_800),
  loopMs: whole(600, 0, 2_000),
  idScheme: oneOf('none', 'mdc1200', 'dtmf', '5tone', 'digital'),
  fiveTone: oneOf('zvei1', 'ccir'),
  /** a five-tone call that begins with these is one of danger; what follows says who */
  fiveToneEmergency: digits('99', 3, '0-9A-D'),
  /** the first digit of a DTMF call says what it is */
  aniPtt: digits('1', 1),
  aniEmergency: digits('7', 1),
  /** `dtmf`: what keys and unkeys the gateway */
  dtmfKey: digits('*1', 8),
  dtmfUnkey: digits('*0', 8),
  /** the gateway stops its RTP at squelch */
  silenceSuppression: Type.Boolean({ default: true }),
  jitterBuffer: Type.Enum(['none', 'adaptive', 'fixed60'], { default: 'adaptive' }),
})
export type GatewayProfile = Static<typeof Profile>
export const DEFAULT_PROFILE = Value.Create(Profile)

/** Voice needs a longer hang than packets: words have pauses. */
const VAD_HANG_MS = 400

type Limits = { minimum?: number; maximum?: number; maxLength?: number; enum?: string[] }
const FIELDS = new Map<string, TSchema & Limits>(Object.entries(Profile.properties))

/** What a form needs of each field. A value that is refused is named, so that whoever has such a gateway reads why. */
export const PROFILE_FIELDS: readonly ProfileField[] = Object.entries(DEFAULT_PROFILE).map(([field, value]) => {
  const { minimum: min, maximum: max, maxLength: most, enum: of = [true, false] } = FIELDS.get(field) ?? {}
  if (min !== undefined && max !== undefined) {
    const vad = field === 'rxHangMs' ? { vadDefault: VAD_HANG_MS } : {}
    return { field, default: value, kind: 'range', min, max, ...vad }
  }
  if (most !== undefined) return { field, default: value, kind: 'digits', most }
  return { field, default: value, kind: 'choice', of: [...of], ...(field === 'pttMode' && { refused: ['constant'] }) }
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
  // A gateway that never stops sending would be a carrier for ever.
  if (profile.corMode === 'rtpPresence' && !profile.silenceSuppression) {
    faults.push({ field: 'corMode', code: 'profile-presence-needs-suppression' })
  }
  if (profile.aniPtt === profile.aniEmergency) faults.push({ field: 'aniEmergency', code: 'profile-ani-must-differ' })
  return faults.length > 0 ? { faults } : { profile }
}

function faultOf(field: string, value: unknown): Omit<ProfileFault, 'field'> | null {
  const known = FIELDS.get(field)
  if (!known) return { code: 'profile-field-unknown' }
  // Such a gateway would transmit for as long as we are connected.
  if (field === 'pttMode' && value === 'constant') return { code: 'profile-constant-refused' }
  if (Value.Check(known, value)) return null
  const { minimum: min, maximum: max, maxLength } = known
  if (min !== undefined && max !== undefined) return { code: 'profile-out-of-range', min, max }
  return { code: maxLength === undefined ? 'profile-not-one-of' : 'profile-digits-needed' }
}
