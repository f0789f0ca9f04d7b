/** `phones.json` in DESK_VAR (mode 600): what to type into each desk phone, the duty handset and each radio gateway that registers. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PbxSettings, phonePassword } from '../asterisk/index.ts'

/** Writes it whole and renames. Each phone's password is its own, made from one secret, and stays the same. */
export function writePhones({ varDir, pbx, deskPhones, handset, radio, secrets }: PbxSettings): void {
  const stations = [...deskPhones.map(({ station }) => station), ...(handset ? [handset] : [])]
  for (const { port, gateway } of radio) if (!gateway) stations.push(`g-${port}`)
  const phones = stations.map((user) => ({
    user,
    password: phonePassword(secrets, user),
    server: pbx.sipHost === '0.0.0.0' ? (pbx.external ?? 'this machine 本机') : pbx.sipHost,
    port: pbx.sipPort,
    transport: 'udp',
    codecs: ['PCMA', 'PCMU'],
  }))
  const file = join(varDir, 'phones.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(phones, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
