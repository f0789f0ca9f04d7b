/**
 * A button of a foot pedal or a headset, as its reports spell it: which bits of which report are how when it is down.
 * Learnt from one press, because no two makers agree; a device that does not say when it is let go is not learnt.
 */
export type PedalButton = { reportId: number; mask: number[]; down: number[] }
/** One report of a device, as it came; `at` in ms. */
export type PedalReport = { reportId: number; bytes: readonly number[]; at: number }

/** Held at least so long while it is learnt: a click that reports itself only once cannot hold a transmitter. */
export const HELD_MS = 300
/** More bits than a button has: a counter, an axis, a level. */
const BITS_MOST = 8

/** Which button was pressed, held and let go in these reports; the last state is at rest. Null: it cannot be told. */
export function learnt(reports: readonly PedalReport[]): PedalButton | null {
  const last = reports.at(-1)
  if (!last) return null
  const mine = reports.filter(({ reportId, bytes }) => reportId === last.reportId && bytes.length === last.bytes.length)
  const differs = (one: PedalReport, from: PedalReport) => one.bytes.some((byte, n) => byte !== from.bytes[n])
  const pressedAt = mine.findLastIndex((one) => differs(one, last))
  const pressed = mine[pressedAt]
  const released = mine[pressedAt + 1]
  if (!pressed || !released) return null
  // a device that repeats itself while it is held began to be held earlier
  const before = mine.slice(0, pressedAt).findLastIndex((one) => differs(one, pressed))
  const began = mine[before + 1] ?? pressed
  if (released.at - began.at < HELD_MS) return null
  const mask = pressed.bytes.map((byte, n) => byte ^ (last.bytes[n] ?? 0))
  if (mask.reduce((bits, byte) => bits + countOf(byte), 0) > BITS_MOST) return null
  return { reportId: last.reportId, mask, down: pressed.bytes.map((byte, n) => byte & (mask[n] ?? 0)) }
}

/** Whether the button is down in this report; undefined when the report does not speak of it. */
export function isDown(
  button: PedalButton,
  { reportId, bytes }: Pick<PedalReport, 'reportId' | 'bytes'>,
): boolean | undefined {
  if (reportId !== button.reportId || bytes.length < button.mask.length) return undefined
  return button.mask.every((mask, n) => ((bytes[n] ?? 0) & mask) === button.down[n])
}

function countOf(byte: number): number {
  let bits = 0
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}
