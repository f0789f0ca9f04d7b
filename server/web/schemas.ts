/** Schemas and list pages that every room uses in the same way. */
import { type TSchema, Type } from '@fastify/type-provider-typebox'
import { Refusal } from '../refusal.ts'
import { notStorable } from './validate.ts'

export { Code, Id, Nullable, Text, Time, Version } from '../wire/fields.ts'

/** `?limit=` at most 500, `?after=` the cursor that the page before answered as `next`. */
export const Cursor = Type.String({ maxLength: 400 })
export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  after: Type.Optional(Cursor),
}
/** Errors as every door answers them. */
export const Fault = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
/** A route's answers for the OpenAPI page, errors included. */
export const answers = <T extends TSchema>(ok: T) => ({ 200: ok, '4xx': Fault, '5xx': Fault })

/** A page of a list read with `limit + 1` rows: the extra row tells that there is more. */
export function cut<T>(rows: T[], limit: number, cursorOf: (row: T) => unknown): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? sealCursor(cursorOf(last)) : null }
}

/** A cursor is opaque to the console: base64url of JSON. */
export const sealCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Reads a cursor back. A cursor we did not write is a refusal, never a query. */
export function openCursor<T>(after: string | undefined, isOurs: (value: unknown) => value is T): T | undefined {
  if (after === undefined || after === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'))
  } catch {
    throw new Refusal('cursor-not-ours')
  }
  if (notStorable(value) !== undefined || !isOurs(value)) throw new Refusal('cursor-not-ours')
  return value
}

/** Where a list ordered by time, newest first, goes on: a time and an id as we write them, or PostgreSQL would choke on it. */
export type TimeCursor = { at: string; id: string }
export const isTimeCursor = (value: unknown): value is TimeCursor =>
  typeof value === 'object' &&
  value !== null &&
  'at' in value &&
  'id' in value &&
  typeof value.at === 'string' &&
  isOurTime(value.at) &&
  typeof value.id === 'string' &&
  UUID.test(value.id)
const isOurTime = (text: string): boolean =>
  /^(19|20|21)\d\d-/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
