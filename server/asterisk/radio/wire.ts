/** The words of ARI that the radio needs, and waiting for what Asterisk says. Media orders are short: late is as good as no. */
import type { Ari, AriEvent, Query } from '../ari/ari.ts'
import { isGone, unlessGone } from '../ari/rest.ts'

export type Direction = 'in' | 'out'
export type ChannelNow = {
  id: string
  name: string
  state: string
  dialplan: { context: string; exten: string }
  creationtime?: string
}
export type BridgeNow = { id: string; channels: string[] }

/** A gate or a lease answered later than this is not to be relied on. */
const ORDER_MS = 500
const BUILD_MS = 3_000

export type Asked = Pick<Ari, 'request' | 'listens'>

const at = (id: string) => `/channels/${encodeURIComponent(id)}`

/** What is asked of ARI, each word once. */
export class Wire {
  readonly #ari: Asked
  readonly #listeners = new Set<(event: AriEvent) => void>()

  constructor(ari: Asked) {
    this.#ari = ari
  }

  ask(method: 'GET' | 'POST' | 'DELETE', path: string, query?: Query, ms = BUILD_MS): Promise<unknown> {
    return this.#ari.request(method, path, query, ms)
  }
  listens(): boolean {
    return this.#ari.listens()
  }
  on(listener: (event: AriEvent) => void): void {
    this.#listeners.add(listener)
  }
  hear(event: AriEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  /** Resolves with the first event that `what` takes; rejects after `ms`, or when `what` throws. */
  next(what: (event: AriEvent) => boolean, ms: number, named: string): Promise<AriEvent> {
    return new Promise((done, failed) => {
      const end = (how: () => void) => {
        clearTimeout(late)
        this.#listeners.delete(listen)
        how()
      }
      const listen = (event: AriEvent) => {
        try {
          if (what(event)) end(() => done(event))
        } catch (error) {
          end(() => failed(error))
        }
      }
      const late = setTimeout(() => end(() => failed(new Error(`${named}: not within ${ms} ms`))), ms)
      this.#listeners.add(listen)
    })
  }

  /** Asks for a channel and waits until it is ours to command; one that ends before has failed. */
  async #entered(ids: string[], ms: number, work: () => Promise<unknown>): Promise<void> {
    const all = ids.map((id) =>
      this.next(
        (event) => {
          if (channelOf(event)?.id !== id) return false
          if (event.type === 'ChannelDestroyed') throw new Error(`${id} ended: ${event.cause_txt}`)
          return event.type === 'StasisStart'
        },
        ms,
        id,
      ),
    )
    for (const one of all) one.catch(() => undefined)
    await work()
    await Promise.all(all)
  }

  async channels(): Promise<ChannelNow[]> {
    return (await this.ask('GET', '/channels')) as ChannelNow[]
  }
  async bridges(): Promise<BridgeNow[]> {
    return (await this.ask('GET', '/bridges')) as BridgeNow[]
  }

  /** Calls an endpoint; resolves when it has answered. */
  dial(id: string, endpoint: string, seconds: number): Promise<void> {
    const query = { endpoint, app: 'desk', appArgs: 'gateway', timeout: seconds, formats: 'ulaw,alaw' }
    return this.#entered([id], (seconds + 1) * 1000, () => this.ask('POST', at(id), query))
  }
  /** A Local pair, both halves in our application; needs [radio-pair] in asterisk-config/pbx/extensions.conf. */
  pair(near: string, far: string): Promise<void> {
    const query = {
      endpoint: 'Local/s@radio-pair/n',
      ...{ app: 'desk', appArgs: 'near', otherChannelId: far, formats: 'slin' },
    }
    return this.#entered([near, far], BUILD_MS, () => this.ask('POST', at(near), query))
  }
  snoop(id: string, of: string, spy: Direction, whisper: Direction | 'none' = 'none'): Promise<void> {
    const query = { spy, whisper, app: 'desk', appArgs: 'snoop' }
    return this.#entered([id], BUILD_MS, () => this.ask('POST', `${at(of)}/snoop/${encodeURIComponent(id)}`, query))
  }
  /** RTP of 16-bit samples to us. */
  external(id: string, host: string): Promise<void> {
    const query = { channelId: id, app: 'desk', external_host: host, format: 'slin' }
    return this.#entered([id], BUILD_MS, () => this.ask('POST', '/channels/externalMedia', query))
  }

  bridge(id: string): Promise<unknown> {
    return this.ask('POST', `/bridges/${id}`, { type: 'mixing,dtmf_events,proxy_media', name: id })
  }
  /** Whoever is in it hears its one announcer and nobody else, and nothing is sent to them while that one is silent. */
  async hearing(id: string, announcer: string): Promise<void> {
    await this.ask('POST', `/bridges/${id}`, { type: 'holding', name: id })
    const query = { channel: announcer, role: 'announcer', absorbDTMF: true }
    await this.ask('POST', `/bridges/${id}/addChannel`, query)
  }
  /** A key pressed on one leg is not passed on: a digit is packets, which no gate holds back (gates mute voice alone). */
  add(bridge: string, ...channels: string[]): Promise<unknown> {
    return this.ask('POST', `/bridges/${bridge}/addChannel`, { channel: channels.join(','), absorbDTMF: true })
  }
  take(bridge: string, channel: string): Promise<unknown> {
    return this.ask('POST', `/bridges/${bridge}/removeChannel`, { channel })
  }
  dropBridge(id: string): Promise<unknown> {
    return this.ask('DELETE', `/bridges/${id}`).catch(unlessGone)
  }

  answer(id: string): Promise<unknown> {
    return this.ask('POST', `${at(id)}/answer`)
  }
  hangUp(id: string): Promise<unknown> {
    return this.ask('DELETE', at(id)).catch(unlessGone)
  }
  /** Until Asterisk has said yes or that it is gone. Without control the lease has the last word. */
  async hangUpSurely(ids: readonly string[]): Promise<void> {
    while (this.listens()) {
      const told = await Promise.allSettled(ids.map((id) => this.hangUp(id)))
      if (told.every((one) => one.status === 'fulfilled')) return
      await new Promise((done) => setTimeout(done, 100))
    }
  }
  mute(id: string, direction: Direction): Promise<unknown> {
    return this.ask('POST', `${at(id)}/mute`, { direction }, ORDER_MS)
  }
  unmute(id: string, direction: Direction): Promise<unknown> {
    return this.ask('DELETE', `${at(id)}/mute`, { direction }, ORDER_MS)
  }
  digits(id: string, dtmf: string): Promise<unknown> {
    return this.ask('POST', `${at(id)}/dtmf`, { dtmf, duration: 80, between: 60 })
  }
  set(id: string, variable: string, value: string): Promise<unknown> {
    return this.ask('POST', `${at(id)}/variable`, { variable, value }, ORDER_MS)
  }
  async read(id: string, variable: string): Promise<string> {
    const { value } = (await this.ask('GET', `${at(id)}/variable`, { variable }, ORDER_MS)) as { value?: string }
    return value ?? ''
  }
  /** Asks the far end of a SIP leg whether its call still stands; a no ends the leg. Changes nothing else of it. */
  refresh(id: string): Promise<unknown> {
    return this.set(id, 'PJSIP_SEND_SESSION_REFRESH()', 'update')
  }

  play(id: string, playback: string, media: string): Promise<unknown> {
    return this.ask('POST', `${at(id)}/play/${playback}`, { media: `sound:${media}` }, ORDER_MS)
  }
  stopPlay(playback: string): Promise<unknown> {
    return this.ask('DELETE', `/playbacks/${playback}`, {}, ORDER_MS).catch(unlessGone)
  }
  /** Answers the millisecond at which Asterisk began to write. */
  async record(channel: string, name: string): Promise<number> {
    const begun = this.next((event) => recordingOf(event)?.name === name, BUILD_MS, name)
    begun.catch(() => undefined)
    await this.ask('POST', `${at(channel)}/record`, { name, format: 'wav', ifExists: 'fail' })
    const event = await begun
    if (event.type !== 'RecordingStarted') throw new Error(`${name}: ${event.type}`)
    return timeOf(event)
  }
  /** Answers when Asterisk closed the file; one that is no longer written to is closed already. */
  async stopRecord(name: string): Promise<number> {
    const ended = this.next((event) => recordingOf(event)?.name === name, BUILD_MS, name)
    ended.catch(() => undefined)
    const was = await this.ask('POST', `/recordings/live/${name}/stop`).then(() => true, unlessGone)
    return was ? timeOf(await ended) : Date.now()
  }
  isRecording(name: string): Promise<boolean> {
    return this.ask('GET', `/recordings/live/${name}`).then(
      () => true,
      (error) => {
        if (isGone(error)) return false
        throw error
      },
    )
  }
  /** Events of these are told to us also when they were made by an earlier server. */
  subscribe(sources: string[]): Promise<unknown> {
    return this.ask('POST', '/applications/desk/subscription', { eventSource: sources.join(',') })
  }
}

export type EventChannel = { id: string; name: string; dialplan?: { context: string; exten: string } }
export const channelOf = (event: AriEvent) => event.channel as EventChannel | undefined
export const recordingOf = (event: AriEvent) =>
  event.type.startsWith('Recording') ? (event.recording as { name: string }) : undefined
export const timeOf = (event: AriEvent): number => {
  // Asterisk writes +0000, which Date.parse does not have to take.
  const at = Date.parse(String(event.timestamp ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(at) ? Date.now() : at
}
