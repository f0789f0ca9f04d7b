/** Ports as administrators keep them: made, changed, commissioned, and only then enabled. */
import { type Actor, may } from '../../access/index.ts'
import { clock, type Db } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type {
  CommissioningView,
  CommissioningWitness,
  NewPort,
  PortChange,
  PortNow,
  PortView,
  ProfileField,
} from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { administer, radioThing } from '../rights.ts'
import * as store from './admin-store.ts'
import { type GatewayProfile, PROFILE_FIELDS, readProfile } from './profile.ts'
import { type PortRow, readPorts } from './store.ts'

/** What the commissioning run proves holds for these only: with another value the port is to be commissioned again. */
const PROVEN: readonly (keyof GatewayProfile)[] = ['pttMode', 'dtmfKey', 'dtmfUnkey']

/** Campuses whose radio this person may hear of. */
export async function campusesHeard(db: Db, actor: Actor): Promise<string[]> {
  const { organisationId } = actor
  const all = [...new Set((await readPorts(db, organisationId)).map(({ campus }) => campus))]
  return all.filter((campus) => may(actor, 'see', radioThing({ organisationId, campus })))
}

export async function portsFor(
  { db, radio }: RadioDesk,
  actor: Actor,
): Promise<{ items: PortView[]; next: null; fields: readonly ProfileField[] }> {
  administer(actor)
  const now = radio.portsNow(actor.organisationId)
  const items = (await readPorts(db, actor.organisationId)).map((port) => viewOf(port, now))
  return { items, next: null, fields: PROFILE_FIELDS }
}

/** A new port begins switched off. @throws Refusal port-exists, no-such-campus, profile-refused */
export async function addPort(desk: RadioDesk, actor: Actor, asked: NewPort): Promise<PortView> {
  const { db, commit, radio } = desk
  const { organisationId, personId: byId } = actor
  const { port: code, profile = {}, ...named } = asked
  administer(actor, named.campus)
  if ((await readPorts(db, organisationId)).some(({ port }) => port === code))
    throw new Refusal('port-exists', { port: code })
  const wanted = { organisationId, code, ...named, profile: checked(profile) }
  let portId = ''
  await commit(async (tx) => {
    portId = (await store.insertPort(tx, wanted)) ?? ''
    if (!portId) throw new Refusal('no-such-campus', { field: 'campus' })
    return [{ type: 'radio.port-changed', portId, fields: Object.keys(wanted), at: await clock(tx), byId }]
  })
  await radio.refresh()
  return viewOf(await readPort(db, organisationId, portId), radio.portsNow(organisationId))
}

/** @throws Refusal profile-refused, port-not-commissioned, changed-meanwhile */
export async function changePort(desk: RadioDesk, actor: Actor, id: string, change: PortChange): Promise<PortView> {
  const { db, commit, radio } = desk
  const { organisationId, personId: byId } = actor
  administer(actor)
  const port = await readPort(db, organisationId, id)
  const { version, profile: written, ...rest } = change
  const wanted: store.PortChange = { ...rest }
  if (written) {
    const profile = checked({ ...port.profile, ...written })
    wanted.profile = profile
    if (PROVEN.some((field) => profile[field] !== port.profile[field])) wanted.uncommission = true
  }
  if (rest.enabled && (wanted.uncommission || port.commissionedAt === null))
    throw new Refusal('port-not-commissioned', { port: port.port })
  await commit(async (tx) => {
    if (!(await store.updatePort(tx, id, version, wanted)))
      throw new Refusal('changed-meanwhile', { theirs: viewOf(port, radio.portsNow(organisationId)) })
    const fields = Object.keys(change).filter((field) => field !== 'version')
    return [{ type: 'radio.port-changed', portId: id, fields, at: await clock(tx), byId }]
  })
  await radio.refresh()
  return viewOf(await readPort(db, organisationId, id), radio.portsNow(organisationId))
}

/** The run that goes on now, and the last one. */
export async function commissioningOf({ db, radio }: RadioDesk, actor: Actor, id: string): Promise<CommissioningView> {
  administer(actor)
  const { port } = await readPort(db, actor.organisationId, id)
  return { progress: radio.commissioning.progress(port), last: await store.lastCommissioning(db, id) }
}

/** Begins a commissioning run. @throws Refusal port-enabled, radio-not-here, gateway-not-up, commissioning-runs */
export async function commission(desk: RadioDesk, actor: Actor, id: string): Promise<CommissioningView> {
  const { db, radio } = desk
  administer(actor)
  const { port, enabled } = await readPort(db, actor.organisationId, id)
  // Whoever may key it would spoil what is measured.
  if (enabled) throw new Refusal('port-enabled', { port })
  await radio.refresh()
  const now = radio.portsNow(actor.organisationId).find((one) => one.port === port)
  if (now?.control.state !== 'up') throw new Refusal('radio-not-here')
  if (now.gateway.state !== 'up') throw new Refusal('gateway-not-up', { port })
  if (!(await radio.commissioning.begin({ id, port }, actor.personId)))
    throw new Refusal('commissioning-runs', { port })
  return commissioningOf(desk, actor, id)
}

/** What somebody saw at the gateway itself is kept with the last run. @throws Refusal nothing-to-witness */
export async function witness(
  desk: RadioDesk,
  actor: Actor,
  id: string,
  seen: CommissioningWitness,
): Promise<CommissioningView> {
  administer(actor)
  const { port } = await readPort(desk.db, actor.organisationId, id)
  if (!(await desk.radio.commissioning.witnessed({ id, port }, seen, actor.personId)))
    throw new Refusal('nothing-to-witness', { port })
  await desk.radio.refresh()
  return commissioningOf(desk, actor, id)
}

async function readPort(db: Db, organisationId: string, id: string): Promise<PortRow> {
  const port = (await readPorts(db, organisationId)).find((one) => one.id === id)
  if (!port) throw notFound('port')
  return port
}

function checked(written: Record<string, unknown>): GatewayProfile {
  const read = readProfile(written)
  if ('faults' in read) throw new Refusal('profile-refused', { faults: read.faults })
  return read.profile
}

function viewOf({ id, organisationId: _, ...port }: PortRow, ports: readonly PortNow[]): PortView {
  const now = ports.find((one) => one.port === port.port)
  return {
    portId: id,
    ...port,
    commissionedAt: port.commissionedAt?.toISOString() ?? null,
    now: now
      ? {
          carrier: now.carrier,
          gateway: now.gateway,
          control: now.control,
          evidence: now.evidence,
          recording: now.recording,
        }
      : null,
  }
}
