/** The register by HTTP: assets, the companies behind them with their contracts, and who is for what. */
import type { Db, Tx } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { runSheet, SHEET_BODY_MAX, sheetFits } from '../sheets/index.ts'
import {
  type App,
  actorOf,
  answers,
  cut,
  Id,
  idempotent,
  openCursor,
  PageQuery,
  type Routes,
  Time,
  Type,
} from '../web/index.ts'
import {
  AssetChange,
  AssetImport,
  AssetPage,
  AssetState,
  AssetTurn,
  AssetView,
  Companies,
  CompanyChange,
  ContractChange,
  ForWhom,
  NewAsset,
  NewCompany,
  NewContract,
} from '../wire/equipment.ts'
import { strict } from '../wire/fields.ts'
import * as equipment from './index.ts'

type Parts = { db: Db; commit: Commit }
const One = Type.Object({ id: Id }, strict)

export const equipmentRoutes =
  (parts: Parts): Routes =>
  async (app) => {
    assetRoutes(app, parts)
    sheetRoutes(app, parts)
    companyRoutes(app, parts)
  }

function assetRoutes(app: App, { db, commit }: Parts): void {
  const Query = Type.Object(
    { ...PageQuery, q: Type.String({ maxLength: 100, default: '' }), state: Type.Optional(AssetState) },
    strict,
  )
  app.get(
    '/api/equipment/assets',
    { schema: { querystring: Query, response: answers(AssetPage) } },
    async (request) => {
      const { limit, q, state } = request.query
      const after = openCursor(request.query.after, (value) => typeof value === 'string')
      const found = await equipment.listAssets(db, actorOf(request), { q, state, after, limit: limit + 1 })
      return cut(found, limit, ({ code }) => code)
    },
  )
  const shown = { params: One, response: answers(AssetView) }
  app.get('/api/equipment/assets/:id', { schema: shown }, async (request) =>
    equipment.readAsset(db, actorOf(request), request.params.id),
  )
  app.post(
    '/api/equipment/assets',
    { schema: { body: NewAsset } },
    idempotent(async (request, reply) => {
      const by = equipment.registrar(actorOf(request), 'change')
      let id = ''
      await commit(async (tx) => {
        const { asset, events } = await equipment.register(tx, by, request.body as NewAsset)
        id = asset.id
        return events
      })
      reply.code(201)
      return equipment.readAsset(db, by, id)
    }),
  )
  app.patch('/api/equipment/assets/:id', { schema: { ...shown, body: AssetChange } }, async (request) => {
    const by = equipment.registrar(actorOf(request), 'change')
    await commit((tx) => equipment.changeAsset(tx, by, request.params.id, request.body))
    return equipment.readAsset(db, by, request.params.id)
  })
  app.post('/api/equipment/assets/:id/state', { schema: { ...shown, body: AssetTurn } }, async (request) => {
    const by = equipment.registrar(actorOf(request), 'change')
    await commit((tx) => equipment.turnAsset(tx, by, request.params.id, request.body))
    return equipment.readAsset(db, by, request.params.id)
  })
  const when = {
    params: One,
    querystring: Type.Object({ at: Type.Optional(Time) }, strict),
    response: answers(ForWhom),
  }
  const instant = (at: string | undefined) => (at ? new Date(at) : new Date())
  app.get('/api/equipment/assets/:id/for-whom', { schema: when }, async (request) =>
    equipment.forWhom(db, actorOf(request), { assetId: request.params.id }, instant(request.query.at)),
  )
  app.get('/api/equipment/systems/:id/for-whom', { schema: when }, async (request) =>
    equipment.forWhom(db, actorOf(request), { systemId: request.params.id }, instant(request.query.at)),
  )
}

function sheetRoutes(app: App, { db, commit }: Parts): void {
  app.get('/api/equipment/assets/export.csv', async (request, reply) => {
    const { organisationId } = equipment.registrar(actorOf(request), 'export')
    const csv = await equipment.exportAssets(db, organisationId)
    return reply
      .header('content-disposition', 'attachment; filename="assets.csv"')
      .type('text/csv; charset=utf-8')
      .send(csv)
  })
  app.post(
    '/api/equipment/assets/import',
    {
      bodyLimit: SHEET_BODY_MAX,
      schema: { body: AssetImport },
      // Before anything is made of it, its fingerprint included.
      preHandler: async (request) => sheetFits(request.body as AssetImport),
    },
    idempotent(async (request) => {
      const by = equipment.registrar(actorOf(request), 'import')
      const sheet = request.body as AssetImport
      return runSheet({ db, commit }, sheet.dryRun, (tx) => equipment.importAssets(tx, by, sheet))
    }),
  )
}

function companyRoutes(app: App, { db, commit }: Parts): void {
  app.get('/api/equipment/companies', { schema: { response: answers(Companies) } }, async (request) =>
    equipment.listCompanies(db, actorOf(request)),
  )
  app.post(
    '/api/equipment/companies',
    { schema: { body: NewCompany } },
    idempotent(async (request, reply) => {
      const by = equipment.registrar(actorOf(request), 'change')
      reply.code(201)
      return made(commit, (tx) => equipment.openCompany(tx, by, request.body as NewCompany))
    }),
  )
  app.patch(
    '/api/equipment/companies/:id',
    { schema: { params: One, body: CompanyChange } },
    async (request, reply) => {
      const by = equipment.registrar(actorOf(request), 'change')
      await commit((tx) => equipment.changeCompany(tx, by, request.params.id, request.body))
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/equipment/contracts',
    { schema: { body: NewContract } },
    idempotent(async (request, reply) => {
      const by = equipment.registrar(actorOf(request), 'change')
      reply.code(201)
      return made(commit, (tx) => equipment.openContract(tx, by, request.body as NewContract))
    }),
  )
  app.patch(
    '/api/equipment/contracts/:id',
    { schema: { params: One, body: ContractChange } },
    async (request, reply) => {
      const by = equipment.registrar(actorOf(request), 'change')
      await commit((tx) => equipment.changeContract(tx, by, request.params.id, request.body))
      return reply.code(204).send()
    },
  )
}

async function made(commit: Commit, work: (tx: Tx) => Promise<{ id: string; events: equipment.EquipmentEvent[] }>) {
  let id = ''
  await commit(async (tx) => {
    const done = await work(tx)
    id = done.id
    return done.events
  })
  return { id }
}
