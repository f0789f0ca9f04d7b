import http from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { Client } from 'minio'
import {
  checkKey,
  NotInVault,
  type Promised,
  type Stored,
  type Vault,
  VaultDown,
  VaultLocked,
  type VaultTraits,
} from './vault.ts'

/** Where an S3 server is and who we are to it. The bucket is made when it is not there. */
export type MinioSettings = {
  endpoint: string
  bucket: string
  region: string
  accessKey: string
  secretKey: string
  /** A connection that says nothing for so long is dead, milliseconds. */
  idleMs?: number
}

/** Uploads above this go in parts, so that memory stays bounded: the client holds one part. S3's least is 5 MiB. */
const PART_BYTES = 16 * 1024 * 1024
const IDLE_MS = 15_000
/** Nothing a vault is asked may take longer in all: 10 minutes is 300 kB/s for the longest recording. */
const TOTAL_MS = 10 * 60_000

/** Keeps recordings in a bucket of an S3 server (MinIO in production), through the `minio` client. */
export function minioVault(settings: MinioSettings): Vault {
  const { bucket, region } = settings
  const client = connect(settings)
  const sure: { bucket?: Promise<VaultTraits> } = {}

  /** The bucket, made when missing, and what it can do; asked again after a failure. */
  function bucketTraits(): Promise<VaultTraits> {
    sure.bucket ??= (async () => {
      if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, region).catch(unlessOurs)
      const versioned = await client.getBucketVersioning(bucket).then(saysEnabled, ifNotKnown)
      const locked = await (client.getObjectLockConfig(bucket) as unknown as Promise<unknown>).then(
        saysEnabled,
        ifNotKnown,
      )
      return { kind: 's3' as const, versioned, locked }
    })().catch((error) => {
      delete sure.bucket
      throw error
    })
    return sure.bucket
  }

  async function within<T>(verb: string, key: string, work: () => Promise<T>): Promise<T> {
    let late: NodeJS.Timeout | undefined
    try {
      const deadline = new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(new Error('took too long')), TOTAL_MS)
      })
      return await Promise.race([bucketTraits().then(work), deadline])
    } catch (error) {
      if (error instanceof NotInVault || error instanceof TypeError) throw error
      const code = codeOf(error)
      if (code === 'NoSuchBucket') delete sure.bucket
      if (['NoSuchKey', 'NotFound', 'NoSuchBucket'].includes(code)) throw new NotInVault(key)
      if (verb === 'delete' && ['AccessDenied', 'ObjectLocked', 'InvalidRequest'].includes(code)) {
        throw new VaultLocked(key, error)
      }
      throw new VaultDown(verb, error)
    } finally {
      clearTimeout(late)
    }
  }

  const head = (key: string) =>
    within<Stored | undefined>('head', checkKey(key), async () => {
      const stat = await client.statObject(bucket, key)
      const sha256 = stat.metaData.sha256 as string | undefined
      return { key, bytes: stat.size, ...(sha256 && { sha256 }) }
    }).catch((error) => {
      if (error instanceof NotInVault) return undefined
      throw error
    })

  return {
    traits: () => within('look', '', bucketTraits),
    head,

    async put(key: string, body: () => Readable, promised: Promised) {
      const before = await head(key)
      if (before?.sha256 === promised.sha256 && before.bytes === promised.bytes) return
      await within('put', key, async () => {
        const stream = body()
        const meta = { 'Content-Type': 'audio/wav', 'X-Amz-Meta-Sha256': promised.sha256 }
        // the client does not hear its body fail: without this a torn spool file would hang the upload
        const torn = new Promise<never>((_, reject) => stream.once('error', reject))
        try {
          await Promise.race([client.putObject(bucket, key, stream, promised.bytes, meta), torn])
        } finally {
          stream.destroy()
        }
      })
    },

    readRange: (key, range) =>
      within('read', checkKey(key), () =>
        range
          ? client.getPartialObject(bucket, key, range.from, range.to - range.from + 1)
          : client.getObject(bucket, key),
      ),

    delete: (key) =>
      within('delete', checkKey(key), async () => {
        const { versioned } = await bucketTraits()
        if (!versioned) return client.removeObject(bucket, key)
        // without a version S3 only writes a delete marker, and the voice stays
        const found = client.listObjects(bucket, key, true, { IncludeVersion: true })
        for await (const { name, versionId } of found as AsyncIterable<{ name?: string; versionId?: string }>) {
          if (name === key && versionId) await client.removeObject(bucket, key, { versionId })
        }
      }),

    async *list(prefix) {
      const found = client.listObjectsV2(bucket, prefix, true)
      try {
        await bucketTraits()
        for await (const { name, size } of found as AsyncIterable<{ name?: string; size: number }>) {
          if (name) yield { key: name, bytes: size }
        }
      } catch (error) {
        throw new VaultDown('list', error)
      } finally {
        found.destroy()
      }
    },
  }
}

function connect({ endpoint, region, accessKey, secretKey, idleMs = IDLE_MS }: MinioSettings): Client {
  const url = new URL(endpoint)
  const useSSL = url.protocol === 'https:'
  const wire = useSSL ? https : http
  return new Client({
    endPoint: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (useSSL ? 443 : 80)),
    useSSL,
    region,
    accessKey,
    secretKey,
    pathStyle: true,
    partSize: PART_BYTES,
    // our own back-off knows more than the client's
    retryOptions: { disableRetry: true },
    transportAgent: new wire.Agent({ keepAlive: true, maxSockets: 16 }),
    transport: {
      request(options: http.RequestOptions, answered: (response: http.IncomingMessage) => void) {
        const request = wire.request(options, (response) => {
          // a half-sent answer must end the reader's wait too
          request.setTimeout(idleMs, () => response.destroy(new Error(`silent for ${idleMs} ms`)))
          answered(response)
        })
        request.setTimeout(idleMs, () => request.destroy(new Error(`silent for ${idleMs} ms`)))
        return request
      },
    } as unknown as NonNullable<ConstructorParameters<typeof Client>[0]['transport']>,
  })
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '')

function unlessOurs(error: unknown): void {
  if (!['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(codeOf(error))) throw error
}

/** `{Status: 'Enabled'}` of versioning, `{objectLockEnabled: 'Enabled'}` of object lock. */
function saysEnabled(answer: unknown): boolean {
  const { Status, objectLockEnabled } = (answer || {}) as { Status?: string; objectLockEnabled?: string }
  return Status === 'Enabled' || objectLockEnabled === 'Enabled'
}

/** A server without the feature says so in one of these ways; only a wire that is down may stop us. */
function ifNotKnown(error: unknown): boolean {
  const code = codeOf(error)
  const known = /^(NotImplemented|ObjectLockConfigurationNotFoundError|MethodNotAllowed|InvalidRequest|AccessDenied)$/
  if (known.test(code) || /retries/.test(String((error as Error).message))) return false
  throw error
}
