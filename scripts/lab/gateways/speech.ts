/** A sentence as sound, by espeak-ng: Mandarin when it holds Chinese characters, else English. */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { type Say, Stop } from '../../parts/say.ts'
import { ensureTools, speechProgram } from '../../parts/tools.ts'

const run = promisify(execFile)

/**
 * Writes `text` as a WAV at `file`. Fetches espeak-ng into `tools` when the machine has none.
 * @throws Stop saying what to do when it cannot be had or has no such voice.
 */
export async function speech(text: string, file: string, tools: string, tell: Say): Promise<void> {
  if (!speechProgram(tools)) await ensureTools(tools, tell, ['espeak-ng'])
  const program = speechProgram(tools)
  mkdirSync(dirname(file), { recursive: true })
  const voice = /\p{Script=Han}/u.test(text) ? 'cmn' : 'en'
  // The text is one argument after `--`: nothing in it is read as an option or by a shell.
  await run(program ?? 'espeak-ng', ['-v', voice, '-s', '150', '-w', file, '--', text], { timeout: 20_000 }).catch(
    (error: Error) => {
      throw new Stop(
        `espeak-ng 不能朗读(Debian 包 espeak-ng)· espeak-ng (Debian package espeak-ng) cannot say it: ${error.message}`,
      )
    },
  )
}
