/**
 * Three kinds of things go wrong, and nothing in between: a Refusal (the desk says no, and the person can do something
 * about it), an Outage (a wire is down, and we say which), and a bug (anything else). Only web/ turns them into answers.
 */
export class Refusal extends Error {
  readonly code: string
  readonly details: Record<string, unknown>
  readonly status: number

  /** `code` is stable and has a sentence in the console's dictionary; `status` is 409 unless the code says otherwise. */
  constructor(code: string, details: Record<string, unknown> = {}, status = 409) {
    super(code)
    this.code = code
    this.details = details
    this.status = status
  }
}

/** What is hidden answers as what is absent. */
export const notFound = (what: string) => new Refusal(`${what}-not-found`, {}, 404)

export class Outage extends Error {
  readonly wire: string

  constructor(wire: string, options: { cause?: unknown } = {}) {
    super(`${wire} is down`, options)
    this.wire = wire
  }
}
