/** An isolated phone system for tests: a PBX and its campuses on ports nobody else has, in a folder of their own. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureAsterisk, type RunningAsterisk, renderAll, startAsterisk } from '../../asterisk/index.ts'
import { demoSettings, type PbxSettings, type Ports, phonePassword } from '../../asterisk/settings.ts'
import { anyFreePort, isFree } from '../../parts/ports.ts'
import { Ami } from '../ami.ts'
import { Wards } from '../wards.ts'
import { type PhoneOptions, SipPhone } from './sip-phone.ts'

export type PhoneLab = {
  settings: PbxSettings
  pbx: RunningAsterisk
  campus: RunningAsterisk
  wards: Wards
  reader: Ami
  actor: Ami
  /** One request of ARI's, as the server's user; gives its status and, when there is one, its parsed answer. */
  ari(
    method: string,
    path: string,
    query: Record<string, string>,
    body?: object,
  ): Promise<{ status: number; answer: unknown }>
  /** A phone of a station that `settings` knows; registered. */
  phone(station: string, options?: Partial<PhoneOptions>): Promise<SipPhone>
  /** A sender of SIP that is nobody, at an address of its choice. */
  stranger(options?: Partial<PhoneOptions>): Promise<SipPhone>
  /** Kills or restarts are the test's business; this opens the AMI connections again afterwards. */
  reconnect(): Promise<void>
  stop(): Promise<void>
}

/** Free ports for one phone system. Sound ports may overlap with another's: Asterisk takes the next free one. */
export async function freePorts(host = '127.0.0.1'): Promise<Ports> {
  const rtpStart = 20_000 + 2 * Math.floor(Math.random() * 8_000)
  return {
    host,
    sipPort: await freePort('udp', [host]),
    httpPort: await freePort('tcp', [host]),
    amiPort: await freePort('tcp', [host]),
    rtpStart,
    rtpEnd: rtpStart + 799,
    campusSipPort: await freePort('udp', ['127.0.0.11', '127.0.0.12']),
    campusAmiPort: await freePort('tcp', ['127.0.0.11']),
    campusRtpStart: rtpStart + 800,
    campusRtpEnd: rtpStart + 1_599,
    radioSipPort: await freePort('udp', ['127.0.0.13', '127.0.0.14']),
  }
}

/** Starts both Asterisks. `change` edits the demonstration settings before they are rendered. */
export async function startPhoneLab(
  change: (settings: PbxSettings) => PbxSettings = (same) => same,
): Promise<PhoneLab> {
  const varDir = await mkdtemp(join(tmpdir(), 'desk-phones-'))
  const root = process.env.DESK_ASTERISK_ROOT ?? join(import.meta.dirname, '../../../var/asterisk')
  const binary = await ensureAsterisk({ root, say: () => undefined })
  const secret = () => randomBytes(18).toString('base64url')
  const secrets = { amiReader: secret(), amiActor: secret(), ari: secret(), campus: secret(), deskPhones: secret() }
  const settings = change(demoSettings({ varDir, binary, secrets }, await freePorts()))
  const instances = await renderAll(settings)
  const campus = await startAsterisk(instances.campus)
  const pbx = await startAsterisk(instances.pbx).catch(async (error) => {
    await campus.stop()
    throw error
  })
  const { host, sipPort, amiPort } = settings.pbx
  const connect = async () => ({
    reader: await Ami.open(amiPort, 'reader', secrets.amiReader, host),
    actor: await Ami.open(amiPort, 'actor', secrets.amiActor, host),
  })
  // A test that dies must not leave an Asterisk behind.
  process.once('exit', () => {
    for (const one of [lab.pbx, lab.campus]) one.kill()
  })
  const phones: SipPhone[] = []
  const open = async (options: Partial<PhoneOptions>) => {
    const phone = await SipPhone.open({ server: { host, port: sipPort }, ...options })
    phones.push(phone)
    return phone
  }
  const lab: PhoneLab = {
    settings,
    pbx,
    campus,
    wards: await Wards.open({
      host: settings.campus.hosts.old,
      amiPort: settings.campus.amiPort,
      secret: secrets.campus,
      base: instances.campus.base,
    }),
    ...(await connect()),
    ari: async (method, path, query, body) => {
      const { httpPort } = settings.pbx
      const reply = await fetch(`http://${host}:${httpPort}/ari${path}?${new URLSearchParams(query)}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`desk:${secrets.ari}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: body ? JSON.stringify(body) : null,
      })
      const text = await reply.text()
      return { status: reply.status, answer: text ? JSON.parse(text) : null }
    },
    phone: async (station, options = {}) => {
      const phone = await open({ station, password: phonePassword(secrets, station), ...options })
      const status = await phone.register()
      if (status !== 200) throw new Error(`${station} could not register: ${status}`)
      return phone
    },
    stranger: (options = {}) => open(options),
    reconnect: async () => {
      lab.reader.close()
      lab.actor.close()
      Object.assign(lab, await connect())
    },
    stop: async () => {
      for (const phone of phones) phone.close()
      lab.wards.close()
      lab.reader.close()
      lab.actor.close()
      await Promise.all([lab.pbx.stop(), lab.campus.stop()])
      if (!process.env.DESK_KEEP) await rm(varDir, { recursive: true, force: true })
    },
  }
  return lab
}

/** A port free at all of these addresses: never one that an outgoing connection may take first, or even reach itself by. */
async function freePort(kind: 'udp' | 'tcp', hosts: string[]): Promise<number> {
  for (;;) {
    const port = await anyFreePort(hosts[0], kind)
    const others = await Promise.all(hosts.slice(1).map((host) => isFree(port, host, kind)))
    if (others.every(Boolean)) return port
  }
}
