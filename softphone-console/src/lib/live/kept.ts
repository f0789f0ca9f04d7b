import type { DeskSnapshot, SipCredential } from '../wire.ts'

/**
 * What one tab keeps for its own reload while the server is away: the desk as last seen and the phone's credential.
 * sessionStorage dies with the tab; signing out empties it.
 */
const SNAPSHOT = 'desk.snapshot'
const CREDENTIAL = 'desk.credential'

function read<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null
  } catch {
    return null
  }
}

function write(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // no storage: a reload while the server is away then ends at the sign-in screen
  }
}

/** The desk as last seen, and when (this browser's ms). */
export function snapshot(): { snapshot: DeskSnapshot; at: number } | null {
  return read(SNAPSHOT)
}

export function keepSnapshot(snapshot: DeskSnapshot, at: number): void {
  write(SNAPSHOT, { snapshot, at })
}

/** The phone's credential, while it is good. */
export function credential(): SipCredential | null {
  const held = read<SipCredential>(CREDENTIAL)
  return held && Date.parse(held.until) > Date.now() ? held : null
}

export function keepCredential(credential: SipCredential): void {
  write(CREDENTIAL, credential)
}

export function forgetCredential(): void {
  try {
    sessionStorage.removeItem(CREDENTIAL)
  } catch {
    // nothing was kept
  }
}

export function forget(): void {
  forgetCredential()
  try {
    sessionStorage.removeItem(SNAPSHOT)
  } catch {
    // nothing was kept
  }
}
