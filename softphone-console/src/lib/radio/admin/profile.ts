import type { ProfileFault, ProfileFaultCode, ProfileField, ProfileValue } from '../../wire.ts'

/** A profile as the form holds it: numbers as they are typed. */
export type Profile = Record<string, ProfileValue>
export type Faults = Record<string, Omit<ProfileFault, 'field'>>

/** Fields in the order a person sets up a gateway, and when each matters. */
export const GROUPS = [
  {
    group: 'transmit',
    fields: ['pttMode', 'dtmfKey', 'dtmfUnkey', 'txLeadMs', 'txTailMs', 'totS', 'totEmergencyS', 'totPenaltyS'],
  },
  {
    group: 'receive',
    fields: ['corMode', 'silenceSuppression', 'vadDb', 'rxDebounceMs', 'rxHangMs', 'deafMs', 'rxTotS', 'loopMs'],
  },
  { group: 'identity', fields: ['idScheme', 'fiveTone', 'fiveToneEmergency', 'aniPtt', 'aniEmergency'] },
  { group: 'network', fields: ['jitterBuffer'] },
] as const
export type FieldName = (typeof GROUPS)[number]['fields'][number]

/** Changing one of these undoes what the commissioning run proved. */
const PROVEN = ['pttMode', 'dtmfKey', 'dtmfUnkey']

/** Whether a field does anything with these values; one that has a fault is always shown. */
export function matters(field: string, profile: Profile): boolean {
  switch (field) {
    case 'dtmfKey':
    case 'dtmfUnkey':
      return profile.pttMode === 'dtmf'
    case 'vadDb':
      return profile.corMode === 'vad'
    case 'fiveTone':
    case 'fiveToneEmergency':
      return profile.idScheme === '5tone'
    case 'aniPtt':
    case 'aniEmergency':
      return profile.idScheme === 'dtmf'
    default:
      return true
  }
}

export const defaultsOf = (fields: readonly ProfileField[]): Profile =>
  Object.fromEntries(fields.map((one) => [one.field, one.default]))

/** A field's default while the others are what they are. */
export const defaultFor = (field: ProfileField, profile: Profile): ProfileValue =>
  field.kind === 'range' && field.vadDefault !== undefined && profile.corMode === 'vad'
    ? field.vadDefault
    : field.default

/** One value changed. What stood at the default of the old way of hearing goes to that of the new one. */
export function withValue(
  fields: readonly ProfileField[],
  before: Profile,
  name: string,
  value: ProfileValue,
): Profile {
  const after = { ...before, [name]: value }
  for (const field of fields)
    if (field.field !== name && before[field.field] === defaultFor(field, before))
      after[field.field] = defaultFor(field, after)
  return after
}

/** What cannot be, before the server is asked; it asks again, and has the last word. */
export function faultsOf(fields: readonly ProfileField[], profile: Profile): Faults {
  const faults: Faults = {}
  for (const field of fields) {
    const value = profile[field.field]
    const code = codeOf(field, value)
    if (code) faults[field.field] = field.kind === 'range' ? { code, min: field.min, max: field.max } : { code }
  }
  if (profile.corMode === 'rtpPresence' && profile.silenceSuppression === false)
    faults.corMode = { code: 'profile-presence-needs-suppression' }
  if (profile.aniPtt === profile.aniEmergency) faults.aniEmergency ??= { code: 'profile-ani-must-differ' }
  return faults
}

function codeOf(field: ProfileField, value: ProfileValue | undefined): ProfileFaultCode | undefined {
  switch (field.kind) {
    case 'choice':
      if (value !== undefined && field.refused?.includes(value)) return 'profile-constant-refused'
      return value !== undefined && field.of.includes(value) ? undefined : 'profile-not-one-of'
    case 'range': {
      const fits = typeof value === 'number' && value >= field.min && value <= field.max
      return fits ? undefined : 'profile-out-of-range'
    }
    case 'digits':
      return typeof value === 'string' && value.length <= field.most && /^[0-9A-D*#]+$/.test(value)
        ? undefined
        : 'profile-digits-needed'
  }
}

/** The server's own faults, by field. */
export const faultsSaid = (faults: readonly ProfileFault[]): Faults =>
  Object.fromEntries(faults.map(({ field, ...fault }) => [field, fault]))

/** Only what is different from what was. */
export const changesOf = (before: Profile, after: Profile): Profile =>
  Object.fromEntries(Object.entries(after).filter(([field, value]) => before[field] !== value))

export const unproves = (changes: Profile): boolean => PROVEN.some((field) => field in changes)

/** How far a commissioning run is, 0 to 1 over all its parts: the idle minute is most of it. */
export function farOf({ phase, seconds, ofSeconds }: { phase: string; seconds: number; ofSeconds: number }): number {
  const part = Math.min(1, seconds / Math.max(1, ofSeconds))
  return phase === 'idle' ? part * 0.8 : phase === 'keyed' ? 0.8 + part * 0.1 : 0.9 + part * 0.1
}
