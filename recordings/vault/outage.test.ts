/** Servers that misbehave in ways a real one will one day: pretend ports, because no real one does it on request. */
import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createWire } from 'node:net'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { bytesOf } from '../test-support.ts'
import { minioVault } from './minio.ts'
import { VaultDown, VaultLies, verify } from './vault.ts'

const sound = Buffer.alloc(50_000, 7)
const promised = { bytes: sound.length, sha256: createHash('sha256').update(sound).digest('hex') }
const body = () => Readable.from([sound])

const at = (port: number) =>
  minioVault({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'rec',
    region: 'us-east-1',
    accessKey: 'a',
    secretKey: 'b',
    idleMs: 300,
  })

async function pretend(t: Test, answer: RequestListener) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return at((server.address() as AddressInfo).port)
}

const bucketIsThere: RequestListener = (request, response) => {
  const { search } = new URL(request.url ?? '/', 'http://x')
  if (request.method === 'HEAD') return response.writeHead(200).end()
  if (/versioning|object-lock/.test(search))
    return response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>')
}

t.test('a server that accepts and says nothing is an outage in bounded time', async (t) => {
  const wire = createWire(() => {})
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  t.teardown(() => wire.close())
  const vault = at((wire.address() as AddressInfo).port)
  await t.rejects(vault.put('calls/x.wav', body, promised), VaultDown)
  await t.rejects(vault.head('calls/x.wav'), VaultDown)
  await t.rejects(vault.readRange('calls/x.wav'), VaultDown)
})

t.test('a port nobody listens on is an outage at once', async (t) => {
  await t.rejects(at(1).put('calls/x.wav', body, promised), VaultDown)
})

t.test('a server in trouble (500) is an outage', async (t) => {
  const vault = await pretend(t, (_, response) =>
    response.writeHead(500).end('<Error><Code>InternalError</Code></Error>'),
  )
  await t.rejects(vault.put('calls/x.wav', body, promised), VaultDown)
  await t.rejects(vault.head('calls/x.wav'), VaultDown)
})

t.test('a server that says yes and keeps nothing is caught by reading back', async (t) => {
  const kept = new Set<string>()
  const vault = await pretend(t, (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    if (request.method === 'PUT') {
      request.resume().once('end', () => response.writeHead(200, { etag: '"x"' }).end())
      return
    }
    if (path.includes('/calls/') && !kept.has(path)) {
      return response
        .writeHead(404)
        .end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>')
    }
    return bucketIsThere(request, response)
  })
  await vault.put('calls/x.wav', body, promised)
  await t.rejects(verify(vault, 'calls/x.wav', promised), VaultLies)
})

t.test('an answer that stops half-way ends the reading instead of hanging it', async (t) => {
  const vault = await pretend(t, (request, response) => {
    if (request.method === 'GET' && request.url?.includes('/calls/')) {
      response.writeHead(200, { 'content-length': String(sound.length) })
      response.write(sound.subarray(0, 1_000))
      return
    }
    return bucketIsThere(request, response)
  })
  await t.rejects(bytesOf(await vault.readRange('calls/x.wav')))
  await t.rejects(verify(vault, 'calls/x.wav', promised), VaultDown)
})
