/** The simulated wards: real SIP calls with real sound, placed through the second Asterisk. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ami, type AmiMessage } from './ami.ts'
import { asWav8k } from './sound/sound-file.ts'

export type WardCall = {
  campus: 'old' | 'new'
  /** The number dialled: a line's, a legacy one, or any other. */
  dialled: string
  /** The ward's own number, and its name if its exchange knows one. */
  from: string
  name?: string
  /** A WAV to say again and again; without it the ward speaks a sentence in Chinese. Or a tone in hertz. */
  play?: string | number
  /** Seconds from the answer until the ward hangs up. */
  forSeconds?: number
  /** Tell the name only so many seconds after the answer, by UPDATE. */
  nameLateAfter?: number
  /** The trunk gives no hang-up: when the ward leaves, busy tone is played until the desk hangs up. */
  busyToneInsteadOfHangup?: boolean
  /** WAV file that keeps what the ward hears: a witness that is not the desk's. */
  heard?: string
  /** Seconds to wait for an answer. */
  ringFor?: number
}

export type WardEnded = {
  answered: boolean
  /** From the answer to the end, by the campus's clock. */
  seconds: number
  /** Q.850 cause at the ward: 16 normal, 17 busy, 19 no answer, 21 refused, 38 no desk there. */
  cause: number
}

export type PlacedCall = {
  id: string
  /** Resolves when the desk answers (the notice begins). Rejects when the call ends unanswered. */
  answered: Promise<void>
  ended: Promise<WardEnded>
  press(digit: string): Promise<void>
  hangup(): Promise<void>
}

export type CampusAt = { host: string; amiPort: number; secret: string; base: string }

export class Wards {
  #ami: Ami
  #base: string

  private constructor(ami: Ami, base: string) {
    this.#ami = ami
    this.#base = base
  }

  /** Connects to the campus simulator. @throws when it is not there. */
  static async open({ host, amiPort, secret, base }: CampusAt): Promise<Wards> {
    return new Wards(await Ami.open(amiPort, 'wards', secret, host), base)
  }

  /** Lifts a ward's handset and dials. @throws on a number or a name that AMI cannot carry, or a file not there. */
  async placeCall(call: WardCall): Promise<PlacedCall> {
    const id = randomUUID()
    const { dialled, from, name, forSeconds = 20, nameLateAfter } = call
    if (!/^[0-9*#+]{1,24}$/.test(dialled)) throw new Error(`not a number to dial: ${dialled}`)
    if (!/^[0-9*#+]{0,24}$/.test(from)) throw new Error(`not a number to call from: ${from}`)
    const channelId = `ward-${id}`
    const late = name !== undefined && nameLateAfter !== undefined
    const variables = [
      `WARD=${id}`,
      `PLAY=${await this.#sound(id, call.play)}`,
      `SECONDS=${forSeconds}`,
      `CALLED_FROM=${from}`,
      `BUSY_TONE=${call.busyToneInsteadOfHangup ? 'yes' : 'no'}`,
      ...(call.heard ? [`HEARD=${call.heard}`] : []),
      ...(late ? [`LATE_NAME=${name}`, `LATE_AFTER=${nameLateAfter}`] : []),
    ]
    const mine = (event: AmiMessage) => event.Ward === id || event.Uniqueid === channelId
    const answered = this.#ami
      .until((event) => (mine(event) && event.UserEvent === 'WardTalks') || isFailure(event, channelId), 600_000)
      .then((event) => {
        if (isFailure(event, channelId))
          throw new Error(`the desk did not answer ${dialled}: ${event.Reason ?? event.Cause}`)
        return Number(event.Timestamp)
      })
    const ended = this.#ami
      .until((event) => mine(event) && event.Event === 'Hangup', 3_600_000)
      .then(async (event): Promise<WardEnded> => {
        const from = await answered.catch(() => undefined)
        const seconds = from === undefined ? 0 : Number(event.Timestamp) - from
        return { answered: from !== undefined, seconds, cause: Number(event.Cause) }
      })
    ended.catch(() => undefined)
    answered.catch(() => undefined)
    const reply = await this.#ami.act({
      Action: 'Originate',
      Channel: `PJSIP/${dialled}@pbx-${call.campus}`,
      ChannelId: channelId,
      Context: 'ward',
      Exten: 'speak',
      Priority: 1,
      CallerID: name && !late ? `"${name}" <${from}>` : `<${from}>`,
      Timeout: (call.ringFor ?? 60) * 1_000,
      Async: 'true',
      // commas part variables for AMI, so each has a line of its own
      Variable: variables,
    })
    if (reply.Response !== 'Success') throw new Error(`the campus refused: ${reply.Message}`)
    return {
      id,
      answered: answered.then(() => undefined),
      ended,
      press: async (digit) => {
        const done = await this.#ami.act({
          Action: 'PlayDTMF',
          Channel: await this.#channel(channelId),
          Digit: digit,
          Duration: 200,
        })
        if (done.Response !== 'Success') throw new Error(`could not press ${digit}: ${done.Message}`)
      },
      hangup: async () => {
        await this.#ami.act({ Action: 'Hangup', Channel: await this.#channel(channelId), Cause: 16 })
      },
    }
  }

  close(): void {
    this.#ami.close()
  }

  async #channel(uniqueid: string): Promise<string> {
    const event = await this.#ami.until((one) => one.Uniqueid === uniqueid && one.Event === 'Newchannel')
    return event.Channel ?? ''
  }

  /** Where Asterisk finds the sound (no extension); a file of any rate is made into one it can play. */
  async #sound(id: string, play: string | number | undefined): Promise<string> {
    if (play === undefined) return join(this.#base, 'sounds/ward')
    const target = join(this.#base, `sounds/${typeof play === 'number' ? `tone-${play}` : id}`)
    if (typeof play === 'number' && existsSync(`${target}.wav`)) return target
    await writeFile(
      `${target}.wav`,
      asWav8k(typeof play === 'number' ? { hertz: play, seconds: 8 } : await readFile(play)),
    )
    return target
  }
}

const isFailure = (event: AmiMessage, channelId: string): boolean =>
  (event.Event === 'Hangup' && event.Uniqueid === channelId) ||
  (event.Event === 'OriginateResponse' && event.Response === 'Failure' && event.Uniqueid === channelId)
