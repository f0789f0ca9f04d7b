/** What `npm start` says when it is done, in both languages. */
import type { DeskFile } from './desk-file.ts'

const ROLES: Record<string, string> = {
  agent: '客服',
  engineer: '工程师',
  supervisor: '班长',
  admin: '管理员',
  auditor: '审计员',
  reporter: '报修人',
}

/** So many accounts of a role are printed; the rest are in desk.json. */
const SHOWN = 2

/** Prints the address, the accounts and the next step. `example`: where the hospital's telephones are to be filled in. */
export function greet(
  file: DeskFile,
  { demo, example, siteFile }: { demo: boolean; example: string | undefined; siteFile: string },
  seconds: number,
): void {
  const rows = Object.entries(file.accounts).flatMap(([role, all]) => {
    const title = `    ${(ROLES[role] ?? '').padEnd(4, '　')} ${role.padEnd(11)}`
    const shown = all.slice(0, SHOWN).map(({ name, password }) => `${title} ${name.padEnd(13)} ${password}`)
    return all.length > SHOWN ? [...shown, `${title} … +${all.length - SHOWN} (var/desk.json)`] : shown
  })
  const next = demo
    ? [
        '下一步 · next step:',
        '    npm run call -- --campus new --line it --from 62041',
        '    npm run radio -- --port old --unit 07 --say "七号到了" --listen 10s',
      ]
    : [
        '打开上面的地址,管理员首次登录后先改密码;再录入位置、科室、号码和人员',
        'Open the address; the administrator changes the password at the first sign-in, then enters places, units, numbers, people',
        ...(example
          ? [
              '',
              `中继、线路和话机还没有填:照 ${example} 填好,存为 ${siteFile},再 npm start`,
              `Trunks, lines and phones are not set yet: fill in that example, save it as ${siteFile}, and start again`,
            ]
          : []),
      ]
  console.log(
    [
      '',
      `  值班台已就绪 · Dutydesk is ready (${seconds.toFixed(1)} s)`,
      '',
      `    ${file.url}`,
      '',
      ...(rows.length > 0 ? ['  账号 · accounts', ...rows, ''] : []),
      ...next.map((line) => `  ${line}`),
      '',
      '  Ctrl-C 停止全部 · stops everything',
      '',
    ].join('\n'),
  )
}

export const farewell = (): string => '正在停止:先服务器,最后数据库 · stopping: the server first, the database last'
