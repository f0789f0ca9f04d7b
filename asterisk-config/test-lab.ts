/** What the live tests of the phone system share: an isolated lab, and the files and events of one call. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import type { PbxSettings } from '../scripts/asterisk/settings.ts'
import type { AmiMessage } from '../scripts/lab/ami.ts'
import { type PhoneLab, startPhoneLab } from '../scripts/lab/phones/phone-lab.ts'

/** A lab whose waits are short, stopped when the test ends. */
export async function lab(t: Test, change: (settings: PbxSettings) => PbxSettings = (same) => same): Promise<PhoneLab> {
  const quick = { queue: 8, desk: 8, ring: 3, handset: 3, mobile: 8, voicemail: 20 }
  const started = await startPhoneLab((settings) => change({ ...settings, seconds: quick }))
  t.teardown(() => started.stop())
  return started
}

/** Waits until `look` gives something. Rejects after `ms`, naming what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  ms = 20_000,
): Promise<T> {
  for (const deadline = Date.now() + ms; ; ) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > deadline) throw new Error(`not seen within ${ms} ms: ${what}`)
    await wait(20)
  }
}

/** The announcement of the next call after `seen` others: its key and what came with it. */
export async function arrived(lab: PhoneLab, from: string): Promise<AmiMessage & { Call: string }> {
  const event = await lab.reader.until((one) => one.UserEvent === 'DeskArrived' && one.CallerIDNum === from, 20_000)
  return event as AmiMessage & { Call: string }
}

/** Has the dialplan write (`put`) or delete (`del`) one key of astdb, as the server does, and waits until it has. */
export async function keep(lab: PhoneLab, how: 'put' | 'del', family: string, key: string, value = ''): Promise<void> {
  const where = { endpoint: `Local/${how}@keep/n`, context: 'keep', extension: 'over', priority: '1' }
  const variables = { __KEEP_FAMILY: family, __KEEP_KEY: key, __KEEP_VALUE: value }
  const { answer } = await lab.ari('POST', '/channels', where, { variables })
  const { id } = answer as { id: string }
  await lab.reader.until((event) => event.Event === 'Hangup' && event.Uniqueid === id)
  await lab.reader.until((event) => event.Event === 'Hangup' && event.Linkedid === id && event.Uniqueid !== id)
}

/** A Desk* event of a call. */
export const said = (lab: PhoneLab, call: string, name: string, ms = 25_000): Promise<AmiMessage> =>
  lab.reader.until((event) => event.UserEvent === name && event.Call === call, ms)

/** The recordings of one side of a call that Asterisk has closed, in the order in which its legs began. Waits for `count`. */
export async function voices(
  lab: PhoneLab,
  call: string,
  side: 'caller' | 'agent' | 'voicemail',
  count = 1,
): Promise<string[]> {
  const live = join(lab.pbx.instance.base, 'spool/live')
  return until(`${count} ${side} recording(s) of ${call}`, async () => {
    const names = (await readdir(live)).filter((name) => name.startsWith(`${call}_${side}_`))
    const closed = await Promise.all(names.map((name) => isClosed(join(live, name))))
    const finished = names.filter((_, n) => closed[n])
    const serial = (name: string) => Number(/\.(\d+)\.wav$/.exec(name)?.[1])
    return finished.length >= count && finished.sort((a, b) => serial(a) - serial(b)).map((name) => join(live, name))
  })
}

/** A recorder says in the header how much sound there is when it has written all of it, and not before. */
async function isClosed(file: string): Promise<boolean> {
  const bytes = await readFile(file)
  const at = bytes.indexOf('data')
  return at > 0 && bytes.length >= at + 8 && bytes.readUInt32LE(at + 4) === bytes.length - at - 8
}

export type CelRow = Record<string, string>

/** What Asterisk wrote down of a call (or of everything). */
export async function cel(lab: PhoneLab, call?: string): Promise<CelRow[]> {
  const text = await readFile(join(lab.pbx.instance.base, 'log/cel-custom/cel.jsonl'), 'utf8').catch(() => '')
  const rows = text.split('\n').filter(Boolean).map(celRow)
  return call ? rows.filter((row) => row.userfield === call) : rows
}

/**
 * One line of cel.jsonl. Asterisk escapes the quotes of a value but not its backslashes, so a caller's name may make a
 * line that is no JSON. What it writes is unambiguous all the same: `","` and a key stand between values and never in one.
 */
export function celRow(line: string): CelRow {
  const pairs = line.slice(2, -2).split(/","(?=[a-z]+":")/)
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('":"')
      return [pair.slice(0, at), pair.slice(at + 3).replaceAll('\\"', '"')]
    }),
  )
}
