import type { Page } from 'playwright'

/**
 * A phone without SIP, put into the page before it starts: `deskPhone.ring(…)` makes it ring. For screens and keys only;
 * the real phone is proved by the live tests.
 */
export async function pretendPhone(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type Call = Record<string, unknown> & { id: string; state: string }
    const calls = new Map<string, Call>()
    let events: { status: (s: unknown) => void; call: (c: unknown) => void } | undefined
    const change = (id: string, part: Record<string, unknown>) => {
      const call = calls.get(id)
      if (!call) return
      Object.assign(call, part)
      if (call.state === 'ended') calls.delete(id)
      events?.call({ ...call })
    }
    const status = (state: string, why: string | null) => events?.status({ state, since: Date.now(), why })
    Object.assign(globalThis, {
      deskPretendPhone: (given: typeof events) => {
        events = given
        return {
          register: () => setTimeout(() => status('registered', null), 20),
          unregister: () => {},
          answer: async (id: string) => {
            change(id, { state: 'connecting' })
            setTimeout(() => change(id, { state: 'talking', talkingSince: Date.now() }), 50)
          },
          decline: (id: string) => change(id, { state: 'ended', ended: 'declined' }),
          hangUp: (id: string) => change(id, { state: 'ended', ended: 'local' }),
          mute: (id: string, on: boolean) => change(id, { muted: on }),
          dtmf: () => {},
        }
      },
      deskPhone: {
        ring: (id: string, number: string, callId: string | null) => {
          const call = {
            id,
            direction: 'incoming',
            state: 'ringing',
            number,
            name: '',
            callId,
            since: Date.now(),
            talkingSince: null,
            muted: false,
            quietSince: null,
            silenceMs: null,
            ended: null,
          }
          calls.set(id, call)
          events?.call({ ...call })
        },
        hungUpByCaller: (id: string) => change(id, { state: 'ended', ended: 'remote' }),
        ends: (id: string, ended: string) => change(id, { state: 'ended', ended }),
        quiet: (id: string, sinceMs: number, silenceMs: number) =>
          change(id, { quietSince: Date.now() - sinceMs, silenceMs }),
        lose: () => status('lost', 'wire'),
      },
    })
  })
}

type DeskPhone = {
  ring: (id: string, number: string, callId: string | null) => void
  hungUpByCaller: (id: string) => void
  /** by any other way: see CallEnd */
  ends: (id: string, ended: string) => void
  /** not one packet has come for so long, and the exchange hangs up after so long */
  quiet: (id: string, sinceMs: number, silenceMs: number) => void
  lose: () => void
}

/** Makes the pretend phone of this page do something. */
export function phoneOf(page: Page) {
  const ask = (what: keyof DeskPhone, ...args: unknown[]) =>
    page.evaluate(
      ([name, given]) => {
        const phone = (globalThis as unknown as { deskPhone: Record<string, (...all: unknown[]) => void> }).deskPhone
        phone[name as string]?.(...(given as unknown[]))
      },
      [what, args] as const,
    )
  return {
    ring: (id: string, number: string, callId: string | null = null) => ask('ring', id, number, callId),
    hungUpByCaller: (id: string) => ask('hungUpByCaller', id),
    ends: (id: string, ended: string) => ask('ends', id, ended),
    quiet: (id: string, sinceMs: number, silenceMs: number) => ask('quiet', id, sinceMs, silenceMs),
    lose: () => ask('lose'),
  }
}
