/**
 * As whom PostgreSQL runs. It refuses to be root, so root hands it to an ordinary user; that user must reach the
 * binaries and the data, which a checkout under /root (mode 700) does not let him.
 */
import { spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './say.ts'

export type Identity = {
  readonly uid: number
  readonly gid: number
  /** Options for spawn. */
  readonly spawn: { readonly uid?: number; readonly gid?: number; readonly cwd: string }
  /** The command and its arguments, in whatever it takes to run as this user. */
  command(program: string, args: readonly string[]): [string, ...string[]]
  /** Something the person should know, if anything. */
  readonly note?: string
}

/**
 * Who may run `program` on the folder `home`: ourselves when not root, else `postgres` or `nobody`.
 * @throws Stop when this root cannot become anybody who reaches both.
 */
export function whoRuns(program: string, home: string): Identity {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  const owner = statSync(home).uid
  if (uid !== 0 && owner !== uid)
    throw new Stop(
      `${home} 属于另一个用户(uid ${owner}),多半上次是用 root 启动的。请仍用该用户启动,或另设 DESK_VAR。\n` +
        `  ${home} belongs to another user (uid ${owner}), probably from a start as root. Start as that user, or set another DESK_VAR.`,
    )
  if (uid !== 0) return { uid, gid, spawn: { cwd: home }, command: (name, args) => [name, ...args] }

  const user = ordinaryUser()
  const plain: Identity = { ...user, spawn: { ...user, cwd: '/' }, command: (name, args) => [name, ...args] }
  if (reaches(plain, program, home)) return plain

  // Reading past closed folders is the one right of root that is kept; nothing else, and no way back to it.
  for (const right of ['dac_read_search', 'dac_override']) {
    const kept: Identity = {
      ...user,
      spawn: { cwd: '/' },
      command: (name, args) => [
        'setpriv',
        `--reuid=${user.uid}`,
        `--regid=${user.gid}`,
        '--clear-groups',
        `--inh-caps=-all,+${right}`,
        `--ambient-caps=-all,+${right}`,
        `--bounding-set=-all,+${right}`,
        '--securebits=+no_setuid_fixup',
        '--no-new-privs',
        name,
        ...args,
      ],
      note:
        `PostgreSQL: 其他用户进不了 ${home},以 ${right} 权限运行 · ` +
        `other users cannot enter ${home}, so it runs with the right ${right}`,
    }
    if (reaches(kept, program, home)) return kept
  }
  throw new Stop(
    `以 root 启动时 PostgreSQL 要换用普通用户,但该用户进不了 ${home}。请把检出放到其他用户可进入的目录(如 /srv),或用普通用户启动,或给出 DATABASE_URL。\n` +
      `  Started by root, PostgreSQL runs as an ordinary user, who cannot enter ${home}. Move the checkout to a folder others can enter (such as /srv), start as an ordinary user, or give DATABASE_URL.`,
  )
}

function ordinaryUser(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Stop('没有 nobody 用户 · PostgreSQL does not run as root, and there is no user nobody to hand it to')
}

function reaches(identity: Identity, program: string, home: string): boolean {
  const [version, ...versionArgs] = identity.command(program, ['--version'])
  const [look, ...lookArgs] = identity.command('ls', [home])
  const options = { ...identity.spawn, stdio: 'ignore' as const }
  return spawnSync(version, versionArgs, options).status === 0 && spawnSync(look, lookArgs, options).status === 0
}

/** Gives `home` and all in it to the one who runs; a run as another user before this one is forgiven. */
export function ownedBy(identity: Identity, home: string): void {
  if (process.getuid?.() !== 0) return
  const give = (path: string) => {
    const now = lstatSync(path)
    if (now.uid !== identity.uid || now.gid !== identity.gid) chownSync(path, identity.uid, identity.gid)
    if (now.isDirectory()) for (const name of readdirSync(path)) give(join(path, name))
  }
  give(home)
}
