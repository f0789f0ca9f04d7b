import { administrator } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { notFound, Refusal } from '../../refusal.ts'
import {
  type App,
  actorOf,
  Code,
  cut,
  Id,
  idempotent,
  Nullable,
  openCursor,
  PageQuery,
  type Routes,
  Text,
  Time,
  Type,
  Version,
} from '../../web/index.ts'
import { type Changed, change, create, history, list, mapNumber, mappings, read, retire } from './index.ts'
import { type DirectoryRow, type Field, SPECS, type Spec, WHATS, type What } from './spec.ts'

/** The columns the list is ordered by, and the id. */
const isKeyOf =
  ({ order }: Spec) =>
  (value: unknown): value is string[] =>
    Array.isArray(value) && value.length === order.length + 1 && value.every((one) => typeof one === 'string')

/** The directory's screens: list, search, create, change, retire. For administrators. */
export const rowRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    for (const what of WHATS) routesOf(app, { db, commit }, what)

    app.get('/api/directory/numbers/:id/places', { schema: { params: Type.Object({ id: Id }) } }, async (request) => {
      const { organisationId } = administrator(actorOf(request), 'administer')
      if (!(await read(db, 'numbers', organisationId, request.params.id))) throw notFound('row')
      return { items: await mappings(db, request.params.id), next: null }
    })
    const Mapping = Type.Object({
      version: Version,
      placeId: Nullable(Id),
      from: Type.Optional(Nullable(Time)),
      until: Type.Optional(Nullable(Time)),
    })
    app.post(
      '/api/directory/numbers/:id/places',
      { schema: { params: Type.Object({ id: Id }), body: Mapping } },
      idempotent(async (request) => {
        const by = administrator(actorOf(request), 'administer')
        const {
          from = null,
          until = null,
          placeId,
          version,
        } = request.body as { version: number; placeId: string | null; from?: string | null; until?: string | null }
        const numberId = (request.params as { id: string }).id
        return said(commit, (tx) => mapNumber(tx, by, { numberId, version, placeId, from, until }))
      }),
    )
  }

function routesOf(app: App, { db, commit }: { db: Db; commit: Commit }, what: What): void {
  const spec = SPECS[what]
  const path = `/api/directory/${what}`
  const query = {
    ...PageQuery,
    q: Type.String({ maxLength: 100, default: '' }),
    retired: Type.Boolean({ default: false }),
  }

  app.get(path, { schema: { querystring: Type.Object(query) } }, async (request) => {
    const { organisationId } = administrator(actorOf(request), 'administer')
    const { limit, q, retired } = request.query
    const after = openCursor(request.query.after, isKeyOf(spec))
    const found = await list(db, what, { organisationId, q, after, limit: limit + 1, retired })
    const { items, next } = cut(found, limit, ({ key }) => key)
    return { items: items.map(({ row }) => row), next }
  })
  app.get(`${path}/:id`, { schema: { params: Type.Object({ id: Id }) } }, async (request) => {
    const { organisationId } = administrator(actorOf(request), 'administer')
    const row = await read(db, what, organisationId, request.params.id)
    if (!row) throw notFound('row')
    return row
  })
  app.get(
    `${path}/:id/journal`,
    { schema: { params: Type.Object({ id: Id }), querystring: Type.Object(PageQuery) } },
    async (request) => {
      const { organisationId } = administrator(actorOf(request), 'administer')
      const { id } = request.params
      if (!(await read(db, what, organisationId, id))) throw notFound('row')
      const before = openCursor(request.query.after, (value): value is number => Number.isSafeInteger(value))
      const { limit } = request.query
      return cut(await history(db, { what, id, limit: limit + 1, before }), limit, ({ seq }) => seq)
    },
  )
  app.post(
    path,
    { schema: { body: Type.Object(bodyOf(spec, true)) } },
    idempotent(async (request, reply) => {
      const by = administrator(actorOf(request), 'administer')
      const row = await said(commit, (tx) => create(tx, what, by, request.body as Record<string, unknown>))
      reply.code(201)
      return row
    }),
  )
  app.patch(
    `${path}/:id`,
    { schema: { params: Type.Object({ id: Id }), body: Type.Object({ version: Version, ...bodyOf(spec, false) }) } },
    async (request) => {
      const by = administrator(actorOf(request), 'administer')
      const { version, ...values } = request.body as { version: number } & Record<string, unknown>
      const { id } = request.params as { id: string }
      return said(commit, (tx) => change(tx, what, by, { id, version }, values))
    },
  )
  if (spec.retires) {
    app.post(
      `${path}/:id/retire`,
      { schema: { params: Type.Object({ id: Id }), body: Type.Object({ version: Version }) } },
      async (request) => {
        const by = administrator(actorOf(request), 'administer')
        return said(commit, (tx) => retire(tx, what, by, request.params.id, request.body.version))
      },
    )
  }
}

/** Commits a change, or refuses in words the console knows. */
async function said(
  commit: Commit,
  work: (tx: Parameters<Parameters<Commit>[0]>[0]) => Promise<Changed>,
): Promise<DirectoryRow> {
  let row: DirectoryRow | undefined
  await commit(async (tx) => {
    const made = await work(tx)
    if (made.outcome === 'absent') throw notFound('row')
    if (made.outcome === 'stale') throw new Refusal('changed-meanwhile', { theirs: made.row })
    if (made.outcome === 'refused') throw new Refusal(made.why, made.field ? { field: made.field } : {})
    row = made.row
    return made.events
  })
  return row as DirectoryRow
}

/** The body a kind of row takes; everything optional in a change. */
function bodyOf({ fields, links }: Spec, whole: boolean) {
  const needed = Object.entries(fields).map(([name, field]) => {
    const schema = schemaOf(field)
    return [name, whole && field.otherwise === undefined ? schema : Type.Optional(schema)] as const
  })
  const linked = Object.entries(links).map(
    ([name, { many }]) => [name, Type.Optional(many ? Type.Array(Id, { maxItems: 500 }) : Nullable(Id))] as const,
  )
  return Object.fromEntries([...needed, ...linked])
}

function schemaOf(field: Field) {
  switch (field.kind) {
    case 'code':
      return Code
    case 'campus':
    case 'line':
      return field.optional ? Nullable(Code) : Code
    case 'text':
      return field.optional ? Nullable(Text(field.max, 1)) : Text(field.max, 1)
    case 'choice':
      return Type.Enum(field.of as string[])
    case 'flag':
      return Type.Boolean()
    case 'whole':
      return Type.Integer({ minimum: field.from, maximum: field.to })
    case 'id':
      return Nullable(Id)
    case 'address':
      return Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })])
    case 'time':
      return Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' })
    case 'weekdays':
      return Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { maxItems: 7, uniqueItems: true })
    case 'digits':
      // However it is written: index.ts brings it into the desk's own spelling, or refuses it by its field.
      return field.otherwise === null ? Nullable(Text(40, 1)) : Text(40, 1)
    case 'traits':
      return Type.Object({ lateName: Type.Optional(Type.Boolean()), busyToneHangup: Type.Optional(Type.Boolean()) })
  }
}
