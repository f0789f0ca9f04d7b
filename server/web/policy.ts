/** What a page of this desk may load and where it may connect (Content-Security-Policy level 3). */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'

/**
 * The directives for @fastify/helmet. No inline script runs but the console's own starter, whose hash is taken from
 * the built page; nothing may frame us; the only sockets are our own and Asterisk's.
 */
export function contentPolicy(consoleDir: string, sipSocket: string, https: boolean) {
  const sip = sipSocket.startsWith('/') ? [] : [new URL(sipSocket).origin]
  // CSP 3 lets 'self' cover our own ws:, Chromium 109 does, but a proxy in front may change the scheme: say it.
  const ownSocket = (request: IncomingMessage) => {
    const host = request.headers.host ?? ''
    return /^[\w.:[\]-]+$/.test(host) ? `${https ? 'wss' : 'ws'}://${host}` : "'self'"
  }
  return {
    'default-src': ["'none'"],
    'script-src': ["'self'", ...starterHashes(consoleDir)],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'media-src': ["'self'", 'blob:'],
    'connect-src': ["'self'", ownSocket as never, ...sip],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
  }
}

/** SHA-256 of each inline script of the built pages, in CSP's spelling. */
function starterHashes(consoleDir: string): string[] {
  if (!existsSync(consoleDir)) return []
  const pages = readdirSync(consoleDir).filter((name) => name.endsWith('.html'))
  const hashes = pages.flatMap((page) =>
    [...readFileSync(join(consoleDir, page), 'utf8').matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, script]) =>
        `'sha256-${createHash('sha256')
          .update(script ?? '')
          .digest('base64')}'`,
    ),
  )
  return [...new Set(hashes)]
}
