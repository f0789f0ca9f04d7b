/**
 * INVITEs that Asterisk's SIP parser refused never become a call, so nothing else tells of them: they are counted in
 * its log (`messages`, warnings and errors; asterisk-config/pbx/logger.conf). Only counted: what was sent is not kept.
 */
import { open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Meters } from '../meters.ts'

const REFUSED = /PJSIP syntax error exception|Error processing \d+ bytes packet|Dropping .{0,40}malformed/i
const CHUNK = 64 * 1024

/** Reads what was added to the log since the last look. The log stands beside the CEL's folder. Never throws. */
export function makeRefusalCounter({ cel, meters }: { cel: string; meters: Meters }): { read(): Promise<void> } {
  const path = join(dirname(dirname(cel)), 'messages')
  let inode = 0
  let offset: number | null = null
  let rest = ''

  async function read(): Promise<void> {
    const now = await stat(path)
    // From now on: what an earlier run saw was counted by it.
    offset ??= now.size
    if (inode !== 0 && (inode !== now.ino || now.size < offset)) offset = 0
    inode = now.ino
    if (now.size === offset) return
    const file = await open(path, 'r')
    try {
      while (offset < now.size) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, offset)
        if (bytesRead === 0) return
        offset += bytesRead
        const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n')
        rest = (lines.pop() ?? '').slice(-4_096)
        const refused = lines.filter((line) => REFUSED.test(line)).length
        if (refused > 0) meters.count('sip_parse_refusals_total', refused)
      }
    } finally {
      await file.close()
    }
  }
  return { read: () => read().catch(() => undefined) }
}
