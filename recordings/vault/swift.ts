/**
 * Test support: a real S3 server that is not ours, Debian's OpenStack Swift with its s3api, so that the MinIO maker
 * is proven against somebody else's reading of S3. Installed without root into a folder, run on loopback.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LAUNCHER = fileURLToPath(new URL('./swift-server.py', import.meta.url))
const SERVERS = ['object', 'container', 'account', 'proxy'] as const

/** A Swift that runs: what `minioVault` needs to reach it. `stop` ends the processes this one started, and no others. */
export type Swift = {
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
  stop: () => Promise<void>
}

/**
 * Downloads Swift and what it needs (about 50 packages, 8 MB) from the mirror this machine's apt uses, and unpacks
 * them into `tools/root`. A marker written last tells a whole installation from one that was cut short.
 * @returns the folder; at once when it is there already
 */
export async function installSwift(tools: string, say: (line: string) => void = () => {}): Promise<string> {
  const root = join(tools, 'root')
  const marker = join(tools, 'ready')
  if (
    await access(marker).then(
      () => true,
      () => false,
    )
  )
    return root

  const began = Date.now()
  await rm(root, { recursive: true, force: true })
  await mkdir(join(tools, 'debs', 'partial'), { recursive: true })
  await mkdir(join(tools, 'lists', 'partial'), { recursive: true })
  const own = [
    '-o',
    `Dir::Cache=${tools}`,
    '-o',
    `Dir::Cache::archives=${tools}/debs`,
    '-o',
    'Debug::NoLocking=1',
    '-o',
    'APT::Sandbox::User=',
  ]
  const fetch = (lists: string[]) =>
    run('apt-get', [...own, ...lists, '-y', '--no-install-recommends', '--download-only', 'install', 'python3-swift'], {
      timeout: 300_000,
      maxBuffer: 1e8,
    })
  say('Swift: downloading from the mirror')
  // the machine's own lists where it has them; a fresh container has none, and an ordinary user may not fill them
  await fetch([]).catch(async () => {
    const lists = ['-o', `Dir::State::lists=${tools}/lists`]
    await run('apt-get', [...own, ...lists, 'update'], { timeout: 300_000, maxBuffer: 1e8 })
    await fetch(lists)
  })
  const debs = (await readdir(join(tools, 'debs'))).filter((name) => name.endsWith('.deb'))
  for (const deb of debs) await run('dpkg-deb', ['-x', join(tools, 'debs', deb), root], { timeout: 60_000 })
  await writeFile(marker, `${debs.length} packages\n`)
  say(`Swift: ${debs.length} packages unpacked in ${Math.round((Date.now() - began) / 1000)} s`)
  return root
}

/**
 * Starts Swift with its data in `data` (on a file system with user xattrs) and waits until it answers.
 * The same folder and port again continue with the objects that were there.
 */
export async function startSwift({ root, data, port }: { root: string; data: string; port?: number }): Promise<Swift> {
  const etc = join(data, 'etc')
  await mkdir(etc, { recursive: true })
  await mkdir(join(data, 'disk', 'd1'), { recursive: true })
  await mkdir(join(data, 'cache'), { recursive: true })
  const [proxy, object, container, account] = [
    port ?? (await freePort()),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const ports = { proxy, object, container, account }
  const secretKey = 'not-a-secret-of-any-desk'

  await writeFile(
    join(etc, 'swift.conf'),
    '[swift-hash]\nswift_hash_path_suffix = test\nswift_hash_path_prefix = test\n\n[storage-policy:0]\nname = Policy-0\ndefault = yes\n',
  )
  const env = environment(root, join(etc, 'swift.conf'))
  const python = await access('/usr/bin/python3').then(
    () => '/usr/bin/python3',
    () => join(root, 'usr/bin/python3'),
  )
  const children: ChildProcess[] = []
  const said: string[] = []
  for (const kind of SERVERS) {
    const conf = join(etc, `${kind}.conf`)
    await writeFile(conf, kind === 'proxy' ? proxyConf(proxy, etc, secretKey) : storageConf(kind, ports[kind], data))
    if (kind !== 'proxy')
      await run(python, [LAUNCHER, 'ring', etc, kind, String(ports[kind])], { env, timeout: 30_000 })
  }
  for (const kind of SERVERS) {
    const child = spawn(python, [LAUNCHER, kind, join(etc, `${kind}.conf`)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (piece) => said.push(String(piece)))
    child.stderr.on('data', (piece) => said.push(String(piece)))
    children.push(child)
  }

  const stop = async () => {
    await Promise.all(children.map((child) => ended(child)))
  }
  const endpoint = `http://127.0.0.1:${proxy}`
  const until = Date.now() + 30_000
  for (const kind of SERVERS) {
    // the proxy answers before the others are up, and then says 503 to everything
    while (!(await listens(ports[kind]))) {
      if (Date.now() > until || children.some((child) => child.exitCode !== null)) {
        await stop()
        throw new Error(`Swift did not start: ${said.join('').slice(-2_000)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return { endpoint, region: 'us-east-1', accessKey: 'rec:svc', secretKey, stop }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

function environment(root: string, conf: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    SWIFT_CONF: conf,
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
    // greendns wants files a slim container lacks; loopback needs no names
    EVENTLET_NO_GREENDNS: 'yes',
    LD_LIBRARY_PATH: ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu']
      .map((dir) => join(root, dir))
      .join(':'),
  }
}

const common = (port: number, etc: string) => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${process.env.USER ?? 'root'}
swift_dir = ${etc}
log_level = WARNING
log_address = /nonexistent
`

const storageConf = (
  kind: string,
  port: number,
  data: string,
) => `${common(port, join(data, 'etc'))}devices = ${join(data, 'disk')}
mount_check = false
fallocate_reserve = 0
recon_cache_path = ${join(data, 'cache')}
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
`

const filters =
  'catch_errors gatekeeper healthcheck proxy-logging cache listing_formats bulk s3api tempauth copy container-quotas account-quotas slo dlo versioned_writes symlink'

const proxyConf = (port: number, etc: string, secret: string) => `${common(port, etc)}[pipeline:main]
pipeline = ${filters} proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_rec_svc = ${secret} .admin
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
[filter:cache]
use = egg:swift#memcache
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
${filters
  .split(' ')
  .filter((name) => !['tempauth', 's3api', 'cache', 'versioned_writes'].includes(name))
  .map((name) => `[filter:${name}]\nuse = egg:swift#${name.replace(/-/g, '_')}`)
  .join('\n')}
`

/** Does somebody take connections on this loopback port? */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const wire = connect(port, '127.0.0.1')
    wire.once('error', () => resolve(false))
    wire.once('connect', () => {
      wire.destroy()
      resolve(true)
    })
  })
}

/** A loopback port nobody has now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
