/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { version } from '$app/env'
import { assets, immutable } from '$app/manifest'

/**
 * Keeps the page across the server's death: an agent who reloads while the server is away still gets the desk, and with it
 * the phone. Only the page is kept; /api and /live always go to the server.
 */
const self = globalThis.self as unknown as ServiceWorkerGlobalScope
const CACHE = `desk-${version}`
const SHELL = '/index.html'
const kept = new Set([...immutable, ...assets].map((file) => `/${file.path.replace(/^\//, '')}`))

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE)
      const page = await fetch('/', { cache: 'no-store' })
      await cache.put(SHELL, page.clone())
      // the start script is named in the page; it is made after the list of built files (vite.config.ts)
      const scripts = [...(await page.text()).matchAll(/src="(\/_app\/start[^"]+)"/g)].map(
        (found) => found[1] as string,
      )
      await cache.addAll([...kept, ...scripts])
      await self.skipWaiting()
    })(),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
      await self.clients.claim()
    })(),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || /^\/(api|live|sip)(\/|$)/.test(url.pathname)) return
  if (request.mode === 'navigate') event.respondWith(pageFirstFromServer(request))
  else if (kept.has(url.pathname) || url.pathname.startsWith('/_app/')) event.respondWith(fromCache(request))
})

/** The server's page when it answers within 2 s, else the kept one: a dead server must not show a browser's error page. */
async function pageFirstFromServer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(2_000) })
    if (answer.ok) return answer
  } catch {
    // away; fall through
  }
  return (await cache.match(SHELL)) ?? Response.error()
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(request)) ?? fetch(request)
}
