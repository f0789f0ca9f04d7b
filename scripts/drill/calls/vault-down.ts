/** The vault is away under calls: the spool grows, what is wanted plays from it, and it drains in order, verified. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { minioVault } from '../../../recordings/index.ts'
import { installSwift, startSwift } from '../../../recordings/vault/swift.ts'
import { ROOT } from '../../build.ts'
import type { Drill } from '../../drill.ts'
import { signedIn } from '../../lab/client.ts'
import { type Lab, startLab } from '../../lab/index.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { metric, untilWire } from '../parts/status.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const BUCKET = 'recordings'

const drill: Drill = async (report) => {
  const tools = join(resolve(ROOT, process.env.DESK_TOOLS ?? 'var/tools'), 'swift')
  const root = await installSwift(tools, console.log)
  const data = mkdtempSync(join(tmpdir(), 'desk-swift-'))
  let swift = await startSwift({ root, data })
  const { endpoint, region, accessKey, secretKey } = swift
  const port = Number(new URL(endpoint).port)
  const vault = minioVault({ endpoint, region, accessKey, secretKey, bucket: BUCKET })
  const lab = await startLab({
    settings: withSeats(4),
    env: {
      VAULT: 's3',
      S3_ENDPOINT: endpoint,
      S3_BUCKET: BUCKET,
      S3_REGION: region,
      S3_ACCESS_KEY: accessKey,
      S3_SECRET_KEY: secretKey,
    },
  })
  try {
    const traffic = await startTraffic(lab, { answering: 4 })
    const console = await watchDesk(lab)
    await traffic.storm(2, { forSeconds: 5, perSecond: 1 })
    await traffic.allOver()
    await settle(lab)
    await swift.stop()
    await traffic.storm(8, { forSeconds: 7, perSecond: 1 })
    await traffic.allOver()
    const found = await untilWire(lab.url, 'vault', true, 30_000)
    report({
      what: `L8 the desk says that the vault is gone (${found} ms after the last call)`,
      holds: Number.isFinite(found),
    })
    await noneIsRecording(lab)
    const held = await metric(lab.url, 'spool_bytes')
    report({ what: `the spool holds what the vault cannot take (${held} bytes)`, holds: held > 100_000, seen: held })
    const waiting = await lab.query<{ id: string; call_id: string }>(
      `select id, call_id from recordings where state = 'filing' order by started_at`,
    )
    report({ what: 'eight recordings wait, none is given up', holds: waiting.length === 8, seen: waiting.length })
    const auditor = await signedIn(lab, 'auditor')
    const sound = await fetch(`${lab.url}/api/recordings/${waiting[0]?.id}/audio`, {
      headers: { cookie: auditor.cookie },
    })
    const bytes = Buffer.from(await sound.arrayBuffer())
    report({
      what: 'a recording that waits plays from the spool',
      holds: sound.ok && bytes.length > 20_000,
      seen: { status: sound.status, bytes: bytes.length },
    })

    swift = await startSwift({ root, data, port })
    await settle(lab, 120_000)
    const back = await untilWire(lab.url, 'vault', false, 30_000)
    report({ what: `the vault is back by itself (${back} ms after the last was filed)`, holds: Number.isFinite(back) })
    const filed = await lab.query<{ id: string }>(`select id from recordings where id = any($1) order by filed_at`, [
      waiting.map((one) => one.id),
    ])
    // short: of a call in which the machine stood still; L4 looks at each
    const [left] = await lab.query<{ n: number }>(
      `select count(*)::int as n from recordings where state not in ('filed', 'short')`,
    )
    report({ what: 'all are filed', holds: left?.n === 0 && filed.length === 8, seen: left })
    // Three are filed at once, so a small one may overtake its two neighbours; nobody overtakes more.
    const overtaken = filed.map((one, n) => Math.abs(waiting.findIndex(({ id }) => id === one.id) - n))
    report({ what: 'oldest first', holds: Math.max(...overtaken) <= 2, seen: overtaken })
    const lingering = await untilSpoolIsClear(lab)
    report({ what: 'and the spool is empty', holds: lingering.length === 0, seen: lingering })
    const read = async () => {
      const found = new Map<string, Buffer>()
      for await (const object of vault.list('')) {
        const content = await buffer(await vault.readRange(object.key))
        found.set(createHash('sha256').update(content).digest('hex'), content)
      }
      return found
    }
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, tones: traffic, vault: read, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await lab.stop()
    await swift.stop()
    rmSync(data, { recursive: true, force: true })
  }
}
export default drill

/** Voices that stay in the spool: only those of a short recording may, in case the rest turns up. */
async function untilSpoolIsClear(lab: Lab): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const short = await lab.query<{ call_id: string }>(`select call_id from recordings where state = 'short'`)
    const names = await readdir(join(lab.settings.varDir, 'pbx/spool'), { recursive: true })
    const voices = names.filter((name) => name.endsWith('.wav'))
    const left = voices.filter((name) => !short.some((one) => name.includes(one.call_id)))
    if (left.length === 0 || tries === 100) return left
    await wait(200)
  }
}

/** The last call is only just over: its recording is on the way to waiting like the others. */
async function noneIsRecording(lab: Lab): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const [row] = await lab.query<{ n: number }>(
      `select (select count(*)::int from calls where state <> 'ended') + (select count(*)::int from recordings where state = 'recording') as n`,
    )
    if (row?.n === 0) return
    await wait(200)
  }
}
