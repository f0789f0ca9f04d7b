/**
 * `npm run radio -- --port old --unit 07 --say "到了" | --tone 1500 --for 2s | --play FILE | --emergency | --ack 1234 | --listen 5s`
 * An engineer of the demonstration presses the key of a handheld, or listens to what is on the air.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ROOT } from './build.ts'
import { RadioClient } from './lab/gateways/client.ts'
import type { LogEntry } from './lab/gateways/keyed-log.ts'
import { speech } from './lab/gateways/speech.ts'
import type { HeardOnAir } from './lab/gateways/words.ts'
import { monoMs } from './lab/sound/rtp.ts'
import { readOptions } from './parts/command-line.ts'
import { type DeskFile, readDeskFile } from './parts/desk-file.ts'
import { fail, Stop, say } from './parts/say.ts'
import { toolsIn } from './parts/tools.ts'

export type RadioWish = { readonly port: string; readonly unit: string; readonly listenS: number } & (
  | { readonly does: 'say'; readonly text: string }
  | { readonly does: 'tone'; readonly hertz: number; readonly seconds: number }
  | { readonly does: 'play'; readonly file: string }
  | { readonly does: 'ack'; readonly digits: string }
  | { readonly does: 'emergency' | 'listen' }
)

const USAGE = `用法 usage: npm run radio -- --port old|new --unit 07 之一 one of:
    --say "到了"            对讲机里说一句话 · says it (espeak-ng)
    --tone 1500 --for 2s    单音 · a tone             --play FILE   播放 WAV · a WAV
    --ack 1234              按键确认 · presses keys    --emergency   紧急键 · the emergency button
  --listen 5s               听空中的声音(可与上面同用) · hears what is on the air (also after one of the above)`

/** Reads the command line. @throws Stop naming the word that is wrong. */
export function readRadio(words: readonly string[], radio: DeskFile['radio']): RadioWish {
  const names = ['port', 'unit', 'say', 'tone', 'for', 'play', 'ack', 'listen']
  const given = readOptions(words, names, USAGE, ['emergency'])
  const { want } = given
  const seconds = (name: string, otherwise: string) =>
    Number(want(name, /^\d{1,3}(\.\d+)?s?$/, otherwise).replace('s', ''))
  const port = want('port', /^[a-z][a-z0-9_]*$/)
  if (!radio[port])
    throw new Stop(`没有模拟网关 ${port} · no simulated gateway ${port}: ${Object.keys(radio).join(' ') || '-'}`)
  const acts = ['say', 'tone', 'play', 'ack', 'emergency'].filter((name) => given.has(name))
  if (acts.length > 1) throw new Stop(`一次只做一件 · one at a time: --${acts.join(' --')}\n${USAGE}`)
  if (acts.length === 0 && !given.has('listen')) throw new Stop(`做什么?· to do what?\n${USAGE}`)
  const base = {
    port,
    unit: acts.length === 0 ? '' : want('unit', /^\d{2}$/),
    listenS: given.has('listen') ? seconds('listen', '5s') : 0,
  }
  switch (acts[0]) {
    case 'say':
      return { ...base, does: 'say', text: want('say', /\S/) }
    case 'tone':
      return {
        ...base,
        does: 'tone',
        hertz: Number(want('tone', /^([2-9]\d\d|[12]\d{3}|3[0-3]\d\d)$/)),
        seconds: seconds('for', '2s'),
      }
    case 'ack':
      return { ...base, does: 'ack', digits: want('ack', /^[0-9*#A-D]{1,16}$/) }
    case 'emergency':
      return { ...base, does: 'emergency' }
    case 'play': {
      const file = resolve(want('play', /\S/))
      if (!existsSync(file)) throw new Stop(`没有这个文件 · there is no file ${file}`)
      return { ...base, does: 'play', file }
    }
    default:
      return { ...base, does: 'listen' }
  }
}

/** What a listener on the channel would say of it. */
export function describe({ airMs, hertz, share, levelDb, seconds }: HeardOnAir): string {
  if (airMs === 0) return `${seconds.toFixed(1)} 秒内空中没有声音 · nothing was on the air for ${seconds.toFixed(1)} s`
  const what = share > 0.6 ? `${hertz} Hz 单音 · a tone of ${hertz} Hz` : '话音或杂音 · speech or noise'
  return `空中 ${(airMs / 1_000).toFixed(1)} 秒 · ${(airMs / 1_000).toFixed(1)} s on the air: ${what}, ${levelDb} dB`
}

async function main(): Promise<boolean> {
  const varDir = resolve(ROOT, process.env.DESK_VAR || 'var')
  const words = process.argv.slice(2)
  if (words.length === 0 || words.includes('--help')) throw new Stop(USAGE)
  const file = readDeskFile(varDir)
  const wish = readRadio(words, file.radio)
  const client = await RadioClient.open(file.radio[wish.port]?.control ?? '').catch((error: Error) => {
    throw new Stop(`对讲网关模拟器没有应答 · the gateway simulator does not answer: ${error.message}`)
  })
  const since = monoMs()
  const was = wish.does === 'listen' ? true : await act(client, wish, varDir)
  if (wish.listenS > 0) {
    say(`听 ${wish.listenS} 秒 · listening for ${wish.listenS} s`)
    await pause(wish.listenS * 1_000)
    const heard = await client.ask('heard', { port: wish.port, since })
    say(describe(heard))
    say(heard.wav)
  }
  client.close()
  return was
}

/** @returns whether the exchange was there to hear it. */
async function act(client: RadioClient, wish: RadioWish, varDir: string): Promise<boolean> {
  const { port, unit } = wish
  const [status] = (await client.ask('status', {})).filter((one) => one.port === port)
  if (!status?.on || !status.inCall)
    say(
      `注意:值班台还没有接通这台网关,没有人会听到 · note: the desk has no call with this gateway yet; nobody will hear it`,
    )
  const since = monoMs()
  say(`${port} ${unit} 按下 · keys`)
  switch (wish.does) {
    case 'say': {
      const wav = join(varDir, 'radio-sim', `said-${process.pid}.wav`)
      await speech(wish.text, wav, toolsIn(varDir), say)
      await client.ask('speak', { port, unit, wav })
      break
    }
    case 'play':
      await client.ask('speak', { port, unit, wav: wish.file })
      break
    case 'tone':
      await client.ask('speak', { port, unit, tone: wish.hertz, forMs: wish.seconds * 1_000 })
      break
    case 'ack':
      await client.ask('ack', { port, unit, dtmf: wish.digits })
      break
    case 'emergency':
      await client.ask('emergency', { port, unit })
  }
  const packets = (await client.ask('log', { port, since }))
    .filter((entry): entry is LogEntry & { type: 'over' } => entry.type === 'over' && entry.unit === unit && !entry.on)
    .reduce((sum, entry) => sum + entry.packets, 0)
  say(
    packets > 0
      ? `${port} ${unit} 松开,${(packets / 50).toFixed(1)} 秒送到值班台 · lets go: ${(packets / 50).toFixed(1)} s reached the desk`
      : `${port} ${unit} 松开,值班台什么也没收到 · lets go: nothing reached the desk`,
  )
  return packets > 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main().then((heard) => process.exit(heard ? 0 : 1), fail)
