/** One contract, two makers: the folder, and the MinIO client against a real S3 server that is not ours. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { bytesOf, scratch } from '../test-support.ts'
import { folderVault } from './folder.ts'
import { minioVault } from './minio.ts'
import { installSwift, type Swift, startSwift } from './swift.ts'
import { checkKey, NotInVault, type Vault, VaultDown, VaultLies, verify } from './vault.ts'

// Swift is fetched the first time, and this machine may be busy with other tests
t.setTimeout(300_000)

const promised = (bytes: Buffer) => ({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
const put = (vault: Vault, key: string, bytes: Buffer) => vault.put(key, () => Readable.from([bytes]), promised(bytes))
const all = async (vault: Vault, prefix: string) => {
  const keys: string[] = []
  for await (const stored of vault.list(prefix)) keys.push(stored.key)
  return keys.sort()
}

async function contract(t: Test, vault: Vault) {
  const sound = randomBytes(320_044)

  await t.test('what is put is there, byte for byte', async (t) => {
    await put(vault, 'calls/2026/11/21/one.wav', sound)
    t.match(await vault.head('calls/2026/11/21/one.wav'), promised(sound))
    t.ok((await bytesOf(await vault.readRange('calls/2026/11/21/one.wav'))).equals(sound))
    await verify(vault, 'calls/2026/11/21/one.wav', promised(sound))
  })

  await t.test('a player can ask for a piece of it', async (t) => {
    const piece = await bytesOf(await vault.readRange('calls/2026/11/21/one.wav', { from: 1_000, to: 1_499 }))
    t.ok(piece.equals(sound.subarray(1_000, 1_500)))
    const last = await bytesOf(
      await vault.readRange('calls/2026/11/21/one.wav', { from: sound.length - 1, to: sound.length - 1 }),
    )
    t.ok(last.equals(sound.subarray(-1)))
  })

  await t.test('putting the same again asks for no bytes and changes nothing', async (t) => {
    let asked = 0
    const body = () => {
      asked++
      return Readable.from([sound])
    }
    await vault.put('calls/2026/11/21/one.wav', body, promised(sound))
    t.equal(asked, 0)
    t.same(await all(vault, 'calls/2026/11/21/'), ['calls/2026/11/21/one.wav'])
  })

  await t.test('putting other bytes replaces the old ones', async (t) => {
    const longer = randomBytes(400_000)
    await put(vault, 'calls/2026/11/21/two.wav', sound)
    await put(vault, 'calls/2026/11/21/two.wav', longer)
    await verify(vault, 'calls/2026/11/21/two.wav', promised(longer))
    t.ok((await bytesOf(await vault.readRange('calls/2026/11/21/two.wav'))).equals(longer))
  })

  await t.test('a recording of twenty minutes goes in by parts and comes out whole', async () => {
    const long = randomBytes(36 * 1024 * 1024)
    const pieces = () =>
      Readable.from(Array.from({ length: 576 }, (_, i) => long.subarray(i * 65_536, (i + 1) * 65_536)))
    await vault.put('calls/long.wav', pieces, promised(long))
    await verify(vault, 'calls/long.wav', promised(long))
  })

  await t.test('a body that breaks off leaves nothing behind', async (t) => {
    async function* torn() {
      yield sound.subarray(0, 100_000)
      throw new Error('the disk went')
    }
    await t.rejects(
      vault.put('calls/torn.wav', () => Readable.from(torn()), promised(sound)),
      VaultDown,
    )
    t.equal(await vault.head('calls/torn.wav'), undefined)
    t.same(await all(vault, 'calls/torn'), [])
  })

  await t.test('what is not there is said plainly', async (t) => {
    t.equal(await vault.head('calls/nothing.wav'), undefined)
    await t.rejects(vault.readRange('calls/nothing.wav'), NotInVault)
    await vault.delete('calls/nothing.wav')
    await t.rejects(verify(vault, 'calls/nothing.wav', promised(sound)), VaultLies)
  })

  await t.test('other bytes than promised are found on reading back', async (t) => {
    await t.rejects(verify(vault, 'calls/2026/11/21/one.wav', promised(randomBytes(sound.length))), VaultLies)
    await t.rejects(verify(vault, 'calls/2026/11/21/one.wav', { ...promised(sound), bytes: 7 }), VaultLies)
  })

  await t.test('many are listed by the beginning of their key', async (t) => {
    const keys = Array.from({ length: 30 }, (_, i) => `many/${String(i).padStart(2, '0')}.wav`)
    await Promise.all(keys.map((key) => put(vault, key, Buffer.from(key))))
    t.same(await all(vault, 'many/'), keys)
    t.same(await all(vault, 'many/1'), keys.slice(10, 20))
  })

  await t.test('what is deleted is gone', async (t) => {
    await vault.delete('calls/2026/11/21/one.wav')
    t.equal(await vault.head('calls/2026/11/21/one.wav'), undefined)
    t.notOk((await all(vault, 'calls/')).includes('calls/2026/11/21/one.wav'))
  })

  await t.test('a key that could lead elsewhere is refused before anything is asked', async (t) => {
    for (const key of [
      '../../etc/passwd',
      '/etc/x',
      'a//b',
      'a/../b',
      'A',
      '',
      'a b',
      'a\0',
      '呼叫',
      `${'a'.repeat(201)}`,
    ]) {
      t.throws(() => checkKey(key), TypeError)
      await t.rejects(put(vault, key, sound), TypeError)
      await t.rejects(
        Promise.resolve().then(() => vault.delete(key)),
        TypeError,
      )
    }
  })
}

t.test('a folder keeps recordings', { timeout: 240_000 }, async (t) => {
  const dir = await scratch(t)
  await contract(t, folderVault(dir))
  t.same(await readdir(join(dir, 'incoming')), [], 'nothing half-written is left')
  const names = (await readdir(join(dir, 'objects'), { recursive: true })).join(' ')
  t.notMatch(names, /one|two|many/, 'file names tell nothing')
})

t.test('half-written files of a process that is gone are swept when the folder is next used', async (t) => {
  const dir = await scratch(t)
  await mkdir(join(dir, 'incoming'), { recursive: true })
  await writeFile(join(dir, 'incoming', '999999999-aa.bytes'), 'half')
  await writeFile(join(dir, 'incoming', `${process.pid}-bb.bytes`), 'still being written')
  await put(folderVault(dir), 'calls/x.wav', Buffer.from('sound'))
  t.same(await readdir(join(dir, 'incoming')), [`${process.pid}-bb.bytes`])
})

t.test('killed between the bytes and the card, the old recording still stands', async (t) => {
  const dir = await scratch(t)
  const vault = folderVault(dir)
  const old = Buffer.from('the old bytes')
  await put(vault, 'calls/x.wav', old)
  const hash = createHash('sha256').update('calls/x.wav').digest('hex')
  await writeFile(join(dir, 'objects', hash.slice(0, 2), `${hash}.0123456789abcdef.wav`), 'new bytes, no card yet')
  await verify(folderVault(dir), 'calls/x.wav', promised(old))
})

t.test('a byte that rots on the disk is found', async (t) => {
  const dir = await scratch(t)
  const vault = folderVault(dir)
  const sound = randomBytes(1_000)
  await put(vault, 'calls/x.wav', sound)
  const hash = createHash('sha256').update('calls/x.wav').digest('hex')
  const folder = join(dir, 'objects', hash.slice(0, 2))
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith('.wav')) as string)
  const bytes = await readFile(file)
  bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500)
  await writeFile(file, bytes)
  await t.rejects(verify(vault, 'calls/x.wav', promised(sound)), VaultLies)
})

t.test('an S3 server that is not ours keeps recordings', { timeout: 240_000 }, async (t) => {
  const root = await installSwift(join(process.env.DESK_TOOLS ?? join(process.env.DESK_VAR ?? 'var', 'tools'), 'swift'))
  const data = await scratch(t)
  let swift: Swift = await startSwift({ root, data })
  t.teardown(() => swift.stop())
  const settings = { ...swift, bucket: 'recordings' }
  const vault = minioVault(settings)

  t.same(await vault.traits(), { kind: 's3', versioned: false, locked: false })
  await contract(t, vault)

  await t.test('a wrong password is an outage, not a lost recording', async (t) => {
    const stranger = minioVault({ ...settings, secretKey: 'wrong' })
    await t.rejects(stranger.head('calls/long.wav'), VaultDown)
    await t.rejects(put(stranger, 'calls/y.wav', Buffer.from('x')), VaultDown)
  })

  await t.test('killed and started again, it still holds what it said it holds', async () => {
    const sound = randomBytes(100_000)
    await put(vault, 'calls/kept.wav', sound)
    const port = Number(new URL(swift.endpoint).port)
    await swift.stop()
    await t.rejects(vault.head('calls/kept.wav'), VaultDown)
    await t.rejects(put(vault, 'calls/later.wav', sound), VaultDown)
    swift = await startSwift({ root, data, port })
    await verify(vault, 'calls/kept.wav', promised(sound))
    await put(vault, 'calls/later.wav', sound)
    await verify(vault, 'calls/later.wav', promised(sound))
  })
})

t.test(
  'in a bucket that keeps versions, a deleted recording leaves no version behind',
  { timeout: 240_000 },
  async (t) => {
    const root = await installSwift(
      join(process.env.DESK_TOOLS ?? join(process.env.DESK_VAR ?? 'var', 'tools'), 'swift'),
    )
    const swift = await startSwift({ root, data: await scratch(t) })
    t.teardown(() => swift.stop())
    const { Client } = await import('minio')
    const { port, hostname } = new URL(swift.endpoint)
    const client = new Client({
      endPoint: hostname,
      port: Number(port),
      useSSL: false,
      region: swift.region,
      accessKey: swift.accessKey,
      secretKey: swift.secretKey,
    })
    await client.makeBucket('kept', swift.region)
    await client.setBucketVersioning('kept', { Status: 'Enabled' })

    const vault = minioVault({ ...swift, bucket: 'kept' })
    t.match(await vault.traits(), { versioned: true })
    await put(vault, 'calls/v.wav', Buffer.from('first'))
    await put(vault, 'calls/v.wav', Buffer.from('second'))
    await vault.delete('calls/v.wav')
    const left = []
    for await (const item of client.listObjects('kept', '', true, { IncludeVersion: true })) left.push(item)
    t.same(left, [])
  },
)
