/**
 * Two organisations in one database, with the same campus and line codes: whatever one asks of the other's things, at
 * any door, it is told what it would be told of a thing that is not there; and nothing of the other's changes.
 */
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { nightWanted } from '../directory/index.ts'
import type { House } from './house.ts'
import { MARK, type Neighbour, neighbour } from './neighbour.ts'
import { DOORS, ROLES } from './permissions.ts'
import { idFor, things, wholeDesk } from './whole-desk.ts'

const HERE = { campus: 'new', line: 'it' }
type Person = Awaited<ReturnType<House['someone']>>
type Schema = { properties?: Record<string, Schema>; format?: string; items?: Schema; anyOf?: Schema[] }

/** Which of the neighbour's ids a path's `:id` could be. */
function pathId(pattern: string, other: Neighbour): string {
  const [, , room, kind] = pattern.split('/')
  if (room === 'directory') {
    const ids: Record<string, string> = {
      ...{ campuses: other.campusId, lines: other.lineId, trunks: other.trunkId, calendars: other.calendarId },
      ...{ places: other.placeId, units: other.unitId, numbers: other.numberId, people: other.personId },
      crews: other.crewId,
    }
    return ids[kind ?? ''] ?? `no id for ${pattern}`
  }
  if (room === 'equipment') {
    const ids: Record<string, string> = {
      ...{ assets: other.assetId, companies: other.companyId, contracts: other.contractId },
      systems: other.systemId,
    }
    return ids[kind ?? ''] ?? `no id for ${pattern}`
  }
  if (room === 'radio') {
    const ids: Record<string, string> = {
      ...{ ports: other.portId, units: other.radioUnitId, plans: other.planId, shifts: other.shiftId },
      patches: other.patchId,
    }
    const id = ids[kind ?? '']
    if (id) return id
  }
  return idFor(pattern, other)
}

/** Which of the neighbour's ids stands under this name in a body or a query; a name without one fails the test. */
const NAMED: Record<string, keyof Neighbour> = {
  ...{ ticketId: 'ticketId', callId: 'callId', callbackId: 'callbackId', personId: 'personId', placeId: 'placeId' },
  ...{
    confirmedPlaceId: 'placeId',
    reporterId: 'personId',
    assigneeId: 'personId',
    crewId: 'crewId',
    categoryId: 'categoryId',
    confirmedCategoryId: 'categoryId',
  },
  ...{ place: 'placeId', assignee: 'personId', unitId: 'unitId', parentId: 'placeId', units: 'unitId' },
  ...{ shiftId: 'rosterShiftId', forShiftId: 'rosterShiftId', toId: 'personId', itemId: 'handoverId' },
  ...{ systemId: 'systemId', supplierId: 'companyId' },
  ...{ after: 'ticketId', offerId: 'offerId', causeId: 'ticketId', linkId: 'ticketId', complaintId: 'ticketId' },
  ...{ companyId: 'companyId', contractIds: 'contractId', responsibleId: 'personId' },
  ...{ placeIds: 'placeId', personIds: 'personId', memberIds: 'personId', zoneIds: 'placeId' },
}

const takesId = (schema: Schema): 'one' | 'many' | undefined => {
  if (schema.format === 'uuid') return 'one'
  if (schema.items && takesId(schema.items)) return 'many'
  return schema.anyOf?.map(takesId).find(Boolean)
}
const idsIn = (schema: unknown): [string, 'one' | 'many'][] =>
  Object.entries((schema as Schema | undefined)?.properties ?? {}).flatMap(([name, one]) => {
    const takes = takesId(one)
    return takes ? [[name, takes] as [string, 'one' | 'many']] : []
  })

t.test('a neighbour’s things are not there, at any door, for anybody', { timeout: 400_000 }, async (t) => {
  const desk = await wholeDesk(t)
  const other = await neighbour(desk.db)
  // one person who is all of it at once, and one agent alone: their ways differ where an agent's own things come first
  const people: [string, Person][] = [
    ['every role', await desk.someone(...ROLES.map((role) => ({ role })))],
    ['agent', await desk.someone({ role: 'agent' })],
  ]
  const before = await other.rows()
  const byDoor = new Map(desk.app.doors.map(({ method, url, schema }) => [`${method} ${url}`, schema]))

  for (const [door, { body }] of Object.entries(DOORS)) {
    const [method = '', asked = ''] = door.split(' ')
    const [pattern = '', query = ''] = asked.split('?')
    const schema = byDoor.get(`${method} ${pattern}`) ?? {}
    const search = query ? `?${query}` : ''
    const path = (id: string) => pattern.replace(':id', id).replace(':line', HERE.line).replace(':code', '02') + search
    const told = async (who: Person, at: string, sent: unknown) => {
      const reply = await who.ask(method, at, method === 'GET' || method === 'DELETE' ? undefined : (sent ?? {}))
      const text = JSON.stringify(reply.body)
      t.notOk(text.includes(MARK), `${method} ${at}: nothing of the neighbour's is said`)
      const { code, items } = (reply.body ?? {}) as { code?: string; items?: unknown[] }
      return `${reply.status} ${code ?? ''} ${items ? items.length : ''}`
    }
    const same = async (what: string, ask: (who: Person, id: string) => Promise<string>, id: string) => {
      for (const [name, who] of people) {
        const theirs = await ask(who, id)
        const nobodys = await ask(who, randomUUID())
        t.equal(theirs, nobodys, `${door} ${what}: as if it were not there (${name})`)
      }
    }

    if (pattern.includes(':id'))
      await same('by id', (who, id) => told(who, path(id), body?.({ ...other })), pathId(pattern, other))
    else for (const [, who] of people) await told(who, path(''), body?.(await things(desk.db, HERE)))

    for (const [name, takes] of [...idsIn(schema.body), ...idsIn(schema.querystring)]) {
      const key = NAMED[name]
      if (!key) t.fail(`${door}: the test does not know whose id ${name} is`)
      const inBody = idsIn(schema.body).some(([one]) => one === name)
      await same(
        `with ${name}`,
        async (who, id) => {
          const own = await things(desk.db, HERE)
          const at = path(idFor(pattern, own))
          if (!inBody) return told(who, `${at}${at.includes('?') ? '&' : '?'}${name}=${id}`, undefined)
          return told(who, at, { ...(body?.(own) as object), [name]: takes === 'many' ? [id] : id })
        },
        other[key ?? 'ticketId'] as string,
      )
    }
  }
  t.same(await other.rows(), before, 'nothing of the neighbour’s has changed')
})

t.test('a neighbour’s night switch, of a line with the same code, is not turned on this exchange', async (t) => {
  const desk = await wholeDesk(t)
  const other = await neighbour(desk.db)
  const { ask } = await desk.signIn(other.personId)
  const turned = await ask('POST', '/api/lines/it/night', { night: 'on' })
  t.match(turned, { status: 200, body: { line: 'it', night: 'on', told: false } })
  t.same(await desk.db('commands').where({ pbx_id: 1 }).select('id'), [])
  t.same(
    (await nightWanted(desk.db)).switches.find(({ line }) => line === 'it'),
    { line: 'it', night: 'auto' },
  )
})
