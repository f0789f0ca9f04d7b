/** Ports by HTTP, for administrators: made, changed, commissioned, and only then enabled. */

import { type Actor, may } from '../../access/index.ts'
import { clock, type Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { actorOf, Code, Id, idempotent, type Routes, Text, Type, Version } from '../../web/index.ts'
import type { CommissioningView, PortNow, PortView } from '../../wire/radio.ts'
import type { Radio } from '../engine/radio.ts'
import * as admin from './admin-store.ts'
import { type GatewayProfile, PROFILE_FIELDS, readProfile } from './profile.ts'
import { type PortRow, radioThing, readPorts } from './store.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Profile = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown())
const Name = Text(80, 1)

/** What the commissioning run proves hangs on these. */
const PROVEN: readonly (keyof GatewayProfile)[] = ['pttMode', 'dtmfKey', 'dtmfUnkey']

const shown = ({ id, organisationId: _, ...port }: PortRow, ports: readonly PortNow[]): PortView => {
  const seen = ports.find((one) => one.port === port.port)
  const { carrier, gateway, control, evidence, recording } = seen ?? {}
  return {
    portId: id,
    ...port,
    commissionedAt: port.commissionedAt?.toISOString() ?? null,
    now:
      carrier && gateway && control
        ? { carrier, gateway, control, evidence: evidence ?? null, recording: recording === true }
        : null,
  }
}

function checked(written: Record<string, unknown>): GatewayProfile {
  const read = readProfile(written)
  if ('faults' in read) throw new Refusal('profile-refused', { faults: read.faults })
  return read.profile
}

export const portRoutes =
  ({ db, commit, radio }: { db: Db; commit: Commit; radio: Radio }): Routes =>
  async (app) => {
    const administer = (actor: Actor, campus: string): void => {
      if (!may(actor, 'administer', radioThing({ organisationId: actor.organisationId, campus })))
        throw new Refusal('not-allowed')
    }
    const portFor = async (actor: Actor, id: string): Promise<PortRow> => {
      administer(actor, '')
      const port = (await readPorts(db, actor.organisationId)).find((one) => one.id === id)
      if (!port) throw notFound('port')
      return port
    }
    const whole = async ({ organisationId }: Actor, id: string) => {
      const port = (await readPorts(db, organisationId)).find((one) => one.id === id)
      return port && shown(port, radio.portsNow(organisationId))
    }

    app.get('/api/radio/ports', async (request) => {
      const actor = actorOf(request)
      administer(actor, '')
      const { organisationId } = actor
      const now = radio.portsNow(organisationId)
      return {
        items: (await readPorts(db, organisationId)).map((port) => shown(port, now)),
        next: null,
        fields: PROFILE_FIELDS,
      }
    })

    const body = Type.Object(
      { port: Code, campus: Code, nameZh: Name, nameEn: Name, profile: Type.Optional(Profile) },
      strict,
    )
    app.post(
      '/api/radio/ports',
      { schema: { body } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        const {
          port,
          profile = {},
          ...named
        } = request.body as {
          port: string
          campus: string
          nameZh: string
          nameEn: string
          profile?: Record<string, unknown>
        }
        administer(actor, named.campus)
        if ((await readPorts(db, actor.organisationId)).some((one) => one.port === port))
          throw new Refusal('port-exists', { port })
        const { organisationId, personId: byId } = actor
        let portId = ''
        await commit(async (tx) => {
          const wanted = { organisationId, code: port, ...named, profile: checked(profile) }
          portId = (await admin.insertPort(tx, wanted)) ?? ''
          if (!portId) throw new Refusal('no-such-campus', { field: 'campus' })
          return [{ type: 'radio.port-changed', portId, fields: Object.keys(wanted), at: await clock(tx), byId }]
        })
        await radio.refresh()
        reply.code(201)
        return whole(actor, portId)
      }),
    )

    const change = Type.Object(
      {
        version: Version,
        nameZh: Type.Optional(Name),
        nameEn: Type.Optional(Name),
        sort: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999 })),
        profile: Type.Optional(Profile),
        enabled: Type.Optional(Type.Boolean()),
      },
      strict,
    )
    app.patch('/api/radio/ports/:id', { schema: { params: One, body: change } }, async (request) => {
      const actor = actorOf(request)
      const port = await portFor(actor, request.params.id)
      const { version, profile: written, ...rest } = request.body
      const wanted: admin.PortChange = { ...rest }
      if (written) {
        const profile = checked({ ...port.profile, ...written })
        wanted.profile = profile
        if (PROVEN.some((field) => profile[field] !== port.profile[field])) wanted.uncommission = true
      }
      if (rest.enabled && (wanted.uncommission || port.commissionedAt === null))
        throw new Refusal('port-not-commissioned', { port: port.port })
      await commit(async (tx) => {
        if (!(await admin.updatePort(tx, port.id, version, wanted)))
          throw new Refusal('changed-meanwhile', { theirs: shown(port, radio.portsNow(actor.organisationId)) })
        const fields = Object.keys(request.body).filter((field) => field !== 'version')
        return [{ type: 'radio.port-changed', portId: port.id, fields, at: await clock(tx), byId: actor.personId }]
      })
      await radio.refresh()
      return whole(actor, port.id)
    })

    const report = async (port: PortRow): Promise<CommissioningView> => ({
      progress: radio.commissioning.progress(port.port),
      last: await admin.lastCommissioning(db, port.id),
    })
    app.get('/api/radio/ports/:id/commission', { schema: { params: One } }, async (request) =>
      report(await portFor(actorOf(request), request.params.id)),
    )
    app.post('/api/radio/ports/:id/commission', { schema: { params: One } }, async (request, reply) => {
      const actor = actorOf(request)
      const port = await portFor(actor, request.params.id)
      // Whoever may key it would spoil what is measured.
      if (port.enabled) throw new Refusal('port-enabled', { port: port.port })
      await radio.refresh()
      const now = radio.engine.portsNow().find((one) => one.port === port.port)
      if (now?.control.state !== 'up') throw new Refusal('radio-not-here')
      if (now.gateway.state !== 'up') throw new Refusal('gateway-not-up', { port: port.port })
      if (!(await radio.commissioning.begin(port, actor.personId)))
        throw new Refusal('commissioning-runs', { port: port.port })
      reply.code(202)
      return report(port)
    })
    const seen = Type.Object({ keyedInIdle: Type.Boolean(), stayedKeyed: Type.Boolean() }, strict)
    app.post('/api/radio/ports/:id/commission/witness', { schema: { params: One, body: seen } }, async (request) => {
      const actor = actorOf(request)
      const port = await portFor(actor, request.params.id)
      if (!(await radio.commissioning.witnessed(port, request.body, actor.personId)))
        throw new Refusal('nothing-to-witness', { port: port.port })
      await radio.refresh()
      return report(port)
    })
  }
