import type { Actor } from '../access/index.ts'
import { type Db, settled } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { Outage, Refusal } from '../refusal.ts'
import { agentViews } from '../screens/index.ts'
import { actorOf, answers, Nullable, type Routes, Text, Type } from '../web/index.ts'
import { AgentView, type SipCredential } from '../wire/views.ts'
import { NextState, NotReadyReason, PhoneHeard } from '../wire/words.ts'
import type { Ask } from './agent.ts'
import {
  ask,
  type Credential,
  extendWrapUp,
  fromTheirPhone,
  hearStation,
  ringTested,
  SIP_REALM,
  signIn,
} from './index.ts'

const empty = { additionalProperties: false } as const

/** The agent's own place: sign in with a phone, ready, not ready, wrap-up, phone and ring. */
export function agentRoutes({
  db,
  commit,
  sipSocket,
  credentialMinutes,
}: {
  db: Db
  commit: Commit
  /** ws(s) URL, or a path of the console's own origin */
  sipSocket: string
  credentialMinutes: number
}): Routes {
  const view = async (actor: Actor): Promise<AgentView> => {
    const [agent] = await agentViews(db, actor.organisationId, [actor.personId])
    if (!agent) throw new Refusal('not-signed-in')
    return agent
  }
  const asked = async (actor: Actor, what: Ask): Promise<AgentView> => {
    await commit((tx) => ask(tx, actor.personId, what))
    return view(actor)
  }

  return async (app) => {
    const SignIn = Type.Object({ takeOver: Type.Optional(Type.Boolean()), renew: Type.Optional(Type.Boolean()) }, empty)
    app.post('/api/agent/sign-in', { schema: { body: Type.Optional(Nullable(SignIn)) } }, async (request) => {
      const actor = actorOf(request)
      const { takeOver = false, renew = false } = request.body ?? {}
      if (!actor.grants.some((grant) => grant.role === 'agent')) throw new Refusal('not-an-agent')
      let credential: Credential | undefined
      await commit(async (tx) => {
        const signed = await signIn(tx, actor.personId, {
          untilMs: credentialMinutes * 60_000,
          sessionId: actor.sessionId,
          takeOver,
          renew,
        })
        credential = signed.credential
        return signed.events
      })
      if (!credential) throw new Error('signing in gave no credential')
      const { outcome, answer } = await settled(db, credential.wishId)
      // The seat is taken all the same: the phone tries again, and the queues are put right when Asterisk is back.
      if (outcome !== 'done') throw new Outage('ari', { cause: answer })
      return { credential: shown(credential, sipSocket, request.host, request.protocol), agent: await view(actor) }
    })

    app.get('/api/agent', { schema: { response: answers(AgentView) } }, async (request) => view(actorOf(request)))
    app.post('/api/agent/sign-out', async (request) => asked(actorOf(request), { ask: 'sign-out', why: 'asked' }))
    app.post('/api/agent/ready', async (request) => asked(actorOf(request), { ask: 'ready' }))

    app.post(
      '/api/agent/not-ready',
      { schema: { body: Type.Object({ reason: NotReadyReason }, empty) } },
      async (request) => asked(actorOf(request), { ask: 'not-ready', reason: request.body.reason }),
    )

    app.post(
      '/api/agent/next',
      {
        schema: {
          body: Type.Object({ next: Nullable(NextState), reason: Type.Optional(NotReadyReason) }, empty),
        },
      },
      async (request) => {
        const { next, reason } = request.body
        return asked(actorOf(request), { ask: 'choose-next', next, reason: reason ?? null })
      },
    )

    app.post(
      '/api/agent/wrap-up',
      { schema: { body: Type.Object({ do: Type.Enum(['extend', 'end']) }, empty) } },
      async (request) => {
        const actor = actorOf(request)
        if (request.body.do === 'end') return asked(actor, { ask: 'end-wrap-up' })
        await commit((tx) => extendWrapUp(tx, actor.personId))
        return view(actor)
      },
    )

    app.post(
      '/api/agent/phone',
      {
        schema: {
          body: Type.Object({ phone: PhoneHeard, why: Type.Optional(Nullable(Text(200))) }, empty),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { phone, why } = request.body
        const station = (await view(actor)).station
        await commit(async (tx) => {
          await fromTheirPhone(tx, actor.personId, actor.sessionId)
          return hearStation(tx, { station, registered: phone === 'registered', why: why ?? null })
        })
        return view(actor)
      },
    )

    app.post(
      '/api/agent/ring-test',
      { schema: { body: Type.Object({ ok: Type.Boolean(), why: Type.Optional(Text(200)) }, empty) } },
      async (request) => {
        const actor = actorOf(request)
        await commit(async (tx) => {
          await fromTheirPhone(tx, actor.personId, actor.sessionId)
          return ringTested(tx, actor.personId, request.body.ok)
        })
        return view(actor)
      },
    )
  }
}

function shown(credential: Credential, sipSocket: string, host: string, protocol: string): SipCredential {
  const wsUrl = sipSocket.startsWith('/') ? `${protocol === 'https' ? 'wss' : 'ws'}://${host}${sipSocket}` : sipSocket
  const { station, username, radio, password, until } = credential
  return {
    wsUrl,
    uri: `sip:${station}@${SIP_REALM}`,
    username,
    password,
    station,
    radio: { station: radio, username: radio },
    until: until.toISOString(),
  }
}
