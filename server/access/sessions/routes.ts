import type { Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { Refusal } from '../../refusal.ts'
import { actorOf, answers, type Routes, Type } from '../../web/index.ts'
import { Me } from '../../wire/views.ts'
import { changePassword, checkPassword, closeSession, loadActor, me, openSession, rememberDevice } from './index.ts'

export type SessionParts = {
  db: Db
  commit: Commit
  /** name of the cookie, whether it needs https, and how long a session lasts at most */
  cookie: string
  secure: boolean
  absoluteMinutes: number
}

/** Says that this browser was signed in with before. It signs nobody in: it only parts a stranger's guesses from one's own. */
const DEVICE_COOKIE = 'desk_device'
const DEVICE_DAYS = 180

/** Signing in, signing out, one's own password. */
export const sessionRoutes =
  ({ db, commit, cookie, secure, absoluteMinutes }: SessionParts): Routes =>
  async (app) => {
    app.get(
      '/api/session',
      { config: { withFirstPassword: true }, schema: { response: answers(Me) } },
      async (request) => me(db, actorOf(request)),
    )

    app.post(
      '/api/session',
      {
        config: { open: true, rateLimit: { max: 600, timeWindow: 60_000 } },
        schema: {
          body: Type.Object({ name: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1000 }) }),
          response: answers(Me),
        },
      },
      async (request, reply) => {
        const device = request.cookies[DEVICE_COOKIE]
        const tried = await checkPassword(db, { ...request.body, address: request.ip, device, now: new Date() })
        if (tried.outcome === 'wait') throw new Refusal('too-many-attempts', { waitMs: tried.waitMs })
        if (tried.outcome === 'wrong') throw new Refusal('wrong-name-or-password')
        const before = request.actor
        let token = ''
        let kept = ''
        await commit(async (tx) => {
          kept = await rememberDevice(tx, tried.personId, device)
          const opened = await openSession(tx, {
            personId: tried.personId,
            absoluteMinutes,
            address: request.ip,
            agentString: request.headers['user-agent'] ?? '',
          })
          token = opened.token
          // The cookie this browser held is worth nothing from now on: no session is fixed or left behind.
          const left = before ? await closeSession(tx, before.sessionId, 'signed-in-again', before.personId) : []
          return [...left, ...opened.events]
        })
        reply.setCookie(cookie, token, {
          path: '/',
          httpOnly: true,
          sameSite: 'strict',
          secure,
          maxAge: absoluteMinutes * 60,
        })
        reply.setCookie(DEVICE_COOKIE, kept, {
          path: '/api/session',
          httpOnly: true,
          sameSite: 'strict',
          secure,
          maxAge: DEVICE_DAYS * 86_400,
        })
        const actor = await loadActor(db, token)
        if (!actor) throw new Refusal('signed-out')
        return me(db, actor)
      },
    )

    app.delete('/api/session', { config: { withFirstPassword: true } }, async (request, reply) => {
      const actor = actorOf(request)
      await commit((tx) => closeSession(tx, actor.sessionId, 'signed-out', actor.personId))
      return reply.clearCookie(cookie, { path: '/' }).code(204).send()
    })

    app.post(
      '/api/session/password',
      {
        config: { withFirstPassword: true, rateLimit: { max: 20, timeWindow: 60_000 } },
        schema: { body: Type.Object({ old: Type.String({ maxLength: 1000 }), new: Type.String({ maxLength: 1000 }) }) },
      },
      async (request, reply) => {
        const actor = actorOf(request)
        await commit(async (tx) => {
          const change = await changePassword(tx, actor, request.body.old, request.body.new)
          if (change.outcome === 'wrong') throw new Refusal('wrong-password')
          if (change.outcome === 'refused') throw new Refusal('password-refused', { why: change.why })
          return change.events
        })
        return reply.code(204).send()
      },
    )
  }
