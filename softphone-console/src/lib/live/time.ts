import { common } from '../i18n/common.ts'
import { locale, t } from '../i18n/index.ts'

/** Organisation's zone until the catalogue says otherwise. */
let zone = 'Asia/Shanghai'

export function useZone(timeZone: string): void {
  zone = timeZone
}

const made = new Map<string, Intl.DateTimeFormat>()
function format(kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${zone} ${kind}`
  let held = made.get(key)
  if (!held) {
    held = new Intl.DateTimeFormat(locale(), { timeZone: zone, hourCycle: 'h23', ...options })
    made.set(key, held)
  }
  return held
}

/** `14:06` */
export function hhmm(at: string | number): string {
  return format('hm', { hour: '2-digit', minute: '2-digit' }).format(new Date(at))
}

/** `14:06:32` */
export function hhmmss(at: string | number): string {
  return format('hms', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at))
}

/** `11月19日 周四` · `Thu 19 Nov` */
export function dayAndWeek(at: number): string {
  return format('dw', { month: 'short', day: 'numeric', weekday: 'short' }).format(new Date(at))
}

/** `11-19`, or today / yesterday by the organisation's days. */
export function day(at: string | number, now: number): string {
  const of = (ms: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(ms))
  const that = of(new Date(at).getTime())
  if (that === of(now)) return t(common.today)
  if (that === of(now - 86_400_000)) return t(common.yesterday)
  return that.slice(5)
}

/** `0:08`, `12:47`, `1:02:05`: how long, in minutes and seconds; never negative. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = String(seconds % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** What a date-and-time field holds for this instant, by the organisation's clock: `2026-11-22T14:06`. */
export function inputOf(at: string | number): string {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  return wall.format(new Date(at)).replace(' ', 'T')
}

/** The instant such a field means; null while it holds none. */
export function instantOf(text: string): string | null {
  const wall = Date.parse(`${text}Z`)
  if (Number.isNaN(wall)) return null
  const offset = (at: number) => Date.parse(`${inputOf(at)}Z`) - Math.floor(at / 60_000) * 60_000
  // twice: the first guess may stand on the other side of a change of clocks
  const guess = wall - offset(wall)
  return new Date(wall - offset(guess)).toISOString()
}
