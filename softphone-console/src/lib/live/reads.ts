/** What is told without a pause while it is read is read no more often than this; the next news is heard all the same. */
const MOST_READS = 5

/**
 * Reads of what the live socket tells of as well. Kept apart because an answer may have been written down before news
 * that is heard while it travels: laid over that news it would stand for good, as nothing newer follows.
 */
export class Reads {
  readonly #underWay = new Set<Set<string>>()

  /** News of this one came: whatever is being read may know less. */
  hear(id: string): void {
    for (const told of this.#underWay) told.add(id)
  }

  /** Asks once, and says whether news came meanwhile of one that the answer is about. Rejects as `ask` does. */
  async once<T>(
    ask: () => Promise<T>,
    about: (answer: T) => readonly string[],
  ): Promise<{ answer: T; isOvertaken: boolean }> {
    const told = new Set<string>()
    this.#underWay.add(told)
    try {
      const answer = await ask()
      return { answer, isOvertaken: about(answer).some((id) => told.has(id)) }
    } finally {
      this.#underWay.delete(told)
    }
  }

  /** Asks, and asks again as often as the answer was overtaken. */
  async whole<T>(ask: () => Promise<T>, about: (answer: T) => readonly string[]): Promise<T> {
    for (let asked = 1; ; asked++) {
      const { answer, isOvertaken } = await this.once(ask, about)
      if (!isOvertaken || asked === MOST_READS) return answer
    }
  }
}
