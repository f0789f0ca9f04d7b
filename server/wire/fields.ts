/** Fields that requests of many routes have. */
import { type TSchema, Type } from 'typebox'

export const strict = { additionalProperties: false } as const
/** A row's id. */
export const Id = Type.String({ format: 'uuid' })
/** An id that is compared as text, and so must stand there as we write it. */
export const OwnId = Type.String({ pattern: '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' })
/** A code such as `old`, `it`, `b1001`. */
export const Code = Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' })
/** A moment, with its zone, between 1900 and 2199: JavaScript reads years, and PostgreSQL seconds, that the other does not. */
export const Time = Type.String({
  format: 'date-time',
  maxLength: 40,
  pattern:
    '^(19|20|21)\\d\\d-\\d\\d-\\d\\d[Tt ]([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?([Zz]|[+-](0\\d|1[0-5]):?[0-5]\\d)$',
})
/** Free text of at most `max` characters; never NUL, which PostgreSQL cannot hold. */
export const Text = (max: number, min = 0) => Type.String({ minLength: min, maxLength: max, pattern: '^[^\\u0000]*$' })
/** The version the screen was showing when the person changed it. */
export const Version = Type.Integer({ minimum: 1 })
/** A number that counts: 0 and up, as far as JavaScript counts. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
