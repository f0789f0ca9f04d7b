/** The HTTP status of each refusal (RFC 9110 §15): one table. What is not in it is a conflict with how things stand: 409. */
const CODES: Record<number, readonly string[]> = {
  400: [
    'campus-needed',
    'category-needed',
    'category-of-another-line',
    'cursor-not-ours',
    'idempotency-key-malformed',
    'no-such-category',
    'no-such-crew',
    'no-such-day',
    'no-such-handheld',
    'no-such-line',
    'no-such-person',
    'no-such-place',
    'no-such-system',
    'no-such-time-zone',
    'no-such-unit',
    'no-such-version',
    'not-an-ip-address',
    'note-needed',
    'number-needed',
    'number-unreadable',
    'one-or-the-other',
    'over-not-received',
    'password-refused',
    'reason-needed',
    'request-malformed',
    'resolution-needed',
    'somebody-needed',
    'text-not-storable',
    'too-long',
  ],
  401: ['signed-out', 'wrong-name-or-password'],
  403: ['foreign-origin', 'no-station', 'not-allowed', 'not-an-agent', 'password-must-be-changed', 'wrong-password'],
  413: ['sheet-too-big'],
  422: ['idempotency-key-reused', 'profile-refused'],
  425: ['sound-not-yet'],
  429: ['too-many-attempts', 'too-many-requests'],
  503: ['console-not-built'],
}
const STATUS = new Map(Object.entries(CODES).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)])))

export const statusOf = (code: string): number => STATUS.get(code) ?? (code.endsWith('not-found') ? 404 : 409)

/** The codes of the table: a test finds each of them in use. */
export const tabled: readonly string[] = Object.values(CODES).flat()
