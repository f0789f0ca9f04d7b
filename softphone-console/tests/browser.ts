/**
 * An agent at a PC: a Chromium of its own with a microphone that says one tone, and an ear that finds tones again.
 * Everything it speaks to is real.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserServer, chromium, type Locator, type Page } from 'playwright'
import type { Test } from 'tap'
import type { Lab } from '../../scripts/lab/index.ts'
import { asWav8k } from '../../scripts/lab/sound/sound-file.ts'
import { whereIs } from '../../scripts/parts/tools.ts'

/** For what a person would wait for; a machine that is busy may take it. */
export const WAIT = { timeout: 20_000 }

/** An address that is there only so that a machine without a network has one Asterisk may offer to a browser. */
const SPARE_ADDRESS = '10.77.0.1'

export type SeatWish = {
  /** Which of the demonstration agents sits here, from 0. */
  nth?: number
  /** What the microphone says, in hertz. */
  tone?: number
  theme?: 'light' | 'dark'
  viewport?: { width: number; height: number }
}

export type Seat = {
  readonly page: Page
  readonly context: BrowserContext
  readonly account: { readonly name: string; readonly password: string }
  /** What went wrong in the page: thrown errors, refused scripts. Empty at the end of a good day. */
  readonly faults: string[]
  /** Pops that the server told this browser, as they came over the live socket. */
  readonly pops: string[]
  /** The call's lane. */
  bay(): Locator
  /** The work lane: list, ticket, form. */
  work(): Locator
  /** Hertz of the loudest tone in the agent's ear during the next half second; 0 for silence. */
  ear(): Promise<number>
  /** Resolves once the agent hears this tone. Rejects after `ms`, saying what was heard instead. */
  hears(hertz: number, ms?: number): Promise<void>
  /** A picture in DESK_SHOTS, when that is set. */
  shot(name: string): Promise<void>
  /** The browser's first process; its others stand below it. */
  readonly pid: number
  /** kill -9 of the whole browser. */
  kill(): Promise<void>
  close(): Promise<void>
}

/**
 * Sees that a browser and Asterisk can reach each other by sound: a machine with nothing but loopback has no address
 * that ICE may use. Then the whole test is run again in a network of its own that has one; never returns in that case.
 */
export function onReachableNetwork(): void {
  if (process.env.SEALED_NETWORK === 'inside') return
  const wished = process.env.SEALED_NETWORK === 'yes'
  if (!wished && hasNetworkAddress()) return
  const env: NodeJS.ProcessEnv = { ...process.env, SEALED_NETWORK: 'inside' }
  // A database of the outer network can not be reached from inside: the lab brings one of its own.
  delete env.DATABASE_URL
  const isRoot = process.getuid?.() === 0
  const ready = `ip link set lo up && ip addr add ${SPARE_ADDRESS}/32 dev lo`
  // PostgreSQL refuses to run as root, so whoever was not root outside is not root inside either.
  const again = isRoot
    ? 'exec "$@"'
    : `exec unshare --user --map-user=${process.getuid?.()} --map-group=${process.getgid?.()} "$@"`
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const inside = ['sh', '-c', `${ready} && ${again}`, 'sh', ...command]
  const { status, error } = spawnSync('unshare', [isRoot ? '-n' : '-rn', ...inside], { stdio: 'inherit', env })
  if (error) throw error
  process.exit(status ?? 1)
}

function hasNetworkAddress(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.family === 'IPv4' && !one.internal))
}

/** Opens a browser at the lab's console; nobody has signed in yet. Close it before the lab. */
export async function openSeat(lab: Pick<Lab, 'url' | 'file'>, wish: SeatWish = {}): Promise<Seat> {
  const account = lab.file().accounts.agent?.[wish.nth ?? 0]
  if (!account) throw new Error(`the desk has no agent ${wish.nth}`)
  const folder = mkdtempSync(join(tmpdir(), 'desk-seat-'))
  const microphone = join(folder, 'microphone.wav')
  writeFileSync(microphone, loud(asWav8k({ hertz: wish.tone ?? 440, seconds: 1 })))
  const server = await launch(microphone)
  const browser = await chromium.connect(server.wsEndpoint())
  const context = await browser.newContext({
    viewport: wish.viewport ?? { width: 1440, height: 900 },
    locale: 'zh-CN',
    colorScheme: wish.theme ?? 'light',
    permissions: ['microphone', 'notifications'],
  })
  await context.addInitScript(listenToCalls)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (said) => {
    if (said.type() === 'error' && !/Failed to load resource|WebSocket connection|net::ERR/.test(said.text()))
      faults.push(said.text())
  })
  const pops: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      for (const [, number] of String(payload).matchAll(/"pop":\{"call":\{.*?"ani":"([^"]*)"/g)) pops.push(number ?? '')
    }),
  )
  await page.goto(lab.url)
  return seatOf({ page, context, browser, server, folder, account, faults, pops })
}

/** A Chromium whose microphone says what is in this WAV file. */
export async function launch(microphone: string): Promise<BrowserServer> {
  const path = [process.env.PATH, join(process.env.DESK_TOOLS ?? 'var/tools', 'bin')].join(delimiter)
  const executablePath = process.env.CHROMIUM || whereIs('chromium', path)
  if (!executablePath) throw new Error('there is no chromium on PATH; CHROMIUM may say where it is')
  return chromium.launchServer({
    executablePath,
    args: [
      // The page is our own, and root as well as a host without user namespaces can not have the sandbox.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
      ...(process.env.SEALED_NETWORK === 'inside' ? ['--allow-loopback-in-peer-connection'] : []),
    ],
  })
}

type Made = Pick<Seat, 'page' | 'context' | 'account' | 'faults' | 'pops'> & {
  browser: Browser
  server: BrowserServer
  folder: string
}

function seatOf({ page, context, browser, server, folder, account, faults, pops }: Made): Seat {
  const tidy = () => rmSync(folder, { recursive: true, force: true })
  const ear = () => earOf(page)
  return {
    page,
    context,
    account,
    faults,
    pops,
    bay: () => page.getByRole('region', { name: /^(通话|Call)$/ }),
    work: () => page.getByRole('main'),
    ear,
    pid: server.process().pid ?? 0,
    hears: (hertz, ms) => hears(page, hertz, ms),
    async shot(name) {
      const shots = process.env.DESK_SHOTS
      if (!shots) return
      mkdirSync(shots, { recursive: true })
      await page.screenshot({ path: join(shots, `${name}.png`) })
    },
    async kill() {
      const gone = new Promise((exit) => server.process().once('exit', exit))
      await server.kill()
      await gone
      tidy()
    },
    async close() {
      await browser.close().catch(() => undefined)
      await server.close()
      tidy()
    },
  }
}

const earOf = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { deskEar: () => Promise<number> }).deskEar())

/** Resolves once this page's agent hears the tone. Rejects after `ms`, saying what was heard instead. */
export async function hears(page: Page, hertz: number, ms = 20_000): Promise<void> {
  const heard: number[] = []
  for (const until = Date.now() + ms; Date.now() < until; ) {
    const now = await earOf(page)
    if (Math.abs(now - hertz) < 12) return
    heard.push(Math.round(now))
  }
  throw new Error(`${hertz} Hz was to be heard; heard ${heard.join(', ')}`)
}

/** Chromium takes most of an even hum away as noise: it has to be said loudly for enough of it to be left. */
export function loud(wav: Buffer): Buffer {
  for (let at = 44; at + 1 < wav.length; at += 2) wav.writeInt16LE(Math.round(wav.readInt16LE(at) * 3.4), at)
  return wav
}

/** Runs in the page: keeps the phone's connections, so that what they bring can be listened to. */
function listenToCalls(): void {
  const made: RTCPeerConnection[] = []
  const Real = RTCPeerConnection
  const deskEar = async () => {
    // the phone's call and each radio leg is a connection of its own; an ear hears all of them
    const tracks = made
      .flatMap((connection) => connection.getReceivers())
      .map((receiver) => receiver.track)
      .filter((track) => track.kind === 'audio' && track.readyState === 'live')
    if (tracks.length === 0) return 0
    const context = new AudioContext()
    const ear = context.createAnalyser()
    ear.fftSize = 16_384
    ear.smoothingTimeConstant = 0
    for (const track of tracks) context.createMediaStreamSource(new MediaStream([track])).connect(ear)
    await new Promise((heard) => setTimeout(heard, 500))
    const levels = new Float32Array(ear.frequencyBinCount)
    ear.getFloatFrequencyData(levels)
    const best = levels.reduce((at, level, n) => (level > (levels[at] as number) ? n : at), 0)
    const hertz = (levels[best] as number) < -60 ? 0 : (best * context.sampleRate) / ear.fftSize
    await context.close()
    return hertz
  }
  Object.assign(globalThis, {
    deskEar,
    RTCPeerConnection: class extends Real {
      constructor(...given: ConstructorParameters<typeof RTCPeerConnection>) {
        super(...given)
        made.push(this)
      }
    },
  })
}

/** Has a test that failed say what stood on these pages: that a wait ran out tells nothing of why. */
export function tellsTheScreen(test: Test, pages: () => (Page | undefined)[]): void {
  test.afterEach(async (one: Test) => {
    if (one.passing()) return
    for (const page of pages()) {
      const seen = await page?.locator('body').ariaSnapshot({ timeout: 5_000 }).catch(String)
      const lines = seen
        ?.split('\n')
        .filter((line) => !/- (table|row|rowgroup|rowheader|columnheader|cell|\/url)\b/.test(line))
      if (lines)
        test.comment(
          `screen after “${one.name}”: ${lines
            .map((line) => line.trim())
            .join(' ')
            .slice(0, 3_000)}`,
        )
    }
  })
}

/** Presses Tab until a thing of this role and name has the focus: what a mouse can reach, a keyboard must. */
export async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first()
  for (let presses = 0; presses < 80; presses++) {
    if (await wanted.evaluate((it) => it === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${role} ${name}`)
}

/** Signs in by keyboard: name, password, Enter. */
export async function signIn({ page, account }: Seat, password = account.password): Promise<void> {
  await page.getByLabel(/^(账号|Account)$/).fill(account.name)
  await page.getByLabel(/^(密码|Password)$/).fill(password)
  await page.keyboard.press('Enter')
}

/** Comes on duty: phone registered, ring heard, ready. */
export async function goOnline({ page }: Pick<Seat, 'page'>): Promise<void> {
  await page
    .getByRole('button', { name: /^(上线|Take calls)/ })
    .first()
    .click(WAIT)
  await page.getByRole('button', { name: /^(放一声|Play it)/ }).click(WAIT)
  await page.getByRole('button', { name: /^(听到了，就绪|I heard it: ready)/ }).click(WAIT)
  await page.getByText(/空闲，可以接听|Idle, ready for a call/).waitFor(WAIT)
}

/** Ends the call by key. Within a second of the answer the desk takes that for a slip, so this waits for longer. */
export async function hangUp(page: Page): Promise<void> {
  await page.waitForFunction((since) => Date.now() - since > 1_200, Date.now())
  await page.keyboard.press('F9')
}

/** A seat whose agent is ready for calls. */
export async function aReadySeat(lab: Pick<Lab, 'url' | 'file'>, wish: SeatWish = {}): Promise<Seat> {
  const seat = await openSeat(lab, wish)
  await signIn(seat)
  await goOnline(seat)
  return seat
}
