/** The radio's doors in a house of their own, without an exchange. For tests. */
import type { Test } from 'tap'
import { startCallouts } from '../callouts/index.ts'
import { calloutRoutes } from '../callouts/routes.ts'
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import type { Media } from '../radio/engine/media.ts'
import { handhelds, startRadio } from '../radio/index.ts'
import { seedRadio } from '../radio/ports/seed-store.ts'
import { radioRoutes } from '../radio/routes.ts'
import { dutyRoutes, rosterRoutes } from '../roster/routes.ts'
import type { App } from '../web/index.ts'
import { house } from './house.ts'

const away = () => Promise.reject(new Error('no exchange'))
const NONE: Media = {
  ...{ want() {}, key: away, pass: away, renew: away, unkey: away, rxGate: away, sendDigits: away },
  ...{ joinPhone: away, leavePhone: away, cutRecording: away, hear() {}, start() {}, stop: () => Promise.resolve() },
}

export async function radioDesk(t: Test) {
  const desk = await house(t, {
    more: [
      async (app) => {
        const db = app.deskDb
        await seedRadio(db, { demo: true, ports: [] })
        const commit = (work: Parameters<typeof desk.commit>[0]) => desk.commit(work)
        await onRadio(app, { db, commit, media: NONE, dir: t.testdir({}) })
      },
    ],
  })
  return desk
}

type Parts = { db: Db; commit: Commit; media: Media; dir: string }

/** The rooms that stand on the radio, with their doors: radio, roster, call-outs. */
export async function onRadio(app: App, { db, commit, media, dir }: Parts) {
  const parts = { db, commit: (work: Parameters<typeof commit>[0]) => commit(work) }
  const log = { info() {}, warn() {}, error() {} }
  const radio = startRadio({ ...parts, media, log, isActing: () => false, soundDir: dir, tell() {} })
  const speech = { program: 'espeak-ng', dir, phrases: 'none' }
  const callouts = startCallouts({ ...parts, log, radio, speech, waitS: 45 })
  app.addHook('onClose', async () => {
    callouts.stop()
    await radio.stop()
  })
  await radioRoutes({ ...parts, radio })(app)
  await rosterRoutes({ ...parts, handhelds: handhelds(db) })(app)
  await dutyRoutes({ ...parts, handhelds: handhelds(db), changed: radio.refresh })(app)
  await calloutRoutes({ ...parts, callouts })(app)
}
