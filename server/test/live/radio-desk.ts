/** A desk with both gateways and two agents at it, for the radio's live tests. */
import type { Test } from 'tap'
import type { LogEntry } from '../../../scripts/lab/gateways/keyed-log.ts'
import { startLab } from '../../../scripts/lab/index.ts'
import { type RadioConsole, radioConsole, until } from '../../../scripts/lab/radio-console.ts'
import { monoMs } from '../../../scripts/lab/sound/rtp.ts'

export const AGENT = 700
export const CHIEF = 440
export const HANDHELD = 1500

type Entry<T extends LogEntry['type']> = Extract<LogEntry, { type: T }>
export type RadioDesk = Awaited<ReturnType<typeof radioDesk>>

/** `ann` is an agent; `chief` an agent who is the shift's supervisor as well. Both hear `old`, ann hears `new` too. */
export async function radioDesk(t: Test, env: Record<string, string> = {}) {
  // A machine on which many tests run has longer gaps between two packets than a gateway's usual 60 ms.
  const gateway = { packetHangMs: 200 }
  const lab = await startLab({ radio: { old: gateway, new: gateway }, env })
  const consoles: RadioConsole[] = []
  t.teardown(async () => {
    for (const one of consoles) one.close()
    await lab.stop()
  })
  const radio = await lab.radioClient()
  await lab.query(`insert into grants (person_id, role) select id, 'supervisor' from people where login = $1`, [
    lab.file().accounts.agent?.[1]?.name,
  ])
  const ann = await radioConsole(lab, { tone: AGENT })
  const chief = await radioConsole(lab, { nth: 1, tone: CHIEF })
  consoles.push(ann, chief)
  await Promise.all([ann.join('old', 'new'), chief.join('old')])
  await Promise.all(['old', 'new'].map((port) => ann.shows(port, ({ carrier }) => carrier === 'idle', 20_000)))

  let lead = 150
  return {
    lab,
    radio,
    ann,
    chief,
    /** The port's profile, changed as an administrator does it; resolves when it is in force. */
    async profile(port: string, set: Record<string, unknown>): Promise<void> {
      lead += 1
      await lab.query('update radio_ports set profile = profile || $1 where code = $2', [
        JSON.stringify({ ...set, txLeadMs: lead }),
        port,
      ])
      await ann.shows(port, ({ timers }) => timers.txLeadMs === lead)
    },
    /** What the gateway wrote down since then. */
    async log<T extends LogEntry['type']>(port: string, type: T, since: number): Promise<Entry<T>[]> {
      const all = await radio.ask('log', { port, since })
      return all.filter((entry): entry is Entry<T> => entry.type === type)
    },
    /** Hertz of what was on the air since then; 0 for nothing. */
    onAir: async (port: string, since: number): Promise<number> =>
      Math.round((await radio.ask('heard', { port, since })).hertz / 10) * 10,
    /** All quiet, shown and so. */
    async rest(...ports: string[]): Promise<void> {
      await Promise.all(ports.map((port) => ann.shows(port, ({ carrier }) => carrier === 'idle', 20_000)))
      const keyed = async () => (await radio.ask('status', {})).some((one) => one.keyed)
      await until('no gateway is keyed', async () => !(await keyed()), 20_000)
    },
    /** Shown free for a whole second: what was shown of an earlier call of the gateway has passed. */
    async settled(port: string): Promise<void> {
      let since = monoMs()
      await until(
        `${port} is free and stays so`,
        () => {
          if (ann.port(port)?.carrier !== 'idle') since = monoMs()
          return monoMs() - since > 1_000
        },
        60_000,
      )
    },
    now: monoMs,
  }
}
