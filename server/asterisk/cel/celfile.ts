/**
 * The CEL file as it grows: whole lines from a mark, over rotation and truncation. A torn last line waits for its end.
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** How far a file has been read: which file (inode, since rotation renames it) and the byte after the last whole line. */
export type CelMark = { inode: number; offset: number }
export type Line = { text: string; offset: number }
export type Batch = { lines: Line[]; mark: CelMark; more: boolean; spoilt: number }

const CHUNK = 256 * 1024
/** No row of CEL is longer; what is, is passed over and counted. */
const LONGEST_LINE = 1024 * 1024

/**
 * The next whole lines after `mark` (from the beginning when there is none). A file not there yet has no lines.
 * When the file was rotated, what was left of the old one comes first.
 */
export async function readOn(path: string, mark: CelMark | null): Promise<Batch> {
  const now = await stat(path).catch(() => null)
  const empty: Batch = { lines: [], mark: mark ?? { inode: 0, offset: 0 }, more: false, spoilt: 0 }
  if (mark && mark.inode !== 0 && mark.inode !== now?.ino) {
    const old = await rotated(path, mark.inode)
    const rest = old ? await linesOf(old, mark) : empty
    if (rest.lines.length > 0 || rest.more) return { ...rest, more: true }
    if (!now) return empty
    return { ...empty, mark: { inode: now.ino, offset: 0 }, more: now.size > 0 }
  }
  if (!now) return empty
  // Truncated in place: what was there is gone, what is there is new.
  const offset = mark && mark.inode === now.ino && mark.offset <= now.size ? mark.offset : 0
  return linesOf(path, { inode: now.ino, offset })
}

async function rotated(path: string, inode: number): Promise<string | null> {
  const folder = dirname(path)
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(basename(path))) continue
    const found = await stat(join(folder, name)).catch(() => null)
    if (found?.ino === inode) return join(folder, name)
  }
  return null
}

async function linesOf(path: string, mark: CelMark): Promise<Batch> {
  const file = await open(path, 'r')
  try {
    return await wholeLines(file, mark)
  } finally {
    await file.close()
  }
}

async function wholeLines(file: FileHandle, { inode, offset }: CelMark): Promise<Batch> {
  let size = CHUNK
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, offset)
    const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
    if (end > 0) {
      const lines: Line[] = []
      for (let from = 0; from < end; ) {
        const to = buffer.indexOf(10, from)
        if (to > from) lines.push({ text: buffer.toString('utf8', from, to), offset: offset + from })
        from = to + 1
      }
      return { lines, mark: { inode, offset: offset + end }, more: bytesRead === size, spoilt: 0 }
    }
    if (bytesRead < size) return { lines: [], mark: { inode, offset }, more: false, spoilt: 0 }
    if (size >= LONGEST_LINE) return { lines: [], mark: { inode, offset: offset + size }, more: true, spoilt: 1 }
    size *= 2
  }
}
