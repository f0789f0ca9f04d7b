/** Asked by a test that walks through all kinds of one thing: in the gate one is enough. What is left out stands in all-only.ts. */
import type { Test } from 'tap'

/** True in the gate: `npm test` without `--all` and without a path. */
export const inGate = process.env.TEST_GATE === 'yes'

/** All of these; in the gate the first. */
export const ofEachKind = <T>(all: readonly T[]): readonly T[] => (inGate ? all.slice(0, 1) : all)

/** `t.test` for a walk that the gate leaves to `--all`. */
export const walkOf = (t: Pick<Test, 'test'>): Test['test'] =>
  inGate ? ((() => Promise.resolve(null)) as unknown as Test['test']) : t.test.bind(t)
