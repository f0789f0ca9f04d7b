/**
 * Calls that SIP refused before they were any: counted by trunk and cause, since nobody else ever hears of them. A
 * gateway with the wrong codecs would look like a quiet day.
 *
 *   INVITE that opens a dialog ──▶ asked ──2xx──▶ forgotten     asked ──4xx 5xx 6xx──▶ counted once
 *                                        └─401, 407 (prove who you are), 487 (the caller gave up)──▶ forgotten
 */
import { BlockList, isIPv4 } from 'node:net'
import type { SipHeard } from './hep.ts'

export type Cause = 'codec' | 'number' | 'twice' | 'forbidden' | 'busy' | 'other'
/** Where it came from: a trunk by its campus, or `other` for stations, gateways of the radio and strangers. */
export type Refused = { trunk: string; cause: Cause; status: number }

const CAUSES: Record<number, Cause> = {
  404: 'number',
  484: 'number',
  604: 'number',
  415: 'codec',
  488: 'codec',
  606: 'codec',
  482: 'twice',
  403: 'forbidden',
  603: 'forbidden',
  480: 'busy',
  486: 'busy',
  500: 'busy',
  503: 'busy',
}
const NO_REFUSAL = new Set([401, 407, 487])
/** More INVITEs without an answer than this are forgotten, oldest first: their refusal would not be counted. */
const MOST_ASKED = 2_000
/** So long a refusal is told in the state; a gateway that is set wrong refuses again within it on any working day. */
const TOLD_MS = 15 * 60_000

export type Refusals = {
  hear(heard: SipHeard, at: number): void
  /** Since the start, `<trunk> <status>` by number of calls. */
  totals(): Record<string, number>
  /** Of calls from trunks that were refused lately: since when, how many, and by what; null when there were none. */
  lately(now: number): { since: Date; count: number; what: { zh: string; en: string }[] } | null
}

const WORDS: Record<Cause, { zh: string; en: string }> = {
  codec: { zh: '没有我们会的语音编码', en: 'offered no codec we have' },
  number: { zh: '拨的号码不是任何一条线', en: 'dialled a number that is no line' },
  twice: { zh: '同一通来电从两条路进来', en: 'came by two ways' },
  forbidden: { zh: '不许呼叫', en: 'may not call' },
  busy: { zh: '当时没有空闲', en: 'found no room' },
  other: { zh: '没有听懂', en: 'was not understood' },
}

/** Pure but for what it remembers. `trunks` are known by the addresses they speak from. */
export function makeRefused(trunks: readonly { campus: string; from: readonly string[] }[]): Refusals {
  const asked = new Set<string>()
  /** answered for good: the same INVITE sent once more, as when the answer was lost, is no other call */
  const settled = new Set<string>()
  const totals = new Map<string, number>()
  let recent: { at: number; what: Refused }[] = []
  const known = trunks.map(({ campus, from }) => ({ campus, addresses: listOf(from) }))
  const trunkAt = (address: string) => known.find(({ addresses }) => addresses.check(address))?.campus ?? 'other'

  const remember = (all: Set<string>, key: string) => {
    if (all.size >= MOST_ASKED) all.delete(all.values().next().value as string)
    all.add(key)
  }

  return {
    hear({ from, to, text }, at) {
      const said = read(text)
      if (!said) return
      if (said.status === 0) {
        const key = `${from} ${said.dialog}`
        if (!settled.has(key)) remember(asked, key)
        return
      }
      if (said.status < 200 || !asked.delete(`${to} ${said.dialog}`)) return
      remember(settled, `${to} ${said.dialog}`)
      if (said.status < 300 || NO_REFUSAL.has(said.status)) return
      const what: Refused = { trunk: trunkAt(to), cause: CAUSES[said.status] ?? 'other', status: said.status }
      const name = `${what.trunk} ${what.status}`
      totals.set(name, (totals.get(name) ?? 0) + 1)
      if (what.trunk !== 'other') recent = [...recent.slice(-999), { at, what }]
    },
    totals: () => Object.fromEntries(totals),
    lately(now) {
      recent = recent.filter(({ at }) => now - at < TOLD_MS)
      const [first] = recent
      if (!first) return null
      const groups = Map.groupBy(recent, ({ what }) => `${what.trunk} ${what.status}`)
      const what = [...groups.values()].map((all) => {
        const { trunk, cause, status } = (all[0] as (typeof all)[number]).what
        const { zh, en } = WORDS[cause]
        return {
          zh: `${trunk}：${zh}（${status}）${all.length} 通`,
          en: `${trunk}: ${en} (${status}) × ${all.length}`,
        }
      })
      return { since: new Date(first.at), count: recent.length, what }
    },
  }
}

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const one of addresses) {
    const [address = '', bits = '32'] = one.split('/')
    if (isIPv4(address)) list.addSubnet(address, Number(bits))
  }
  return list
}

/** What matters of a message: a first INVITE (status 0) or an answer to one, and which. */
function read(text: string): { status: number; dialog: string } | null {
  const [first = '', ...lines] = text.split('\r\n')
  const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(first)?.[1] ?? 0)
  if (status === 0 && !first.startsWith('INVITE ')) return null
  const field = (name: RegExp) => lines.find((line) => name.test(line))?.replace(/^[^:]*:\s*/, '') ?? ''
  const [, number, method] = /^(\d+)\s+(\w+)/.exec(field(/^CSeq\s*:/i)) ?? []
  if (method !== 'INVITE') return null
  // An INVITE within a call (hold, a new codec) that is refused leaves the call as it was.
  if (status === 0 && /;\s*tag=/i.test(field(/^(To|t)\s*:/i))) return null
  return { status, dialog: `${field(/^(Call-ID|i)\s*:/i)} ${number}` }
}
