import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import adapterStatic from '@sveltejs/adapter-static'
import type { Adapter } from '@sveltejs/kit'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

const OUT = 'build'

/**
 * Kit starts its page with an inline script. The desk is served with `script-src 'self'` and no exception, so the
 * script moves to a file of its own; `document.currentScript`, which it leans on, works there as well.
 */
function withoutInlineScript(inner: Adapter): Adapter {
  return {
    ...inner,
    async adapt(builder) {
      await inner.adapt(builder)
      const page = join(OUT, 'index.html')
      const html = readFileSync(page, 'utf8').replace(/<script>([\s\S]*?)<\/script>/g, (_all, code: string) => {
        const name = `start.${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`
        writeFileSync(join(OUT, '_app', name), code)
        return `<script src="/_app/${name}"></script>`
      })
      writeFileSync(page, html)
    },
  }
}

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: withoutInlineScript(adapterStatic({ fallback: 'index.html', pages: OUT, assets: OUT })),
      // one server, one origin, always at the root: absolute addresses let any path serve the same page
      paths: { relative: false },
      // the page registers it itself, after sign-in is possible (lib/live/keep-page.ts)
      serviceWorker: { register: false },
    }),
  ],
  // Chromium 109 is the last that runs on the Windows 7 machines still found in wards
  build: { target: 'chrome109', cssTarget: 'chrome109' },
})
