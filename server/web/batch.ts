/** Who is told what of a stretch of the journal. Pure, and made so that five hundred consoles cost little. */
import type { Actor, Thing } from '../people/index.ts'
import type { Frame } from '../wire/frames.ts'
import type { PopCard } from '../wire/views.ts'

/** One journal row made ready: the frame all who may see `thing` get, and the pop that one person alone gets. */
export type SharedFrame = {
  /** null: holds nothing to hide, every signed-in person gets it */
  thing: Thing | null
  frame: Frame
  popFor?: { personId: string; pop: PopCard }
}

/** A journal row with its frame, if it has one, serialised once for everybody. */
export type Told = {
  seq: number
  thing: Thing | null | undefined
  json: string
  popFor?: { personId: string; json: string }
}

/** Serialises a row's frame. A row without a frame still moves everybody's `upTo`. */
export function toTold(seq: number, shared: SharedFrame | undefined): Told {
  if (!shared) return { seq, thing: undefined, json: '' }
  const { thing, frame, popFor } = shared
  if (!popFor) return { seq, thing, json: JSON.stringify(frame) }
  return {
    seq,
    thing,
    json: JSON.stringify(frame),
    popFor: { personId: popFor.personId, json: JSON.stringify({ ...frame, pop: popFor.pop }) },
  }
}

export type Sees = (actor: Actor, thing: Thing) => boolean

/**
 * What this person is told of these rows, as a mask: one character a row, `0` nothing, `1` the shared frame, `2` the
 * frame with the pop. Two people with the same mask get the same bytes.
 */
export function maskFor(actor: Actor, rows: readonly Told[], sees: Sees): string {
  let mask = ''
  for (const { thing, popFor } of rows) {
    if (popFor?.personId === actor.personId) mask += '2'
    else mask += thing !== undefined && (thing === null || sees(actor, thing)) ? '1' : '0'
  }
  return mask
}

/**
 * The same for many people at once. What a person may see follows from their rights and from whether a thing names them
 * (see may()): so all with equal rights whom none of these rows names have one mask, and it is made once.
 */
export function maskMaker(rows: readonly Told[], sees: Sees): (actor: Actor, rights: string) => string {
  const named = new Set<unknown>()
  for (const { thing, popFor } of rows) {
    if (popFor) named.add(popFor.personId)
    for (const value of Object.values(thing ?? {})) for (const one of [value].flat()) named.add(one)
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
    if (!row || mask[i] === '0') continue
    frames.push(mask[i] === '2' && row.popFor ? row.popFor.json : row.json)
  }
  return `{"kind":"frames","after":${after},"upTo":${upTo},"frames":[${frames.join(',')}]}`
}
