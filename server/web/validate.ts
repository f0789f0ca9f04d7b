/** Checks requests against their TypeBox schemas. Unknown fields are refused, never dropped in silence. */
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

type Schema = Record<string, unknown>
type Checked = { value: unknown } | { error: Error }

/** What a schema refused: `at` is a JSON pointer, `why` says what was wrong with it. Never the value itself. */
export class Malformed extends Error {
  readonly at: string
  readonly why: string
  constructor(part: string, at: string, why: string) {
    super(`${part}${at} ${why}`)
    this.at = `${part}${at}`
    this.why = why
  }
}

/**
 * Fastify's validator compiler. Queries and path parameters arrive as text and are converted to the schema's types;
 * a JSON body must already have them. Defaults are filled in.
 */
export function validatorCompiler({ schema, httpPart }: { schema: unknown; httpPart?: string | undefined }) {
  const asText = httpPart !== 'body'
  const closed = httpPart === 'headers' ? (schema as Schema) : close(schema)
  const check = Compile(closed)
  return (given: unknown): Checked => {
    const value = Value.Default(closed, asText ? Value.Convert(closed, given) : given)
    if (check.Check(value)) return { value }
    const [first] = check.Errors(value)
    return { error: new Malformed(httpPart ?? 'request', first?.instancePath ?? '', first?.message ?? 'is malformed') }
  }
}

/** Bodies of ours are four levels deep at most. */
const DEEPEST = 20

/**
 * Whether every text in this, keys included, is one that PostgreSQL and UTF-8 can hold: no half of a surrogate pair (what
 * is left of an emoji cut in two), no NUL; nor nested deeper than anything of ours, on which the schema's check would end
 * the stack. Answers where the first other one stands, as a JSON pointer, or undefined. Walks by hand, not by calling
 * itself, for the same reason.
 */
export function notStorable(value: unknown): string | undefined {
  const waiting: [string, unknown, number][] = [['', value, 0]]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [at, one, depth] = next
    if (depth > DEEPEST) return at
    if (typeof one === 'string') {
      if (!one.isWellFormed() || one.includes('\0')) return at
    } else if (typeof one === 'object' && one !== null) {
      for (const [key, inner] of Object.entries(one)) {
        if (!key.isWellFormed() || key.includes('\0')) return at
        waiting.push([`${at}/${key}`, inner, depth + 1])
      }
    }
  }
  return undefined
}

/** The same schema with every object closed that does not say otherwise: a field we do not know is a refusal. */
function close(schema: unknown): Schema {
  if (Array.isArray(schema)) return schema.map(close) as unknown as Schema
  if (typeof schema !== 'object' || schema === null) return schema as Schema
  const copy: Schema = {}
  // TypeBox keeps its kinds in hidden properties; the validator must still find them.
  for (const key of Reflect.ownKeys(schema)) {
    const descriptor = Object.getOwnPropertyDescriptor(schema, key)
    if (!descriptor) continue
    if (descriptor.enumerable && typeof key === 'string')
      copy[key] = NESTED.has(key)
        ? close(descriptor.value)
        : key === 'properties'
          ? each(descriptor.value)
          : descriptor.value
    else Object.defineProperty(copy, key, descriptor)
  }
  if (copy.type === 'object' && copy.properties && copy.additionalProperties === undefined)
    copy.additionalProperties = false
  return copy
}

const NESTED = new Set(['items', 'anyOf', 'oneOf'])
const each = (properties: Schema) =>
  Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, close(one)]))
