/** Whether the text is one whole IPv4 or IPv6 address of a host: no mask, no port, no zone. */
export function isAddress(text: string): boolean {
  return isFour(text) || isSix(text)
}

function isFour(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isSix(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const tail = groups.at(-1) ?? ''
  const four = tail.includes('.')
  if (four && !isFour(tail)) return false
  const plain = four ? groups.slice(0, -1) : groups
  const count = plain.length + (four ? 2 : 0)
  return plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count <= 7 : count === 8)
}
