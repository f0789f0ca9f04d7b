/**
 * A text as one WebSocket frame, ready for the wire (RFC 6455 §5.2: final, text, unmasked as a server's are). Made once and
 * written to every console that is told the same; the library would make and gather it anew for each.
 */
export function textFrame(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text)
  const { length } = bytes
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), bytes])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = 0x81
  head[1] = head.length === 4 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, bytes])
}
