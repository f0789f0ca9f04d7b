/** A desk that was started as root: what it is told, loudly, since Asterisk and the server then run as root too. */

/** The warning for this user; undefined for an ordinary one. PostgreSQL alone gives root away (postgres-user.ts). */
export function rootWarning(uid: number | undefined = process.getuid?.()): string | undefined {
  if (uid !== 0) return undefined
  return [
    '!!! 正以 root 运行:Asterisk 和服务器也就是 root,谁攻破其一,谁就得到整台机器。',
    '    请停止,建一个普通用户(useradd --create-home desk),把本目录交给它(chown -R desk: .),再以它启动。',
    '!!! Running as root, and Asterisk and the server with it: whoever breaks into one of them has the whole machine.',
    '    Stop, make an ordinary user (useradd --create-home desk), give it this folder (chown -R desk: .), start as that user.',
  ].join('\n')
}
