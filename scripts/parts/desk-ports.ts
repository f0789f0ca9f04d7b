/** Which ports a desk takes: the usual ones, those of the environment, or free ones beside them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Ports, RADIO_HOSTS, USUAL_PORTS } from '../asterisk/index.ts'
import { anyFreePort, freePort, isFree } from './ports.ts'
import { beganAt, commandLine } from './processes.ts'
import { type Say, Stop } from './say.ts'

/** Where SIP is spoken when the hospital has said it: its gateways know that address and port, so no other will do. */
export type SipAt = { readonly host: string; readonly port: number; readonly rtpStart: number; readonly rtpEnd: number }

export type DeskPorts = Ports & { deskHost: string; deskPort: number }

/** The campus simulator's address for AMI; its trunks speak from this one and the next. */
export const CAMPUS_HOST = '127.0.0.11'

/**
 * The ports to start with. A busy one is told and the next free one above it taken. While an Asterisk of an earlier
 * run still carries calls, its ports stay as they are.
 */
export async function choosePorts(
  varDir: string,
  env: Readonly<Record<string, string | undefined>>,
  say: Say,
  sip?: SipAt,
): Promise<DeskPorts> {
  const file = join(varDir, 'run', 'ports.json')
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DeskPorts) : undefined
  const given = (name: string, usual: number) => Number(env[name] || usual)
  const host = env.PBX_HOST || USUAL_PORTS.host
  const deskHost = env.DESK_HOST || '127.0.0.1'

  const take = async (what: string, wanted: number, address: string, transport: 'tcp' | 'udp') => {
    const port = await freePort(wanted, address, transport)
    if (port !== wanted)
      say(`端口 ${wanted} 被占用,${what} 改用 ${port} · port ${wanted} is busy, ${what} takes ${port}`)
    return port
  }
  const pbx =
    kept && isRunning(join(varDir, 'pbx'))
      ? kept
      : {
          sipPort: sip
            ? await heldFree(given('PBX_SIP_PORT', sip.port), sip.host)
            : await take('PBX SIP', given('PBX_SIP_PORT', USUAL_PORTS.sipPort), host, 'udp'),
          httpPort: await take('PBX HTTP', given('PBX_HTTP_PORT', USUAL_PORTS.httpPort), host, 'tcp'),
          amiPort: await take('PBX AMI', given('PBX_AMI_PORT', USUAL_PORTS.amiPort), host, 'tcp'),
        }
  const campus =
    kept && isRunning(join(varDir, 'campus'))
      ? kept
      : {
          campusSipPort: await take('campus SIP', USUAL_PORTS.campusSipPort, CAMPUS_HOST, 'udp'),
          campusAmiPort: await take('campus AMI', USUAL_PORTS.campusAmiPort, CAMPUS_HOST, 'tcp'),
        }
  const ports: DeskPorts = {
    ...USUAL_PORTS,
    host,
    sipPort: pbx.sipPort,
    httpPort: pbx.httpPort,
    amiPort: pbx.amiPort,
    campusSipPort: campus.campusSipPort,
    campusAmiPort: campus.campusAmiPort,
    radioSipPort: await radioPort(take),
    rtpStart: given('PBX_RTP_START', sip?.rtpStart ?? USUAL_PORTS.rtpStart),
    rtpEnd: given('PBX_RTP_END', sip?.rtpEnd ?? USUAL_PORTS.rtpEnd),
    deskHost,
    deskPort: await take('desk', given('DESK_PORT', 8080), deskHost, 'tcp'),
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(ports))
  return ports
}

/** One port for both gateways: the demonstration's tools name them by address. */
async function radioPort(take: (what: string, wanted: number, at: string, by: 'udp') => Promise<number>) {
  let port = USUAL_PORTS.radioSipPort
  for (let last = 0; last !== port; ) {
    last = port
    for (const address of Object.values(RADIO_HOSTS)) port = await take('UHF SIP', port, address, 'udp')
  }
  return port
}

/** @throws Stop when somebody holds the port, or this machine has no such address. */
async function heldFree(port: number, host: string): Promise<number> {
  if (await isFree(port, host, 'udp')) return port
  throw new Stop(
    `SIP 端口 ${host}:${port}(UDP)不能用:被占用,或本机没有这个地址(site.json 的 sip)\n` +
      `  SIP port ${host}:${port} (UDP) cannot be had: it is busy, or this machine has no such address (site.json, sip)`,
  )
}

/** Ports nobody uses, for a desk beside others: a lab, a test. */
export async function isolatedPorts(): Promise<DeskPorts> {
  // Two thousand RTP ports out of the range below the system's own choice for outgoing sockets (32768 and up).
  const rtpStart = 14_000 + 2_000 * Math.floor(Math.random() * 9)
  return {
    host: '127.0.0.1',
    sipPort: await anyFreePort('127.0.0.1', 'udp'),
    httpPort: await anyFreePort(),
    amiPort: await anyFreePort(),
    rtpStart,
    rtpEnd: rtpStart + 999,
    campusSipPort: await anyFreePort(CAMPUS_HOST, 'udp'),
    campusAmiPort: await anyFreePort(CAMPUS_HOST),
    campusRtpStart: rtpStart + 1_000,
    campusRtpEnd: rtpStart + 1_999,
    radioSipPort: await anyFreePort(RADIO_HOSTS.old, 'udp'),
    deskHost: '127.0.0.1',
    deskPort: await anyFreePort(),
  }
}

/** Whether the Asterisk rendered in `base` still runs from an earlier start. */
function isRunning(base: string): boolean {
  const file = join(base, 'run/desk.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  return pid > 0 && beganAt(pid) !== undefined && commandLine(pid).includes(join(base, 'etc/asterisk.conf'))
}
