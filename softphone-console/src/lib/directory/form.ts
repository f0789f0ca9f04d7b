import { isAddress } from '../tickets/address.ts'
import { DIGITS, numberOf } from '../wire.ts'
import type { Field, Row, Subject } from './subject.ts'

/** What stands in the form, by field. Empty text stands for nothing. */
export type Values = Record<string, unknown>

export function blank(subject: Subject): Values {
  return Object.fromEntries(subject.fields.map((field) => [field.name, field.first ?? emptyOf(field)]))
}

export function valuesOf(subject: Subject, row: Row): Values {
  return Object.fromEntries(subject.fields.map((field) => [field.name, row[field.name] ?? emptyOf(field)]))
}

/** What goes to the server: of a new row everything said, of an old one only what is different. Nothing is null. */
export function changesOf(subject: Subject, before: Row | null, values: Values): Values {
  const changes: Values = {}
  for (const field of subject.fields) {
    const now = onTheWire(field, values[field.name])
    if (before === null) {
      if (now !== null || !field.optional) changes[field.name] = now
    } else if (!field.fixed && !alike(before[field.name] ?? null, now)) changes[field.name] = now
  }
  return changes
}

export type FaultCode = 'needed' | 'code' | 'digits' | 'radioId' | 'address' | 'time' | 'whole' | 'long'

/** What is wrong with the form, field by field; empty when it may be sent. */
export function faultsOf(subject: Subject, values: Values): Record<string, FaultCode> {
  const faults: Record<string, FaultCode> = {}
  for (const field of subject.fields) {
    const fault = faultOf(field, values[field.name])
    if (fault) faults[field.name] = fault
  }
  return faults
}

function faultOf(field: Field, value: unknown): FaultCode | undefined {
  if (isEmpty(value)) return field.optional || field.kind === 'flag' || field.kind === 'traits' ? undefined : 'needed'
  const text = String(value)
  switch (field.kind) {
    case 'code':
      return /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(text) ? undefined : 'code'
    case 'digits':
      return DIGITS.test(numberOf(text)) ? undefined : 'digits'
    case 'radioId':
      return /^[0-9A-Fa-f*#]{1,16}$/.test(text) ? undefined : 'radioId'
    case 'address':
      return isAddress(text) ? undefined : 'address'
    case 'time':
      return /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text) ? undefined : 'time'
    case 'whole':
      return /^\d+$/.test(text) && Number(text) >= field.from && Number(text) <= field.to ? undefined : 'whole'
    case 'text':
      return text.length <= field.max ? undefined : 'long'
    default:
      return undefined
  }
}

function onTheWire(field: Field, value: unknown): unknown {
  if (field.kind === 'flag') return value === true
  if (field.kind === 'traits') return value ?? {}
  if (field.kind === 'places' || field.kind === 'people' || field.kind === 'weekdays')
    return Array.isArray(value) ? value : []
  if (isEmpty(value)) return null
  if (field.kind === 'whole') return Number(value)
  return typeof value === 'string' ? value.trim() : value
}

const isEmpty = (value: unknown) =>
  value === null ||
  value === undefined ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0)

function emptyOf(field: Field): unknown {
  if (field.kind === 'flag') return false
  if (field.kind === 'places' || field.kind === 'people' || field.kind === 'weekdays') return []
  if (field.kind === 'traits') return {}
  if (field.kind === 'place' || field.kind === 'unit') return null
  return ''
}

/** Order does not matter in a list of ids or weekdays. */
function alike(a: unknown, b: unknown): boolean {
  const plain = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].map(String).sort() : value)
  return plain(a) === plain(b)
}
