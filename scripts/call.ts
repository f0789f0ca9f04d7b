/**
 * `npm run call -- --campus new --line it --from 62041 [--name X] [--play FILE] [--for 20s] [--count N]`
 * A simulated ward lifts its handset and dials: a real SIP call with real sound into the running desk.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ROOT } from './build.ts'
import { type WardEnded, Wards } from './lab/wards.ts'
import { readOptions } from './parts/command-line.ts'
import { type DeskFile, readDeskFile } from './parts/desk-file.ts'
import { fail, Stop, say } from './parts/say.ts'
import { secretsIn } from './parts/secrets.ts'

export type CallWish = {
  readonly campus: 'old' | 'new'
  readonly dialled: string
  readonly from: string
  readonly name?: string
  readonly play?: string
  readonly forSeconds: number
  readonly count: number
}

const USAGE = `用法 usage: npm run call -- --campus old|new --line logistics|it|equipment|property --from 62041
    --name X     来电名称 · the caller's name          --play FILE  播放的 WAV · a WAV to say
    --for 20s    接通后多久挂断 · hang up after        --count N    同时几通(1–50) · how many at once
    --dial 6600  拨指定号码,代替 --line · another number instead of a line's`

/** Reads the words of the command line against a running desk. @throws Stop saying what is wrong with which word. */
export function readCall(words: readonly string[], lines: DeskFile['lines']): CallWish {
  const given = readOptions(words, ['campus', 'line', 'dial', 'from', 'name', 'play', 'for', 'count'], USAGE)
  const { want } = given
  const campus = want('campus', /^(old|new)$/) as 'old' | 'new'
  const line = given.get('line')
  const number = line === undefined ? undefined : lines[`${campus}/${line}`]
  if (line !== undefined && number === undefined)
    throw new Stop(
      `${campus} 院区没有服务线 ${line} · campus ${campus} has no line ${line}: ${Object.keys(lines).join(' ')}`,
    )
  const dialled = given.has('dial') ? want('dial', /^[0-9*#+]{1,24}$/) : number
  if (dialled === undefined) throw new Stop(`缺少 · missing: --line\n${USAGE}`)
  const play = given.get('play')
  if (play !== undefined && !existsSync(play)) throw new Stop(`没有这个文件 · there is no file ${resolve(play)}`)
  const name = given.get('name')
  return {
    campus,
    dialled,
    from: want('from', /^[0-9*#+]{1,24}$/),
    ...(name === undefined ? {} : { name }),
    ...(play === undefined ? {} : { play: resolve(play) }),
    forSeconds: Number(want('for', /^[1-9]\d{0,3}s?$/, '20s').replace('s', '')),
    count: Number(want('count', /^([1-9]|[1-4]\d|50)$/, '1')),
  }
}

const CAUSES: Record<number, string> = {
  16: '正常挂断 · hung up',
  17: '忙 · busy',
  19: '无人接听 · no answer',
  21: '被拒绝 · refused',
  38: '值班台不通 · the desk is not there',
}

async function main(): Promise<boolean> {
  const varDir = resolve(ROOT, process.env.DESK_VAR || 'var')
  const words = process.argv.slice(2)
  if (words.length === 0 || words.includes('--help')) throw new Stop(USAGE)
  const file = readDeskFile(varDir)
  const { count, ...call } = readCall(words, file.lines)
  const base = file.paths.campus ?? ''
  const wards = await Wards.open({ ...file.campus, base, secret: secretsIn(varDir).campus }).catch((error: Error) => {
    throw new Stop(`模拟院区没有应答 · the simulated campuses do not answer: ${error.message}`)
  })
  const hear = async (which: number): Promise<WardEnded> => {
    const label = count > 1 ? `${which} ` : ''
    const placed = await wards.placeCall(call)
    say(`${label}${call.from} 拨打 ${call.dialled} · dials ${call.dialled}`)
    placed.answered.then(
      () => say(`${label}接通,播放录音告知 · answered, hears the notice, then waits for an agent`),
      () => undefined,
    )
    const ended = await placed.ended
    say(`${label}结束 · ended: ${ended.seconds.toFixed(0)} s, ${CAUSES[ended.cause] ?? `cause ${ended.cause}`}`)
    return ended
  }
  const calls: Promise<WardEnded>[] = []
  for (let which = 1; which <= count; which++) {
    calls.push(hear(which))
    await pause(200)
  }
  const ends = await Promise.all(calls)
  wards.close()
  return ends.every((end) => end.answered)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await main().then((answered) => process.exit(answered ? 0 : 1), fail)
