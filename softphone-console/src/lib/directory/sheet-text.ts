/**
 * The text of a spreadsheet's file. Excel in Chinese saves CSV as GB18030 unless told otherwise, and nothing in the file says so: a
 * reading that loses nothing is looked for, and a person sees it before anything is imported.
 */

export type SheetEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'
export type SheetText = { encoding: SheetEncoding; csv: string }

/** Bytes of a file that the server would refuse anyway. */
export const FILE_MAX = 6 * 1024 * 1024

/**
 * Every way in which the bytes can be read without losing one of them, the likeliest first: what their mark says, else UTF-8, which
 * other text hardly ever is by chance, then GB18030. None for what is no text, such as a workbook.
 */
export function readings(bytes: Uint8Array): SheetText[] {
  const [a, b] = bytes
  const marked: SheetEncoding[] = a === 0xff && b === 0xfe ? ['utf-16le'] : a === 0xfe && b === 0xff ? ['utf-16be'] : []
  const tried: SheetEncoding[] = [...marked, 'utf-8', 'gb18030']
  return tried.flatMap((encoding) => {
    const csv = read(bytes, encoding)
    return csv === undefined ? [] : [{ encoding, csv }]
  })
}

function read(bytes: Uint8Array, encoding: SheetEncoding): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    // No text holds NUL: it is a workbook, a picture, or UTF-16 that says nothing of it.
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/** The first lines, for a person to see whether the words are words. */
export function firstLines(csv: string, most = 6): string[] {
  const start = csv.slice(0, 4_000).split(/\r\n|\n|\r/)
  return start.slice(0, most).map((line) => (line.length > 160 ? `${line.slice(0, 160)}…` : line))
}
