/** What a simulated gateway is like, all of it changeable while it runs; and the handhelds on its channel. */
import type { Law } from '../sound/g711.ts'
import { PTT_DEFAULTS, type PttProfile } from './ptt.ts'
import { RECEIVER_DEFAULTS, type ReceiverProfile } from './receiver.ts'

/** How a handheld says who it is. `event`: its DTMF comes as RFC 4733; `digital`: the gateway tells it by SIP MESSAGE. */
export type Ident = 'none' | 'dtmf' | 'event' | 'mdc1200' | 'zvei1' | 'ccir' | 'digital'

export type GatewayProfile = PttProfile &
  ReceiverProfile & {
    law: Law
    /** keyed → handhelds hear; what is said before is lost on the air */
    txAttackMs: number
    /** what arrives goes on the air so much later, so that VOX cuts nothing */
    voiceDelayMs: number
    ident: Ident
    identAt: 'lead' | 'trail'
    /** an acknowledgement or a DTMF identity comes as RFC 4733 instead of in band */
    dtmfAsEvents: boolean
    /** an emergency's first digit instead of the 1 of a usual over; by 5-tone its first two tones */
    emergencyDtmf: string
    emergencyTones: string
    /** a second call while one is on */
    second: 'replace' | 'busy'
    /** registers for so many seconds at a time; 0: does not */
    registerS: number
    /** hears SIP no more */
    sipDeaf: boolean
  }

export const PROFILE_DEFAULTS: GatewayProfile = {
  ...PTT_DEFAULTS,
  ...RECEIVER_DEFAULTS,
  law: 'ulaw',
  txAttackMs: 100,
  voiceDelayMs: 0,
  ident: 'dtmf',
  identAt: 'trail',
  dtmfAsEvents: false,
  emergencyDtmf: '7',
  emergencyTones: '99',
  second: 'replace',
  registerS: 0,
  sipDeaf: false,
}

const CHOICES: Partial<Record<keyof GatewayProfile, readonly string[]>> = {
  mode: ['packet', 'vox', 'dtmf'],
  cor: ['rtpPresence', 'vad'],
  law: ['ulaw', 'alaw'],
  ident: ['none', 'dtmf', 'event', 'mdc1200', 'zvei1', 'ccir', 'digital'],
  identAt: ['lead', 'trail'],
  second: ['replace', 'busy'],
}

/** The profile with `set` laid over it. @throws naming a setting that is not known or not of its kind. */
export function changed(profile: GatewayProfile, set: Record<string, unknown>): GatewayProfile {
  for (const [name, value] of Object.entries(set)) {
    const held = PROFILE_DEFAULTS[name as keyof GatewayProfile]
    const choices = CHOICES[name as keyof GatewayProfile]
    if (held === undefined) throw new Error(`no such setting: ${name}`)
    if (typeof value !== typeof held || (choices && !choices.includes(String(value))))
      throw new Error(`${name}: ${String(value)} will not do${choices ? ` (${choices.join(', ')})` : ''}`)
  }
  return { ...profile, ...(set as Partial<GatewayProfile>) }
}

/**
 * What handheld `unit` ("07") sends by each scheme: DTMF 1007 (1: begins to speak, 007: who), MDC-1200 1007
 * (hexadecimal), 5-tone 21007, and 1007 when a digital gateway tells it.
 */
export function identOf(unit: string): { dtmf: string; mdc1200: string; fiveTone: string; gateway: string } {
  const number = unit.replace(/\D/g, '').padStart(2, '0').slice(-2)
  return { dtmf: `10${number}`, mdc1200: `10${number}`, fiveTone: `210${number}`, gateway: `10${number}` }
}
