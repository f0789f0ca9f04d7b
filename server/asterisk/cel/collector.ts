/**
 * Reads the CEL file from where it was left, and tells its facts as late ones. The live wire goes first: while it is
 * well, lines younger than two seconds wait, so that what was heard live is not marked as recovered.
 */
import type { Db } from '../../db/index.ts'
import type { Hearing } from '../ami/hearing.ts'
import type { Meters } from '../meters.ts'
import * as store from '../store.ts'
import type { Source } from '../words.ts'
import { makeCelReader } from './cel.ts'
import { type CelMark, readOn } from './celfile.ts'

export type Collector = {
  /** Reads on; with `toTheEnd`, everything that stands there now. @throws when the file or the database is away. */
  read(toTheEnd: boolean): Promise<void>
  state(): { readAt: Date | null; why: string | null; since: Date; behind: boolean; lastRowAt: Date | null }
}

/** The file's name in `cel_marks`: it does not change when the folder does. */
const FILE = 'cel.jsonl'
const LIVE_FIRST_MS = 2_000
const LINES_AT_ONCE = 400
const SAVE_EVERY_MS = 1_000

export function makeCollector(options: {
  db: Db
  pbx: number
  path: string
  hearing: Hearing
  source: () => Source
  meters: Meters
}): Collector {
  const { db, pbx, path, hearing, meters } = options
  const reader = makeCelReader(options.source)
  let mark: CelMark | null = null
  let started = false
  let savedAt = 0
  let running: Promise<void> = Promise.resolve()
  let lastRowAt: Date | null = null
  let state = { readAt: null as Date | null, why: null as string | null, since: new Date(), behind: false }

  async function pass(toTheEnd: boolean): Promise<void> {
    if (!started) {
      mark = await store.readMark(db, pbx, FILE)
      reader.forget()
      started = true
    }
    for (;;) {
      const before: CelMark | null = mark
      const batch = await readOn(path, mark)
      if (before && before.inode !== 0 && batch.mark.inode !== before.inode) reader.rebase()
      meters.count('cel_parse_errors_total', batch.spoilt)
      const young = Date.now() - LIVE_FIRST_MS
      let next = batch.mark
      for (let i = 0; i < batch.lines.length; i += LINES_AT_ONCE) {
        const facts = []
        for (const { text, offset } of batch.lines.slice(i, i + LINES_AT_ONCE)) {
          const at = timeIn(text)
          if (!toTheEnd && at && at > young && at < young + 3_600_000) {
            next = { inode: batch.mark.inode, offset }
            break
          }
          if (at) lastRowAt = new Date(at)
          meters.count('cel_lines_total')
          const told = reader.read(text, offset)
          if (told) facts.push(...told)
          else meters.count('cel_parse_errors_total')
        }
        if (facts.length > 0) await hearing.late(facts)
        if (next !== batch.mark) break
      }
      mark = next
      const done = next !== batch.mark || !batch.more
      state.behind = !done
      await save(next, done)
      if (done) return
    }
  }

  async function save({ inode, offset }: CelMark, now: boolean): Promise<void> {
    if (inode === 0 || (!now && performance.now() - savedAt < SAVE_EVERY_MS)) return
    savedAt = performance.now()
    const needed = { inode, offset: reader.neededFrom(offset) }
    const key = `${needed.inode}/${needed.offset}`
    if (key === lastSaved) return
    await store.saveMark(db, pbx, FILE, needed)
    lastSaved = key
  }
  let lastSaved = ''

  return {
    read(toTheEnd) {
      const mine = running.then(() => pass(toTheEnd))
      running = mine.then(
        () => {
          const wasWell = state.why === null
          state = { readAt: new Date(), why: null, since: wasWell ? state.since : new Date(), behind: false }
        },
        (error) => {
          // The reader is ahead of what was committed: begin again at the mark that was.
          started = false
          state = { ...state, why: error.message, since: state.why === null ? new Date() : state.since }
        },
      )
      return mine
    },
    state: () => ({ ...state, lastRowAt }),
  }
}

/** A row's time without parsing the whole row; ms since 1970. */
function timeIn(line: string): number | null {
  const text = /"eventtime":"([^"]+)"/.exec(line)?.[1]
  const ms = text ? Date.parse(text.replace(/(\.\d{3})\d*/, '$1')) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}
