/** The built console, and its one page for every address that is a screen. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import serve from '@fastify/static'
import { Refusal } from '../refusal.ts'
import type { App } from './index.ts'

const PAGES = ['200.html', 'index.html']

/** Serves the console's files. Hashed files are kept for a year, the rest is asked for again each time. */
export async function serveConsole(app: App, consoleDir: string): Promise<void> {
  const page = PAGES.map((name) => join(consoleDir, name)).find(existsSync)
  if (page) {
    await app.register(serve, {
      root: consoleDir,
      wildcard: true,
      // without it the file server refuses the folder itself: / would be a 403
      index: basename(page),
      cacheControl: false,
      setHeaders: (reply, path) => {
        const forGood = path.includes('/_app/immutable/')
        reply.header('cache-control', forGood ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  const html = page ? readFileSync(page) : undefined

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    const isScreen = request.method === 'GET' && !/^\/(api|live|metrics|status|ready|healthz)(\/|$)/.test(path)
    // A missing file is a 404 with its own name, not a page of HTML under a script's address.
    if (!isScreen || /\.\w{1,8}$/.test(path)) throw new Refusal('not-found')
    if (!html) throw new Refusal('console-not-built')
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html)
  })
}
