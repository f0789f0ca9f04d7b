/** What a desk's directory begins with: the demonstration's campuses and lines, or those of the hospital's site file. */
import type { Site } from '../../site.ts'
import { CAMPUSES, DESK_PHONES, type Labelled, LEGACY, LINES, NIGHT_HANDSET } from './base.ts'

export type Base = {
  name: Labelled
  timeZone: string
  campuses: (Labelled & { seal: string })[]
  lines: Labelled[]
  trunks: { campus: string; address: string; contact: string; traits: Record<string, boolean> }[]
  dialled: { campus: string; number: string; line: string; kind: 'service' | 'legacy' }[]
  phones: { code: string; kind: 'desk' | 'handset'; label: string; campus: string }[]
  handset: string
  /** how long one phone rings, in seconds: the ring bar on the screen counts by it */
  ringSeconds: number
}

export function demoBase(name: Labelled): Base {
  return {
    name,
    timeZone: 'Asia/Shanghai',
    campuses: CAMPUSES.map(({ code, zh, en, seal }) => ({ code, zh, en, seal })),
    lines: [...LINES],
    trunks: CAMPUSES.map(({ code, address }) => ({
      campus: code,
      address,
      contact: `sip:${address}:5160`,
      traits: {},
    })),
    dialled: CAMPUSES.flatMap(({ code, firstNumber }) => [
      ...LINES.map((line, index) => ({
        campus: code,
        number: String(firstNumber + index),
        line: line.code,
        kind: 'service' as const,
      })),
      ...LEGACY.map(({ number, line }) => ({ campus: code, number, line, kind: 'legacy' as const })),
    ]),
    phones: [
      ...DESK_PHONES.map((code, index) => ({
        code,
        kind: 'desk' as const,
        label: `${index + 1} 号坐席话机`,
        campus: 'new',
      })),
      { code: NIGHT_HANDSET, kind: 'handset', label: '夜班手持话机', campus: 'new' },
    ],
    handset: NIGHT_HANDSET,
    ringSeconds: 20,
  }
}

export function siteBase(site: Site): Base {
  const campus = site.campuses[0]?.code ?? ''
  return {
    name: site.hospital,
    timeZone: site.timeZone,
    campuses: [...site.campuses],
    lines: site.lines.map(({ code, zh, en }) => ({ code, zh, en })),
    trunks: site.trunks.map(({ campus, from, gateway, busyTone, lateName }) => ({
      campus,
      address: from[0] ?? '',
      contact: `sip:${gateway}`,
      traits: { ...(busyTone && { busyToneHangup: true }), ...(lateName && { lateName: true }) },
    })),
    dialled: site.campuses.flatMap(({ code }) =>
      site.lines.flatMap((line) => [
        ...(line.numbers[code] === undefined
          ? []
          : [{ campus: code, number: line.numbers[code], line: line.code, kind: 'service' as const }]),
        ...line.legacy.map((number) => ({ campus: code, number, line: line.code, kind: 'legacy' as const })),
      ]),
    ),
    phones: [
      ...site.deskPhones.map(({ station, label }) => ({ code: station, kind: 'desk' as const, label, campus })),
      ...(site.handset ? [{ code: site.handset, kind: 'handset' as const, label: site.handset, campus }] : []),
    ],
    handset: site.handset ?? NIGHT_HANDSET,
    // what the table takes; a ring outside of it is no ring an agent is to see
    ringSeconds: Math.min(120, Math.max(5, site.seconds.ring)),
  }
}
