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
