import { type Db, type JournalRow, readJournal } from '../db/index.ts'

/** An event with its place in the journal. */
export type Happened = { seq: number; type: string; at: Date }

/** Rows asked of the database at once. */
const READ_ROWS = 500

/** What comes next in the journal: from our own commits when they follow on without a gap, else from the database. */
export class NextRows {
  readonly #db: Db
  /** what our own commits have said and has not been read yet */
  #ours: JournalRow[] = []
  #readTo = 0
  /** whether more waits than the last answer held */
  more = false

  constructor(db: Db) {
    this.#db = db
  }

  /** Takes the events of our own commit; false when all of them were read already. */
  ours(told: Happened[]): boolean {
    for (const { seq, type, at, ...body } of told) if (seq > this.#readTo) this.#ours.push({ seq, type, at, body })
    return this.#ours.length > 0
  }

  /** Read already, or told by our own commit: a notice of it says nothing new. */
  knows(seq: number): boolean {
    return seq <= this.#readTo || this.#ours.some((row) => row.seq === seq)
  }

  async after(after: number): Promise<JournalRow[]> {
    this.#ours.sort((a, b) => a.seq - b.seq)
    const known: JournalRow[] = []
    let last = after
    for (const row of this.#ours) {
      if (row.seq === last + 1 && known.length < READ_ROWS) {
        known.push(row)
        last = row.seq
      }
    }
    const rows = known.length > 0 ? known : await readJournal(this.#db, after, READ_ROWS)
    this.#readTo = rows.at(-1)?.seq ?? after
    this.#ours = this.#ours.filter((row) => row.seq > this.#readTo)
    this.more = this.#ours.length > 0 || rows.length === READ_ROWS
    return rows
  }

  /** Forgets what our commits said: the next question goes to the database. `from`: only so far was really told. */
  forget(from = this.#readTo): void {
    this.#readTo = from
    this.#ours = []
  }
}
