/** One connection that listens to PostgreSQL's notices, and dials again for ever. A notice is a hint, never the truth. */
import type { Logger } from 'pino'
import type { Db } from '../db/index.ts'

type RawConnection = {
  query(sql: string): Promise<unknown>
  on(event: 'notification' | 'error' | 'end', then: (notice?: { payload?: string }) => void): void
  end(): Promise<void>
}

/**
 * Calls `heard` with each notice's words on `channel`, and without any after each (re)connect, since notices were missed
 * meanwhile.
 */
export function listen(
  db: Db,
  channel: string,
  heard: (words?: string) => void,
  log: Logger,
): { stop: () => Promise<void> } {
  let stopped = false
  let current: RawConnection | undefined
  let again: NodeJS.Timeout | undefined

  const later = () => {
    current = undefined
    if (stopped || again) return
    again = setTimeout(() => {
      again = undefined
      void dial()
    }, 1_000)
  }
  async function dial(): Promise<void> {
    let connection: RawConnection | undefined
    try {
      connection = (await db.client.acquireRawConnection()) as RawConnection
      connection.on('error', () => later())
      connection.on('end', () => later())
      connection.on('notification', (notice) => heard(notice?.payload))
      await connection.query(`listen "${channel}"`)
      if (stopped) return await connection.end()
      current = connection
      heard()
    } catch (error) {
      log.warn({ channel, code: (error as { code?: string }).code }, 'cannot listen to the journal; asking each second')
      await connection?.end().catch(() => {})
      later()
    }
  }
  void dial()
  return {
    async stop() {
      stopped = true
      clearTimeout(again)
      await current?.end().catch(() => {})
    },
  }
}
