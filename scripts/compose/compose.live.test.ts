import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parse } from 'yaml'
import { readConfig } from '../../server/config.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Service = {
  image?: string
  build?: { context: string; dockerfile: string }
  command?: string[] | string
  environment?: Record<string, string>
  volumes?: (string | { source: string })[]
  depends_on?: Record<string, unknown>
}

/** The compose file as docker-compose itself understands it, with what secrets.sh writes on a fresh checkout. */
function composed(): { services: Record<string, Service>; env: Record<string, string> } {
  const folder = mkdtempSync(join(tmpdir(), 'desk-compose-'))
  try {
    mkdirSync(join(folder, 'scripts/compose'), { recursive: true })
    cpSync(join(ROOT, 'scripts/compose/secrets.sh'), join(folder, 'scripts/compose/secrets.sh'))
    cpSync(join(ROOT, 'docker-compose.yml'), join(folder, 'docker-compose.yml'))
    execFileSync('sh', ['scripts/compose/secrets.sh'], {
      cwd: folder,
      env: { ...process.env, DESK_URL: 'https://desk.test' },
    })
    const file = join(folder, '.env')
    t.equal(statSync(file).mode & 0o777, 0o600, 'the secrets are readable by their owner only')
    t.throws(
      () => execFileSync('sh', ['scripts/compose/secrets.sh'], { cwd: folder, stdio: 'ignore' }),
      'and never overwritten',
    )
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    const env = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    const clean = { PATH: process.env.PATH ?? '' }
    execFileSync('docker-compose', ['config', '-q'], { cwd: folder, env: clean })
    const text = execFileSync('docker-compose', ['config'], { cwd: folder, env: clean, encoding: 'utf8' })
    return { services: parse(text).services, env }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { services, env } = composed()
const dockerfiles = ['server.Dockerfile', 'asterisk.Dockerfile'].map((name) =>
  readFileSync(join(ROOT, 'scripts/compose', name), 'utf8'),
)

t.test('the production shape has its six parts, and every secret has a value of its own', async (t) => {
  t.same(Object.keys(services).sort(), ['asterisk', 'bucket', 'minio', 'nginx', 'postgres', 'server'])
  const secrets = Object.entries(env).filter(([name]) => name !== 'DESK_URL')
  t.equal(new Set(secrets.map(([, value]) => value)).size, secrets.length)
  for (const [name, value] of secrets) t.ok(value.length >= 24, name)
})

t.test('the server takes its environment as compose gives it', async (t) => {
  const config = readConfig(services.server?.environment ?? {})
  t.match(config, {
    publicUrl: 'https://desk.test',
    sipSocket: '/sip',
    trustProxy: ['127.0.0.1'],
    vault: { kind: 's3' },
  })
  const asterisk = services.asterisk?.environment ?? {}
  for (const [name, value] of Object.entries(asterisk))
    t.equal(services.server?.environment?.[name], value, `${name} is the same on both sides`)
})

t.test('every file that compose and its Dockerfiles name is here', async (t) => {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
  const bound = [...text.matchAll(/-\s+(\.\/[^:\s]+):/g)]
    .map((match) => match[1] ?? '')
    // The hospital's own, made by whoever installs: docs/operations.md, "Installing at a hospital".
    .filter((path) => path !== './certificates' && path !== './site')
  const built = Object.values(services).flatMap((service) => (service.build ? [service.build.dockerfile] : []))
  const copied = dockerfiles.flatMap((file) =>
    [...file.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => (match[1] ?? '').split(' ')),
  )
  const run = [
    ...text.matchAll(/"(scripts\/[^"]+\.ts)"/g),
    ...dockerfiles.join('\n').matchAll(/"?((?:server|scripts)\/[\w/.-]+\.ts)"?/g),
  ]
  for (const path of [...bound, ...built, ...copied, ...run.map((match) => match[1] ?? '')])
    t.ok(existsSync(join(ROOT, path)), path)
})

t.test('the front proxy is given every name its template asks for', async (t) => {
  const template = readFileSync(join(ROOT, 'asterisk-config/nginx/desk.conf.template'), 'utf8')
  const asked = new Set([...template.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? ''))
  for (const name of asked) t.ok(services.nginx?.environment?.[name], name)
})

t.test('Asterisk and the server are the same user, so that the spool can be emptied', async (t) => {
  const uids = dockerfiles.map((file) => /--uid (\d+)/.exec(file)?.[1])
  t.ok(uids[0])
  t.equal(uids[0], uids[1])
})
