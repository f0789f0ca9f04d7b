/** All the doors of this room, for main.ts. */
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import type { Routes } from '../web/index.ts'
import { accessRoutes } from './access/routes.ts'
import { directoryRoutes } from './directory/routes.ts'
import { nightRoutes } from './night/routes.ts'
import { type SearchParts, searchRoutes } from './search/routes.ts'

/** Directory, rights, search. Sessions have their own: they need the cookie's settings. */
export const peopleRoutes =
  (parts: { db: Db; commit: Commit } & Pick<SearchParts, 'tickets'>): Routes =>
  async (app) => {
    await directoryRoutes(parts)(app)
    await accessRoutes(parts)(app)
    await nightRoutes(parts)(app)
    await searchRoutes(parts)(app)
  }
