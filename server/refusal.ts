/**
 * Three kinds of things go wrong, and nothing in between: a Refusal (the desk says no, and the person can do something
 * about it), an Outage (a wire is down, and we say which), and a bug (anything else). web/ turns them into answers.
 */
export class Refusal extends Error {
  readonly code: string
  readonly details: Record<string, unknown>

  /** `code` is stable: it has a sentence in the console's dictionary, and its HTTP status in web/errors.ts. */
  constructor(code: string, details: Record<string, unknown> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}

/** What is hidden answers as what is absent. */
export const notFound = (what: string) => new Refusal(`${what}-not-found`)

export class Outage extends Error {
  readonly wire: string

  constructor(wire: string, options: { cause?: unknown } = {}) {
    super(`${wire} is down`, options)
    this.wire = wire
  }
}
