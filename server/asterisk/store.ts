/** What the wires keep in the database: the CEL mark, the boot, wishes; and the sessions that lock and listen. */
import type { Db } from '../db/index.ts'
import type { CelMark } from './cel/celfile.ts'

export type WishRow = { id: number; verb: string; body: Record<string, unknown>; expired: boolean; sentBefore: boolean }

export async function readMark(db: Db, pbx: number, file: string): Promise<CelMark | null> {
  const row = await db('cel_marks').where({ pbx_id: pbx, file }).first()
  return row ? { inode: Number(row.inode), offset: Number(row.byte_offset) } : null
}

export async function saveMark(db: Db, pbx: number, file: string, mark: CelMark): Promise<void> {
  await db('cel_marks')
    .insert({ pbx_id: pbx, file, inode: mark.inode, byte_offset: mark.offset, read_at: db.fn.now() })
    .onConflict(['pbx_id', 'file'])
    .merge()
}

export async function readBoot(db: Db, pbx: number): Promise<string | null> {
  return (await db('pbxs').where({ id: pbx }).first('boot_id'))?.boot_id ?? null
}

/** `bootedAt`: not after it began; null when that is not known. */
export async function saveBoot(db: Db, pbx: number, bootId: string, bootedAt: Date | null): Promise<void> {
  await db('pbxs').where({ id: pbx }).update({ boot_id: bootId, booted_at: bootedAt })
}

export async function ping(db: Db): Promise<boolean> {
  await db.raw('select 1')
  return true
}

/**
 * Takes the wishes that wait, oldest first, marking them as sent in the same breath: two servers never send one twice.
 * A wish marked sent but not settled was taken by a server that died; it comes back with `sentBefore`.
 */
export async function takeWishes(db: Db, pbx: number, limit = 50): Promise<WishRow[]> {
  const { rows } = await db.raw(
    `with due as (
       select id, sent_at is not null as sent_before from commands
        where pbx_id = ? and settled_at is null and (sent_at is null or sent_at < now() - interval '8 seconds')
        order by id limit ? for update skip locked)
     update commands c set sent_at = now() from due where c.id = due.id
     returning c.id, c.verb, c.body, due.sent_before, coalesce(c.not_after < now(), false) as expired`,
    [pbx, limit],
  )
  return rows
    .map((row: Record<string, unknown>) => ({
      id: Number(row.id),
      verb: row.verb,
      body: row.body,
      expired: row.expired,
      sentBefore: row.sent_before,
    }))
    .sort((a: WishRow, b: WishRow) => a.id - b.id)
}

export async function settleWish(
  db: Db,
  id: number,
  outcome: 'done' | 'refused' | 'expired' | 'unknown',
  answer: string | null,
): Promise<void> {
  await db('commands').where({ id }).update({ outcome, answer, settled_at: db.fn.now() })
}

/** Gives a wish back, for the next server that acts. */
export async function returnWish(db: Db, id: number): Promise<void> {
  await db('commands').where({ id }).whereNull('settled_at').update({ sent_at: null })
}

/** A connection of its own, outside the pool: locks and LISTEN belong to a session. */
export type Session = {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
  onNotice(listener: (channel: string, payload: string) => void): void
  onEnd(listener: () => void): void
  end(): void
}

export async function openSession(db: Db): Promise<Session> {
  const client = await db.client.acquireRawConnection()
  client.on('error', () => undefined)
  return {
    query: (sql, values) => client.query(sql, values),
    onNotice: (listener) =>
      client.on('notification', (n: { channel: string; payload?: string }) => listener(n.channel, n.payload ?? '')),
    onEnd: (listener) => client.on('end', listener),
    end: () => {
      // A server that is gone answers no goodbye; the socket is dropped after it.
      Promise.resolve(client.end()).catch(() => undefined)
      setTimeout(() => client.connection?.stream?.destroy?.(), 500).unref()
    },
  }
}
