/** What a page of this desk may load and where it may connect (Content-Security-Policy level 3). */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'

/**
 * The directives for @fastify/helmet. No inline script runs but the console's own starter, and no inline style counts but
 * the console's own, whose hashes are taken from what was built; nothing may frame us; the only sockets are our own and Asterisk's.
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
    'style-src': ["'self'"],
    'style-src-attr': ["'unsafe-hashes'", ...styleHashes(consoleDir)],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'media-src': ["'self'", 'blob:'],
    'connect-src': ["'self'", ownSocket, ...sip],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
  }
}

/**
 * SHA-256 of each style attribute written in the built templates (SvelteKit hides its announcer by one). Styles that code
 * sets pass without: they are no markup that somebody could have put into a page.
 */
function styleHashes(consoleDir: string): string[] {
  const built = join(consoleDir, '_app')
  if (!existsSync(built)) return []
  const chunks = readdirSync(built, { recursive: true, withFileTypes: true }).filter(({ name }) => name.endsWith('.js'))
  const styles = chunks.flatMap(({ parentPath, name }) =>
    [...readFileSync(join(parentPath, name), 'utf8').matchAll(/\sstyle="([^"<>{}]+)"/g)].map(
      ([, style]) => style ?? '',
    ),
  )
  return [...new Set(styles)].map(hashed)
}

const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** SHA-256 of each inline script of the built pages, in CSP's spelling. */
function starterHashes(consoleDir: string): string[] {
  if (!existsSync(consoleDir)) return []
  const pages = readdirSync(consoleDir).filter((name) => name.endsWith('.html'))
  const hashes = pages.flatMap((page) =>
    [...readFileSync(join(consoleDir, page), 'utf8').matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, script]) => hashed(script ?? ''),
    ),
  )
  return [...new Set(hashes)]
}
