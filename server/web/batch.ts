/** Who is told what of a stretch of the journal. Pure, and made so that five hundred consoles cost little. */

import type { JournalRow } from '../db/index.ts'
import type { Frame } from '../wire/frames.ts'
import type { Actor, Thing } from '../wire/grant.ts'
import type { PopCard } from '../wire/views.ts'

/** One journal row made ready: the frame all who may see `thing` get, and the pop that one person alone gets. */
export type SharedFrame = {
  /** null: holds nothing to hide, every signed-in person gets it */
  thing: Thing | null
  frame: Frame
  /** what the frame shows beside its thing, asked about by itself: the frame as it is for who may not see it. At most six. */
  parts?: { thing: Thing; without: (frame: Frame) => Frame }[]
  popFor?: { personId: string; frame: Frame & { pop: PopCard } }
}

/** One room's frames. */
export type FrameMaker = {
  /** whether rows of this type are this room's */
  makes: (type: string) => boolean
  /** the frames of rows, in the same order; undefined: nothing to show */
  framesOf: (rows: JournalRow[]) => Promise<(SharedFrame | undefined)[]>
}

/** The frames of rows, by their number, each made by the room whose it is. */
export async function framed(rows: JournalRow[], makers: FrameMaker[]): Promise<Map<number, SharedFrame | undefined>> {
  const frames = new Map<number, SharedFrame | undefined>()
  const making = makers.map(async ({ makes, framesOf }) => {
    const its = rows.filter(({ type }) => makes(type))
    const made = its.length > 0 ? await framesOf(its) : []
    for (const [i, { seq }] of its.entries()) frames.set(seq, made[i])
  })
  await Promise.all(making)
  return frames
}

/** A journal row with its frame, if it has one, serialised once for everybody who may see the same of it. */
export type Told = {
  seq: number
  thing: Thing | null | undefined
  json: string
  parts?: Thing[]
  /** the frame without the parts whose bits are set */
  without?: (hidden: number) => string
  popFor?: { personId: string; json: string }
}

/** Serialises a row's frame. A row without a frame still moves everybody's `upTo`. */
export function toTold(seq: number, shared: SharedFrame | undefined): Told {
  if (!shared) return { seq, thing: undefined, json: '' }
  const { thing, frame, parts = [], popFor } = shared
  const made = new Map<number, string>()
  const without = (hidden: number): string => {
    const known = made.get(hidden)
    if (known !== undefined) return known
    const json = JSON.stringify(parts.reduce((less, part, i) => (hidden & (1 << i) ? part.without(less) : less), frame))
    made.set(hidden, json)
    return json
  }
  return {
    seq,
    thing,
    json: JSON.stringify(frame),
    ...(parts.length > 0 && { parts: parts.map((part) => part.thing), without }),
    ...(popFor && { popFor: { personId: popFor.personId, json: JSON.stringify(popFor.frame) } }),
  }
}

export type Sees = (actor: Actor, thing: Thing) => boolean

/**
 * What this person is told of these rows, as a mask: one character a row, `0` nothing, `1` the shared frame, `2` the
 * frame with the pop, from `A` on the shared frame without the parts that are hidden from them. Two people with the same
 * mask get the same bytes.
 */
export function maskFor(actor: Actor, rows: readonly Told[], sees: Sees): string {
  let mask = ''
  for (const { thing, parts, popFor } of rows) {
    if (popFor?.personId === actor.personId) mask += '2'
    else if (thing === undefined || (thing !== null && !sees(actor, thing))) mask += '0'
    else {
      const hidden = (parts ?? []).reduce((bits, part, i) => (sees(actor, part) ? bits : bits | (1 << i)), 0)
      mask += hidden === 0 ? '1' : String.fromCharCode(LESS + hidden)
    }
  }
  return mask
}
/** The character before `A`. */
const LESS = 64

/**
 * The same for many people at once. What a person may see follows from their rights and from whether a thing names them
 * (see may()): so all with equal rights whom none of these rows names have one mask, and it is made once.
 */
export function maskMaker(rows: readonly Told[], sees: Sees): (actor: Actor, rights: string) => string {
  const named = new Set<unknown>()
  for (const { thing, parts = [], popFor } of rows) {
    if (popFor) named.add(popFor.personId)
    for (const about of [thing ?? {}, ...parts])
      for (const value of Object.values(about)) for (const one of [value].flat()) named.add(one)
  }
  const masks = new Map<string, string>()
  return (actor, rights) => {
    if (named.has(actor.personId)) return maskFor(actor, rows, sees)
    const known = masks.get(rights)
    if (known !== undefined) return known
    const mask = maskFor(actor, rows, sees)
    masks.set(rights, mask)
    return mask
  }
}

/** The message for everybody with this mask who holds the journal up to `after`. */
export function batchOf(rows: readonly Told[], mask: string, after: number, upTo: number): string {
  const frames: string[] = []
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    const as = mask[i]
    if (!row || as === undefined || as === '0') continue
    if (as === '2' && row.popFor) frames.push(row.popFor.json)
    else if (as > '2' && row.without) frames.push(row.without(as.charCodeAt(0) - LESS))
    else frames.push(row.json)
  }
  return `{"kind":"frames","after":${after},"upTo":${upTo},"frames":[${frames.join(',')}]}`
}
