import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'

/** What the vault knows of one object. `sha256` is what its writer said, in hex; only a read back proves it. */
export type Stored = { key: string; bytes: number; sha256?: string }

/** What a put promises about its bytes. */
export type Promised = { bytes: number; sha256: string }

/** What the place behind the vault can do for us. */
export type VaultTraits = { kind: 'folder' | 's3'; versioned: boolean; locked: boolean }

/**
 * Where recordings are kept. Five verbs, two makers (`folderVault`, `minioVault`), one contract test.
 * Every verb ends in bounded time; a vault that cannot be reached or does not answer throws `VaultDown`.
 */
export type Vault = {
  /** What stands behind it. Asks it the first time. */
  traits(): Promise<VaultTraits>
  /**
   * Keeps the bytes under the key, durably and whole or not at all. Again with the same bytes changes nothing;
   * with others it replaces them. `body` is called for a fresh stream when the bytes are really wanted.
   */
  put(key: string, body: () => Readable, promised: Promised): Promise<void>
  /** What is kept under the key; undefined when nothing is. */
  head(key: string): Promise<Stored | undefined>
  /** The bytes [from, to] of an object, both ends included (as in HTTP Range); the whole of it without a range. */
  readRange(key: string, range?: { from: number; to: number }): Promise<Readable>
  /** Takes it away, every version of it. Nothing there is fine. Under lock or legal hold: `VaultLocked`. */
  delete(key: string): Promise<void>
  /** Every object whose key begins so, in no promised order. */
  list(prefix: string): AsyncIterable<Stored>
}

/** The vault cannot be reached, does not answer, or says it is in trouble. Trying later may help. */
export class VaultDown extends Error {
  constructor(verb: string, cause: unknown) {
    super(`vault: ${verb} failed`, { cause })
    this.name = 'VaultDown'
  }
}

/** The vault said yes and holds something else. Never unlink on this. */
export class VaultLies extends Error {
  constructor(key: string, why: string) {
    super(`vault: ${key} ${why}`)
    this.name = 'VaultLies'
  }
}

/** The object may not be taken away yet: object lock or legal hold. */
export class VaultLocked extends Error {
  constructor(key: string, cause: unknown) {
    super(`vault: ${key} is locked`, { cause })
    this.name = 'VaultLocked'
  }
}

/** Nothing is kept under this key. */
export class NotInVault extends Error {
  constructor(key: string) {
    super(`vault: ${key} is not there`)
    this.name = 'NotInVault'
  }
}

/** Keys are ours alone: lower case, no caller's data, nothing a file system or an S3 server could read otherwise. */
export function checkKey(key: string): string {
  if (/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/.test(key) && key.length <= 200) return key
  throw new TypeError('not a vault key')
}

/**
 * Reads an object back and holds it against what was promised. The only proof that it is kept: a 200, an ETag
 * (not an MD5 after a multipart upload) or a size prove nothing.
 */
export async function verify(vault: Vault, key: string, promised: Promised): Promise<void> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const piece of await vault.readRange(key)) {
      hash.update(piece as Buffer)
      bytes += (piece as Buffer).length
    }
  } catch (error) {
    if (error instanceof NotInVault) throw new VaultLies(key, 'was put and is not there')
    throw error instanceof VaultDown ? error : new VaultDown('read back', error)
  }
  if (bytes !== promised.bytes) throw new VaultLies(key, `holds ${bytes} bytes, not ${promised.bytes}`)
  if (hash.digest('hex') !== promised.sha256) throw new VaultLies(key, 'holds other bytes than were put')
}
