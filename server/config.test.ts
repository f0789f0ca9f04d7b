import { readFileSync } from 'node:fs'
import t from 'tap'
import { ConfigRefused, NAMES, readConfig } from './config.ts'

const enough = {
  DESK_VAR: '/srv/desk',
  DATABASE_URL: 'postgres://desk:secret@127.0.0.1:5432/desk',
  AMI_READER_SECRET: 'reader-reader-reader',
  AMI_ACTOR_SECRET: 'actor-actor-actor-actor',
  ARI_SECRET: 'ari-ari-ari-ari-ari-ari',
}

/** The sentences a refused environment is answered with. */
const refused = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigRefused) return error.problems
    throw error
  }
}

t.test('a desk with only its database and secrets told stands on one machine', async (t) => {
  const config = readConfig(enough)
  t.match(config, {
    varDir: '/srv/desk',
    host: '127.0.0.1',
    port: 8080,
    demo: false,
    sipSocket: 'ws://127.0.0.1:8088/ws',
    vault: { kind: 'folder', dir: '/srv/desk/vault' },
    pbx: { id: 1, spool: '/srv/desk/pbx/spool', cel: '/srv/desk/pbx/log/cel-custom/cel.jsonl' },
    trustProxy: [],
  })
})

t.test('a misspelt variable is refused by its name, and one that is not ours is left alone', async (t) => {
  t.match(refused({ ...enough, DESK_PROT: '8081', S3_BUKET: 'x' }), [/^DESK_PROT: /, /^S3_BUKET: /])
  t.same(refused({ ...enough, PATH: '/bin', S3FS: '1', DESKTOP_SESSION: 'x' }), [])
})

t.test('every malformed value is told at once, each beginning with its variable', async (t) => {
  const problems = refused({
    ...enough,
    DESK_PORT: '80a',
    PBX_AMI_PORT: '70000',
    DESK_LOG: 'loud',
    DESK_DEMO: 'yes',
    ARI_SECRET: 'short',
    DATABASE_URL: 'mysql://x/y',
    DESK_TRUST_PROXY: '10.0.0.0/8, everyone',
    DESK_HOST: 'a b',
  })
  const names = problems.map((sentence) => sentence.split(':')[0]).sort()
  t.same(names, [
    'ARI_SECRET',
    'DATABASE_URL',
    'DESK_DEMO',
    'DESK_HOST',
    'DESK_LOG',
    'DESK_PORT',
    'DESK_TRUST_PROXY',
    'PBX_AMI_PORT',
  ])
})

t.test('what is needed and not set is named', async (t) => {
  const problems = refused({})
  for (const name of ['DATABASE_URL', 'AMI_READER_SECRET', 'AMI_ACTOR_SECRET', 'ARI_SECRET'])
    t.ok(
      problems.some((sentence) => sentence.startsWith(`${name}: `)),
      name,
    )
})

t.test('an S3 vault wants its endpoint, bucket and keys, and a folder does not', async (t) => {
  t.same(
    refused({ ...enough, VAULT: 's3' }).map((sentence) => sentence.split(':')[0]),
    ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'],
  )
  const config = readConfig({
    ...enough,
    VAULT: 's3',
    S3_ENDPOINT: 'https://minio.hospital:9000',
    S3_BUCKET: 'recordings',
    S3_ACCESS_KEY: 'k',
    S3_SECRET_KEY: 's',
  })
  t.match(config.vault, { kind: 's3', region: 'us-east-1' })
})

t.test('behind the front proxy the phone speaks to the same origin', async (t) => {
  const config = readConfig({
    ...enough,
    DESK_URL: 'https://desk.hospital/',
    DESK_TRUST_PROXY: '127.0.0.1, 10.1.0.0/16',
  })
  t.match(config, {
    publicUrl: 'https://desk.hospital',
    sipSocket: '/sip',
    trustProxy: ['127.0.0.1', '10.1.0.0/16'],
  })
})

t.test('a session never outlives its absolute end', async (t) => {
  t.match(refused({ ...enough, DESK_SESSION_IDLE_MINUTES: '120', DESK_SESSION_ABSOLUTE_MINUTES: '60' }), [
    /^DESK_SESSION_ABSOLUTE_MINUTES: /,
  ])
})

t.test('a value with a line break in it cannot smuggle a second setting', async (t) => {
  t.match(refused({ ...enough, AMI_ACTOR_SECRET: 'actor-actor-actor\r\nAction: x' }), [/^AMI_ACTOR_SECRET: /])
})

t.test('the example file names every variable and no other', async (t) => {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
  const named = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? '')
  t.same(new Set(named), new Set([...NAMES, 'DATABASE_URL', 'ASTERISK']))
})
