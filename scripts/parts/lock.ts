import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Runs `work` while no other process of this machine does the same. The lock file holds the owner's pid, so one
 * left by a killed process is taken over at once. Gives up after ten minutes.
 */
export async function withLock<T>(file: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = Number(await readFile(file, 'utf8').catch(() => '0'))
      if (owner && !isAlive(owner)) {
        await rm(file, { force: true })
        continue
      }
      if (tries === 0) say(`等待另一个进程装完 Asterisk (pid ${owner}) · waiting for another process to finish`)
      if (tries > 2_400) throw new Error(`${file} is held by pid ${owner} for ten minutes`)
      await wait(250)
    }
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

/** Whether a process of this id exists (also when it belongs to somebody else). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
