import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { checkKey, NotInVault, type Promised, type Stored, type Vault, VaultDown } from './vault.ts'

/** A half-written file of a process that is gone, or of one that has been at it for longer than any upload. */
const STRAY_AFTER_MS = 60 * 60_000

/** What the card beside an object says. It names the file that holds the bytes; renaming it in place is the moment of the put. */
type Card = { key: string; file: string; bytes: number; sha256: string }

/**
 * Keeps recordings in a folder: on a machine of its own, with nothing else installed. File names are hashes of
 * keys, bytes are on the disk (fsync of file and folder) before the put is told done, and half-written files of
 * an earlier life are swept at the first use. Bytes stay plain WAV, so they outlive this program.
 */
export function folderVault(dir: string): Vault {
  const objects = join(dir, 'objects')
  const incoming = join(dir, 'incoming')
  const placeOf = (key: string) => {
    const hash = createHash('sha256').update(checkKey(key)).digest('hex')
    return { folder: join(objects, hash.slice(0, 2)), hash }
  }
  const ready = once(async () => {
    await mkdir(objects, { recursive: true, mode: 0o700 })
    await mkdir(incoming, { recursive: true, mode: 0o700 })
    await sweep(incoming, STRAY_AFTER_MS)
    await syncFolder(dir)
  })
  const within = async <T>(verb: string, work: () => Promise<T>): Promise<T> => {
    try {
      await ready()
      return await work()
    } catch (error) {
      if (error instanceof TypeError || error instanceof NotInVault) throw error
      throw new VaultDown(verb, error)
    }
  }

  async function cardOf(key: string): Promise<Card | undefined> {
    const { folder, hash } = placeOf(key)
    const card = await readCard(join(folder, `${hash}.json`))
    return card?.key === key ? card : undefined
  }

  async function put(key: string, body: () => Readable, promised: Promised): Promise<void> {
    const { folder, hash } = placeOf(key)
    const before = await cardOf(key)
    if (before?.sha256 === promised.sha256 && (await sizeOf(join(folder, before.file))) === promised.bytes) return

    await mkdir(folder, { recursive: true, mode: 0o700 })
    const stray = join(incoming, `${process.pid}-${randomBytes(8).toString('hex')}`)
    const card: Card = { key, file: `${hash}.${promised.sha256.slice(0, 16)}${extname(key)}`, ...promised }
    try {
      await writeDurably(`${stray}.bytes`, body(), promised)
      await writeDurably(`${stray}.card`, [Buffer.from(JSON.stringify(card))])
      await rename(`${stray}.bytes`, join(folder, card.file))
      await rename(`${stray}.card`, join(folder, `${hash}.json`))
    } finally {
      await rm(`${stray}.bytes`, { force: true })
      await rm(`${stray}.card`, { force: true })
    }
    if (before && before.file !== card.file) await rm(join(folder, before.file), { force: true })
    await syncFolder(folder)
    await syncFolder(dirname(folder))
  }

  return {
    traits: () => within('look', async () => ({ kind: 'folder', versioned: false, locked: false })),
    put: (key, body, promised) => within('put', () => put(key, body, promised)),

    head: (key) =>
      within('head', async () => {
        const card = await cardOf(key)
        return card && { key: card.key, bytes: card.bytes, sha256: card.sha256 }
      }),

    readRange: (key, range) =>
      within('read', async () => {
        const card = await cardOf(key)
        if (!card) throw new NotInVault(key)
        const handle = await open(join(placeOf(key).folder, card.file), 'r')
        return createReadStream('', { fd: handle, ...(range && { start: range.from, end: range.to }) })
      }),

    delete: (key) =>
      within('delete', async () => {
        const { folder, hash } = placeOf(key)
        const card = await cardOf(key)
        if (!card) return
        // bytes first: a card without bytes reads as an outage and is deleted again; bytes without a card would be kept for ever
        await rm(join(folder, card.file), { force: true })
        await rm(join(folder, `${hash}.json`), { force: true })
        await syncFolder(folder)
      }),

    async *list(prefix) {
      for (const folder of await within('list', () => readdir(objects))) {
        const names = await within('list', () => readdir(join(objects, folder)))
        for (const name of names.filter((name) => name.endsWith('.json') && name.length === 69)) {
          const card = await within('list', () => readCard(join(objects, folder, name)))
          if (card?.key.startsWith(prefix)) yield cardToStored(card)
        }
      }
    },
  }
}

const cardToStored = ({ key, bytes, sha256 }: Card): Stored => ({ key, bytes, sha256 })

/** Takes away what a dead process left half-written: its pid is gone, or its file is older than any upload lasts. */
async function sweep(incoming: string, olderThanMs: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const pid = Number(name.split('-')[0])
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
    if (!isAlive(pid) || age > olderThanMs) await rm(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function writeDurably(path: string, body: AsyncIterable<Buffer> | Iterable<Buffer>, promised?: Promised) {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of body) {
      hash.update(piece)
      bytes += piece.length
      await writeAll(file, piece)
    }
    if (promised && (bytes !== promised.bytes || hash.digest('hex') !== promised.sha256)) {
      throw new Error('the body is not what was promised')
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
}

async function readCard(path: string): Promise<Card | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Card
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size
}

/** A rename is only on the disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Runs once when it works; a failure (the disk was away) is tried again the next time. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work().catch((error) => {
      running = undefined
      throw error
    })
    return running
  }
}
