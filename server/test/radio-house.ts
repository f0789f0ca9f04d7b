/** The radio's doors in a house of their own, without an exchange. For tests. */
import type { Test } from 'tap'
import type { Media } from '../radio/engine/media.ts'
import { startRadio } from '../radio/index.ts'
import { seedRadio } from '../radio/ports/seed-store.ts'
import { radioRoutes } from '../radio/routes.ts'
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
        const radio = startRadio({
          ...{ db, commit, media: NONE, isActing: () => false, calloutS: 45, tell() {} },
          log: { info() {}, warn() {}, error() {} },
          speech: { program: 'espeak-ng', dir: t.testdir({}), phrases: 'none' },
        })
        app.addHook('onClose', () => radio.stop())
        await radioRoutes({ db, commit, radio })(app)
      },
    ],
  })
  return desk
}
