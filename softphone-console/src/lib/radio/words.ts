import { named, t } from '../i18n/index.ts'
import { carriers, hows, radio, whys } from '../i18n/radio/radio.ts'
import type { IconName } from '../ui/icons.ts'
import type { OverView, PortNow, Talker } from '../wire.ts'

export const portName = (port: Pick<PortNow, 'nameZh' | 'nameEn'>): string =>
  named({ zh: port.nameZh, en: port.nameEn })

/** A port with its campus: two campuses may give theirs one name. */
export const portTitle = (
  port: Pick<PortNow, 'nameZh' | 'nameEn' | 'campus'>,
  campuses: readonly { code: string; zh: string; en: string | null }[] = [],
): string => `${named(campuses.find(({ code }) => code === port.campus)) || port.campus} ${portName(port)}`

/** Who it is, without how we know; a wrong name is worse than "unknown". */
export function talkerName(talker: Talker | null): string {
  if (!talker) return ''
  if (talker.kind === 'announcement') return talker.name || t(radio.announcement)
  if (talker.kind !== 'unit') return talker.name
  const isKnown = talker.name !== '' && talker.how !== 'unknown'
  // a number that the register does not have is told as what it is: heard, and nobody's
  if (!talker.unit) return isKnown ? talker.name : [t(radio.unknownTalker), talker.name].filter(Boolean).join(' · ')
  const handheld = t(radio.handheld, talker.unit)
  // a handheld that nobody holds goes by its own name, which is its number
  if (isKnown && talker.name.startsWith(talker.unit)) return handheld
  return [isKnown ? talker.name : t(radio.unknownTalker), handheld].join(' · ')
}

/** How we know: only a handheld has to be known. */
export const howKnown = (talker: Talker | null): string =>
  talker?.kind === 'unit' && talker.how && talker.how !== 'unknown' ? t(hows[talker.how]) : ''

export const whyWord = (why: string): string => {
  const word = (whys as Record<string, { zh: string; en: string }>)[why]
  return word ? t(word) : why
}

export type PortWord = { icon: IconName; text: string; tone: '' | 'free' | 'busy' | 'mine' | 'bad' }

/** What a port does now, in a word. While the server is out of sight nothing is claimed: it may be keyed. */
export function portWord(port: PortNow, me: string | null, blind: boolean): PortWord {
  if (blind) return { icon: 'off', text: t(carriers.blind), tone: 'bad' }
  if (port.control.state === 'lost') return { icon: 'off', text: t(radio.controlLost), tone: 'bad' }
  const { carrier, talker } = port
  switch (carrier) {
    case 'offline':
    case 'stuck':
    case 'tot_lock':
      return { icon: 'alert', text: t(carriers[carrier]), tone: 'bad' }
    case 'rx':
      return { icon: 'vol', text: t(carriers.rx), tone: 'busy' }
    case 'rx_hang':
    case 'deaf':
      return { icon: 'radio', text: t(carriers[carrier]), tone: 'busy' }
    case 'tx': {
      if (talker?.kind === 'agent' && talker.personId === me)
        return { icon: 'mic', text: t(carriers.mine), tone: 'mine' }
      if (talker?.kind === 'relay') return { icon: 'loop', text: t(carriers.relay), tone: 'busy' }
      const isNamed = talker?.kind === 'announcement' || talker?.kind === 'phone' || talker?.kind === 'test'
      return {
        icon: 'radio',
        text: t(isNamed ? carriers[talker.kind as 'announcement' | 'phone' | 'test'] : carriers.tx),
        tone: 'busy',
      }
    }
    case 'pending':
    case 'revoking':
    case 'tail':
      return { icon: 'radio', text: t(carriers[carrier]), tone: 'busy' }
    case 'idle':
      return { icon: 'radio', text: t(carriers.idle), tone: 'free' }
  }
}

/** The second line: who and how, or why nobody can. */
export function portLine(port: PortNow, leg: string | undefined, microphone: 'held' | 'none' | null): string {
  if (!port.enabled) return t(radio.off)
  if (port.carrier === 'offline') return port.gateway.why ?? t(radio.gatewayLost)
  if (port.talker) {
    const { talker } = port
    if (talker.kind === 'relay') return t(radio.relays, talker.name)
    return [talkerName(talker), howKnown(talker)].filter(Boolean).join(' · ')
  }
  if (port.muted) return t(port.muted === 'stuck' ? radio.mutedStuck : radio.mutedFlapping)
  if (port.noTx !== null) return t(radio.noTx, whyWord(port.noTx))
  if (leg === 'dialling') return t(radio.legDialling)
  if (leg === 'lost') return t(radio.legLost)
  if (leg === undefined) return t(radio.legNone)
  return t(microphone === 'none' ? radio.listenOnly : radio.clearChannel)
}

/** Packets a second really counted at the gateway, in the direction that matters now; null: nothing is in sight. */
export function evidenceOf(port: PortNow, blind: boolean): string {
  const { evidence } = port
  const isSending = ['pending', 'tx', 'revoking', 'tail'].includes(port.carrier)
  const pps = isSending || port.carrier === 'idle' ? evidence?.sentPps : evidence?.heardPps
  if (blind || pps == null) return t(radio.noEvidence)
  return t(isSending || port.carrier === 'idle' ? radio.sentPps : radio.heardPps, Math.round(pps))
}

/** Who spoke an over, for lists. */
export function overWho(over: OverView): string {
  if (over.kind === 'announcement') return t(radio.announcement)
  return talkerName(over.talker) || t(radio.unknownTalker)
}

export const overWay = (over: OverView): string => t(over.kind === 'rx' ? radio.rx : radio.tx)
