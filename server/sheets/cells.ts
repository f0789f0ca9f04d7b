/** What a spreadsheet takes for a formula, full-width signs included, after any white space (CWE-1236). */
const RUNS = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/

/** A cell that shows the text and runs nothing. A text that starts with the guard itself is guarded too. */
export const guarded = (text: string) => (text.startsWith("'") || RUNS.test(text) ? `'${text}` : text)
/** The text that `guarded` was given. A quote somebody typed before harmless text stays. */
export const unguarded = (cell: string) =>
  cell.startsWith("'") && (cell[1] === "'" || RUNS.test(cell.slice(1))) ? cell.slice(1) : cell
