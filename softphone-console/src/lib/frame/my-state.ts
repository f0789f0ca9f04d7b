import type { App } from '../app.ts'
import { notReady, agent as words } from '../i18n/agent.ts'
import { t } from '../i18n/index.ts'
import { ApiFault } from '../live/api.ts'
import type { AgentView, CallCard, NotReadyReason } from '../wire.ts'

/** What the state box shows: the server's word for me, and a call above it. */
export type Standing = {
  state: AgentView['state'] | 'ringing' | 'talking'
  reason: string | null
  since: string
}

/** The state to show: a call that rings or talks comes before the state it will leave behind. */
export function standingOf(me: AgentView, call: CallCard | undefined, offeredAt?: string): Standing {
  if (me.callState === 'offered') return { state: 'ringing', reason: null, since: offeredAt ?? me.since }
  if (me.callState === 'talking') return { state: 'talking', reason: null, since: call?.answeredAt ?? me.since }
  return { state: me.state, reason: me.reason, since: me.since }
}

/** True while a change of state would only set the next one. */
export const onCall = (me: AgentView | undefined): boolean => me?.callState === 'talking' || me?.callState === 'offered'

export function reasonWord(reason: string | null): string {
  const word = reason ? notReady[reason] : undefined
  return word ? t(word) : (reason ?? '')
}

/** What an agent asks about their own state. Each waits for the server's answer and says what came of it. */
export class MyState {
  #app: App

  constructor(app: App) {
    this.#app = app
  }

  async ready(): Promise<void> {
    const me = this.#app.desk.myAgent
    if (!me) return
    if (me.state === 'wrap_up' && !onCall(me)) return this.endWrapUp()
    await this.#ask('/api/agent/ready', {}, onCall(me) ? t(words.nextIs, t(words.ready)) : t(words.nowReady))
  }

  async notReady(reason: NotReadyReason): Promise<void> {
    const word = reasonWord(reason)
    const done = onCall(this.#app.desk.myAgent) ? t(words.nextIs, word) : t(words.nowNotReady, word)
    await this.#ask('/api/agent/not-ready', { reason }, done)
  }

  /** Wrap-up only follows a call: on a call it is chosen as next, in wrap-up it is made longer. */
  async wrapUp(): Promise<void> {
    const me = this.#app.desk.myAgent
    if (onCall(me)) await this.#ask('/api/agent/next', { next: null }, t(words.nextIs, t(words.wrap_up)))
    else if (me?.state === 'wrap_up') await this.extend()
    else this.#app.toasts.fault(t(words.wrapUpOnly))
  }

  extend(): Promise<void> {
    return this.#ask('/api/agent/wrap-up', { do: 'extend' }, t(words.extended))
  }

  endWrapUp(): Promise<void> {
    return this.#ask('/api/agent/wrap-up', { do: 'end' }, t(words.nowReady))
  }

  /** Sound, phone and place in the queues. Answers whether it was granted. */
  async goOn(takeOver = false): Promise<boolean> {
    if (typeof Notification === 'function' && Notification.permission === 'default')
      void Notification.requestPermission()
    const { line, toasts } = this.#app
    line.asksTakeOver = false
    try {
      await line.signOn(takeOver)
      return true
    } catch (error) {
      if (error instanceof ApiFault && error.code === 'phone-elsewhere') line.asksTakeOver = true
      else toasts.fault(error)
      return false
    }
  }

  async goOff(): Promise<void> {
    await this.#app.line.signOff()
  }

  async #ask(path: string, body: unknown, done: string): Promise<void> {
    const { api, desk, toasts } = this.#app
    const view = await toasts.tell(api.post<AgentView>(path, body), done)
    if (view) desk.agents.put(view)
  }
}
