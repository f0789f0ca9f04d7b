/**
 * In compose, the container's only process: renders the configuration with the same code as `npm start` and runs
 * Debian's Asterisk in the foreground, so that the container lives and dies with it.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadSite } from '../../server/site.ts'
import { deadEndsTold, demoSettings, ensureAsterisk, renderPbx, siteSettings, USUAL_PORTS } from '../asterisk/index.ts'
import { writePhones } from '../parts/phones-file.ts'
import { closeToOthers, makeOnlyForMyself } from '../parts/private.ts'
import { fail, say } from '../parts/say.ts'
import { secretsIn } from '../parts/secrets.ts'

async function main(): Promise<void> {
  const { env } = process
  const varDir = resolve(env.DESK_VAR || 'var')
  makeOnlyForMyself()
  closeToOthers(varDir)
  const made = secretsIn(varDir)
  const secrets = {
    ...made,
    amiReader: env.AMI_READER_SECRET || made.amiReader,
    amiActor: env.AMI_ACTOR_SECRET || made.amiActor,
    ari: env.ARI_SECRET || made.ari,
  }
  const number = (name: string, usual: number) => Number(env[name] || usual)
  const siteFile = resolve(env.DESK_SITE || join(varDir, 'site.json'))
  const site = loadSite(siteFile)
  say(
    site
      ? `站点配置 · site: ${siteFile}`
      : `没有 ${siteFile}:使用示范电话设置 · not there: the demonstration's telephones`,
  )
  const ports = {
    ...USUAL_PORTS,
    host: env.PBX_HOST || USUAL_PORTS.host,
    sipPort: number('PBX_SIP_PORT', site?.sip.port ?? USUAL_PORTS.sipPort),
    httpPort: number('PBX_HTTP_PORT', USUAL_PORTS.httpPort),
    amiPort: number('PBX_AMI_PORT', USUAL_PORTS.amiPort),
    rtpStart: number('PBX_RTP_START', site?.rtp.start ?? USUAL_PORTS.rtpStart),
    rtpEnd: number('PBX_RTP_END', site?.rtp.end ?? USUAL_PORTS.rtpEnd),
  }
  const binary = await ensureAsterisk({ root: join(varDir, 'asterisk'), say })
  const settings = site
    ? siteSettings(site, { varDir, binary, secrets }, ports)
    : demoSettings({ varDir, binary, secrets }, ports)
  const instance = await renderPbx(settings)
  for (const told of await deadEndsTold(instance)) say(told)
  writePhones(settings)
  rmSync(join(instance.base, 'run/asterisk.ctl'), { force: true })
  const { command, args, env: more } = binary.spawnArgs(instance.conf, ['-f'])
  const child = spawn(command, args, { stdio: 'inherit', cwd: instance.base, env: { ...process.env, ...more } })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal))
  child.on('close', (code) => process.exit(code ?? 1))
}

await main().catch(fail)
