/** Four ports and many agents at their radios, made in the database of a lab. */
import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import type { PbxSettings } from '../../asterisk/index.ts'
import { Client } from '../../lab/client.ts'
import type { Lab } from '../../lab/index.ts'

export const PORTS = ['old', 'new', 'roof', 'gate']
const MORE_HOSTS = { roof: '127.0.0.15', gate: '127.0.0.16' }

export const withFourPorts = (usual: PbxSettings): PbxSettings => {
  const sipPort = usual.radio[0]?.gateway?.split(':')[1]
  const more = Object.entries(MORE_HOSTS).map(([port, host]) => ({ port, gateway: `${host}:${sipPort}` }))
  return { ...usual, radio: [...usual.radio, ...more] }
}

/** Two more channels beside the campuses' own, commissioned as the demonstration's are. */
export async function morePorts(lab: Lab): Promise<void> {
  for (const [port, campus] of [
    ['roof', 'old'],
    ['gate', 'new'],
  ])
    await lab.query(
      `insert into radio_ports (organisation_id, pbx_id, campus_id, code, name_zh, name_en, endpoint, sort, profile, enabled, commissioned_at)
       select organisation_id, pbx_id, campus_id, $1, $1, $1, 'g-' || $1, 9, (select profile from radio_ports where code = 'old'), true, now()
       from radio_ports where code = $2`,
      [port, campus],
    )
  await lab.query(`update radio_ports set profile = profile || '{"idScheme": "dtmf"}'`)
}

/** Agents with a station and a session: signing in forty would measure argon2. */
export async function agents(lab: Lab, count: number): Promise<Client[]> {
  const db = new pg.Client({ connectionString: lab.databaseUrl })
  await db.connect()
  const clients: Client[] = []
  for (let n = 0; n < count; n++) {
    const { rows } = await db.query(
      `insert into people (organisation_id, staff_code, name, login) select id, $1, $1, $1 from organisations limit 1 returning id`,
      [`radio-${n}`],
    )
    const [{ id }] = rows
    await db.query(`insert into grants (person_id, role) values ($1, 'agent')`, [id])
    if (n % 8 === 0) await db.query(`insert into grants (person_id, role) values ($1, 'supervisor')`, [id])
    await db.query(`insert into stations (code, pbx_id, kind, person_id) values ($1, 1, 'browser', $2)`, [
      `b${3_001 + n}`,
      id,
    ])
    const token = randomBytes(32).toString('base64url')
    await db.query(
      `insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + interval '1 hour')`,
      [createHash('sha256').update(token).digest(), id],
    )
    clients.push(new Client(lab.url, `desk_session=${token}`))
  }
  await db.end()
  return clients
}
