/** What the doors answer is what their schemas say of it, for who may see it. */
import t from 'tap'
import { type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { idFor, things, wholeDesk } from './whole-desk.ts'

const SCOPE = { campus: 'new', line: 'it' }

t.test('every answer with a schema has the fields the schema says, and no others', async (t) => {
  const desk = await wholeDesk(t)
  const here = await things(desk.db, SCOPE)
  const supervisor = await desk.someone({ role: 'supervisor', ...SCOPE }, { role: 'agent', ...SCOPE })
  await desk.db('stations').insert({ code: 'b1999', pbx_id: 1, kind: 'browser', person_id: supervisor.personId })
  const seen: string[] = []
  for (const { method, url, schema } of desk.app.doors) {
    const said = (schema.response as Record<string, TSchema> | undefined)?.[200]
    if (method !== 'GET' || !said) continue
    const path = url.replace(/:\w+/g, () => idFor(url, here))
    const answer = await supervisor.ask('GET', path)
    if (answer.status !== 200) continue
    seen.push(url)
    t.same(faults(said, answer.body), [], url)
  }
  t.same(seen.sort(), [
    '/api/callbacks',
    '/api/causes',
    '/api/crews',
    '/api/equipment/assets',
    '/api/equipment/companies',
    '/api/lines/night',
    '/api/offers',
    '/api/recordings/:id',
    '/api/recordings/:id/listenings',
    '/api/recordings/:id/peaks',
    '/api/roster/cover',
    '/api/roster/handovers',
    '/api/roster/on-duty',
    '/api/roster/patterns',
    '/api/roster/swaps',
    '/api/session',
    '/api/tickets',
    '/api/tickets/:id/proposal',
  ])
})

const faults = (schema: TSchema, value: unknown) =>
  [...Compile(Type.Unsafe(closed(schema) as TSchema)).Errors(value)].map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  )

/** The schema, refusing in every object what it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner
}
