import { declineReason } from '../i18n/dispatch.ts'
import { named, t } from '../i18n/index.ts'
import { life, linkKind, waitingFor } from '../i18n/life.ts'
import { calloutSteps } from '../i18n/radio/callout.ts'
import { radio } from '../i18n/radio/radio.ts'
import { callRelation, impacts, resolution, ticketState, urgencies } from '../i18n/tickets.ts'
import { fieldName, happened, timeline } from '../i18n/timeline.ts'
import type { IconName } from '../ui/icons.ts'
import type { Catalogue, TimelineItem } from '../wire.ts'
import { categoryWord } from './words.ts'

/** One thing that happened, in words: a sentence, and the lines under it. */
export type Told = { text: string; more: string[]; icon: IconName; tone: '' | 'ok' | 'warn' | 'alarm' | 'acc' }

const ICONS: Record<string, IconName> = {
  over: 'radio',
  changed: 'pen',
  note: 'whisper',
  urged: 'bell',
  'call-joined': 'link',
  'call-left': 'link',
  take: 'user',
  assign: 'user',
  done: 'checkc',
  withdraw: 'x',
  'give-up': 'alert',
  reopen: 'loop',
  arrive: 'pin',
  wait: 'clock',
  'woke-up': 'clock',
  resume: 'loop',
  return: 'x',
  transfer: 'user',
  review: 'checkc',
  verify: 'checkc',
  'send-back': 'loop',
  'not-fixed': 'alert',
  linked: 'link',
  unlinked: 'link',
  merge: 'link',
  split: 'link',
  complain: 'alert',
  'ticket.opened': 'plus',
  'call.answered': 'phone',
  'call.arrived': 'phonein',
  'call.ended': 'phoneoff',
  'recording.filed': 'rec',
  'recording.missing': 'alert',
  'recording.short': 'alert',
  'recording.listened': 'ear',
}
const TONES: Record<string, Told['tone']> = {
  urged: 'warn',
  done: 'ok',
  take: 'ok',
  withdraw: 'warn',
  'give-up': 'alarm',
  arrive: 'acc',
  wait: 'warn',
  return: 'warn',
  review: 'ok',
  verify: 'ok',
  'send-back': 'warn',
  'not-fixed': 'alarm',
  complain: 'alarm',
  'recording.filed': 'ok',
  'recording.missing': 'alarm',
  'recording.short': 'alarm',
  'call.unrecorded': 'alarm',
  'call.answered': 'acc',
}

/** A timeline item as the screen says it. What this console has no words for is still shown, by its name. */
export function tell(item: TimelineItem, catalogue: Catalogue | null): Told {
  if (item.kind.startsWith('callout.')) return calloutStep(item)
  const sentence = (happened as Record<string, { zh: (who: string) => string; en: (who: string) => string }>)[item.kind]
  const text = sentence ? t(sentence, item.by?.name ?? '') : t(timeline.other, item.kind)
  return { text, more: detail(item, catalogue), icon: ICONS[item.kind] ?? 'clock', tone: TONES[item.kind] ?? '' }
}

/** One step of a call by radio: what, to whom it went, and how it was answered. */
function calloutStep({ kind, by, body }: TimelineItem): Told {
  const step = kind.slice('callout.'.length)
  const said = (calloutSteps as Record<string, { zh: string; en: string }>)[step]
  const tone = step === 'acknowledged' ? 'ok' : step === 'given_up' || step === 'refused' ? 'alarm' : ''
  const unit = typeof body.unit === 'string' ? t(radio.handheld, body.unit) : ''
  const words = [by?.name ?? '', said ? t(said) : step, unit].filter((word) => word !== '').join(' · ')
  return { text: words, more: typeof body.text === 'string' ? [body.text] : [], icon: 'radio', tone }
}

function detail(item: TimelineItem, catalogue: Catalogue | null): string[] {
  const { body } = item
  const lines: string[] = []
  const { fields } = body
  if (fields && typeof fields === 'object' && !Array.isArray(fields)) {
    for (const [field, change] of Object.entries(fields)) lines.push(changed(field, change, catalogue))
  }
  if (typeof body.text === 'string') lines.push(body.text)
  if (typeof body.relation === 'string') lines.push(word(callRelation, body.relation))
  if (typeof body.resolution === 'string') lines.push(word(resolution, body.resolution))
  if (typeof body.waitingFor === 'string') lines.push(word(waitingFor, body.waitingFor))
  if (typeof body.why === 'string') lines.push(word(declineReason, body.why))
  if (typeof body.stars === 'number') lines.push(t(life.starsWord, body.stars))
  if (typeof body.link === 'string' && typeof body.number === 'string')
    lines.push(`${word(linkKind, body.link)} ${body.number}`)
  for (const key of ['faultCause', 'reason'] as const) {
    const value = body[key]
    if (typeof value === 'string' && value !== '') lines.push(value)
  }
  if (item.kind === 'ticket.state' && typeof body.to === 'string')
    lines.push(t(timeline.became, word(ticketState, body.to)))
  return lines.filter((line) => line !== '')
}

function changed(field: string, change: unknown, catalogue: Catalogue | null): string {
  const name = word(fieldName, field)
  const [from, to] = Array.isArray(change) ? change : [null, null]
  const [was, is] = [valueWord(field, from, catalogue), valueWord(field, to, catalogue)]
  if (is === null) return name
  if (is === '') return t(timeline.cleared, name)
  return was ? t(timeline.changed, name, was, is) : t(timeline.set, name, is)
}

/** A value in words; '' for none, null for an id this console has no name for. */
function valueWord(field: string, value: unknown, catalogue: Catalogue | null): string | null {
  if (value === null || value === undefined || value === '') return ''
  if (field === 'impact' || field === 'confirmedImpact') return numbered(impacts, value)
  if (field === 'urgency' || field === 'confirmedUrgency') return numbered(urgencies, value)
  if (field === 'categoryId' || field === 'confirmedCategoryId')
    return categoryWord(catalogue?.categories, String(value)) || null
  if (field === 'line') return named(catalogue?.lines.find((line) => line.code === value)) || String(value)
  if (field.endsWith('Id')) return null
  return String(value)
}

function numbered(words: { zh: string; en: string }[], value: unknown): string {
  const found = words[Number(value) - 1]
  return found ? t(found) : String(value)
}

function word(words: Record<string, { zh: string; en: string }>, code: string): string {
  const found = words[code]
  return found ? t(found) : code
}
