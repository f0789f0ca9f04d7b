/** All the doors of this room, for main.ts. */
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import type { Routes } from '../web/index.ts'
import { nightRoutes } from './night/routes.ts'
import { rowRoutes } from './rows/routes.ts'
import type { SearchParts } from './search/index.ts'
import { searchRoutes } from './search/routes.ts'

/** Rows, night switches, search. */
export const directoryRoutes =
  (parts: { db: Db; commit: Commit } & Pick<SearchParts, 'tickets'>): Routes =>
  async (app) => {
    await rowRoutes(parts)(app)
    await nightRoutes(parts)(app)
    await searchRoutes(parts)(app)
  }
