/** Many agents in one Chromium, each in a window of its own, ready for calls; each page notes what reaches it and when. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { chromium, type Page } from 'playwright'
import { goOnline, launch, loud } from '../../../softphone-console/tests/browser.ts'
import type { Lab } from '../../lab/index.ts'
import { asWav8k } from '../../lab/sound/sound-file.ts'

export type Screens = {
  /** When each pop was painted, by the leg that rings; milliseconds of this machine's clock. */
  painted(): Promise<Map<string, number>>
  /** When the pop's words came to the page, by the leg that rings. */
  told(): Promise<Map<string, number>>
  /** When INVITEs came, by the caller's number. */
  invited(): Promise<Map<string, number[]>>
  close(): Promise<void>
}

type Noted = {
  paints: { leg: string; at: number }[]
  pops: { leg: string; at: number }[]
  invites: { from: string; at: number }[]
}

/** Opens so many screens and makes each ready; `onPaint` hears of each pop. Their agents are made in the database: signing in would measure argon2. */
export async function openScreens(lab: Lab, count: number, onPaint: (leg: string) => void): Promise<Screens> {
  const folder = mkdtempSync(join(tmpdir(), 'desk-screens-'))
  const microphone = join(folder, 'microphone.wav')
  writeFileSync(microphone, loud(asWav8k({ hertz: 440, seconds: 1 })))
  process.env.CHROMIUM = lastInLine(folder)
  const server = await launch(microphone)
  const browser = await chromium.connect(server.wsEndpoint())
  const close = async () => {
    await browser.close().catch(() => undefined)
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const pages: Page[] = []
    for (const token of await agents(lab, count)) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        permissions: ['microphone'],
      })
      await context.addCookies([{ name: 'desk_session', value: token, url: lab.url }])
      const page = await context.newPage()
      await page.exposeFunction('deskPainted', onPaint)
      await page.addInitScript(takeNotes)
      await page.goto(lab.url)
      await goOnline({ page })
      pages.push(page)
    }
    const noted = async () =>
      Promise.all(pages.map((page) => page.evaluate(() => (globalThis as unknown as { deskNotes: Noted }).deskNotes)))
    return {
      async painted() {
        return new Map((await noted()).flatMap(({ paints }) => paints.map(({ leg, at }) => [leg, at] as const)))
      },
      async told() {
        // the first time counts
        return new Map(
          (await noted()).flatMap(({ pops }) => pops.toReversed().map(({ leg, at }) => [leg, at] as const)),
        )
      },
      async invited() {
        const all = new Map<string, number[]>()
        for (const { from, at } of (await noted()).flatMap(({ invites }) => invites))
          all.set(
            from,
            [...(all.get(from) ?? []), at].sort((a, b) => a - b),
          )
        return all
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * A Chromium that lets the desk go first: in a hospital it has a computer of its own, here it shares the desk's cores.
 * Linux weighs whole sessions against each other (sched(7), autogroup), and nice only within one.
 */
function lastInLine(folder: string): string {
  const chromium = process.env.CHROMIUM || 'chromium'
  const path = join(folder, 'chromium')
  const own = 'read -r _ _ _ _ _ session _ < /proc/$$/stat && [ "$session" = "$$" ]'
  const group = `{ ${own} && echo 10 > /proc/$$/autogroup; } 2>/dev/null`
  writeFileSync(path, `#!/bin/sh\n${group}\nexec nice -n 10 '${chromium}' "$@"\n`, { mode: 0o700 })
  return path
}

/** People who may take every line, each with a browser's station and a session; gives the sessions' tokens. */
async function agents(lab: Lab, count: number): Promise<string[]> {
  const db = new pg.Client({ connectionString: lab.databaseUrl })
  await db.connect()
  const tokens: string[] = []
  for (let n = 0; n < count; n++) {
    const code = `bench-${n}`
    const { rows } = await db.query(
      `insert into people (organisation_id, staff_code, name, login) select id, $1, $1, $1 from organisations limit 1 returning id`,
      [code],
    )
    const id = rows[0].id
    await db.query(`insert into grants (person_id, role) values ($1, 'agent')`, [id])
    await db.query(`insert into stations (code, pbx_id, kind, person_id) values ($1, 1, 'browser', $2)`, [
      `b${2_001 + n}`,
      id,
    ])
    await db.query(`insert into queue_members (person_id, line_id) select $1, id from lines`, [id])
    const token = randomBytes(32).toString('base64url')
    await db.query(
      `insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + interval '1 hour')`,
      [createHash('sha256').update(token).digest(), id],
    )
    tokens.push(token)
  }
  await db.end()
  return tokens
}

/** Runs in the page. The console asks for `painted` right after the frame that shows the pop was drawn. */
function takeNotes(): void {
  const notes: Noted = { paints: [], pops: [], invites: [] }
  const RealSocket = WebSocket
  const realFetch = fetch
  Object.assign(globalThis, {
    deskNotes: notes,
    WebSocket: class extends RealSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        this.addEventListener('message', ({ data }) => {
          const from = typeof data === 'string' && /^INVITE [\s\S]*?\r\nFrom:[^<]*<sip:([^@>]+)/i.exec(data)?.[1]
          if (from) notes.invites.push({ from, at: Date.now() })
          const leg = typeof data === 'string' && /"pop":\{.*?"legUniqueid":"([^"]+)"/.exec(data)?.[1]
          if (leg) notes.pops.push({ leg, at: Date.now() })
        })
      }
    },
    fetch: (path: RequestInfo | URL, init?: RequestInit) => {
      if (/\/painted$/.test(String(path))) {
        const leg = JSON.parse(String(init?.body)).legUniqueid
        notes.paints.push({ leg, at: Date.now() })
        void (globalThis as unknown as { deskPainted: (leg: string) => Promise<void> }).deskPainted(leg)
      }
      return realFetch(path, init)
    },
  })
}
