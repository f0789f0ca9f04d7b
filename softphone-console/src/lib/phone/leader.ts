/**
 * One tab of this browser holds the phone; the others follow and take over when it closes. Two tabs with one SIP contact
 * would steal each other's calls.
 *
 * `take(alone)` runs when this tab leads; `alone()` says whether it still does. Answers how to stop leading or waiting.
 */
export function lead(
  name: string,
  take: (alone: () => boolean) => void | Promise<void>,
  follow: () => void,
): () => void {
  const gone = new AbortController()
  let release: (() => void) | undefined
  let stopped = false
  const hold = async () => {
    if (stopped) return
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await take(() => !stopped)
    await held
  }
  const ask = async () => {
    if (!navigator.locks) return hold()
    const had = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock) return false
      await hold()
      return true
    })
    if (had || stopped) return
    follow()
    await navigator.locks.request(name, { signal: gone.signal }, hold)
  }
  // an aborted wait rejects; that is stop() below, nothing to tell
  ask().catch(() => {})
  return () => {
    stopped = true
    gone.abort()
    release?.()
  }
}

/** Whether another tab of this browser holds `name`. */
export async function leadsElsewhere(name: string): Promise<boolean> {
  const { held } = (await navigator.locks?.query()) ?? {}
  return held?.some((lock) => lock.name === name) ?? false
}
