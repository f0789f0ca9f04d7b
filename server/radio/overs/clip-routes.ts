/** The sound of an over by HTTP: half a second before it included; received left, transmitted right. */
import { type Recordings, readRange } from '../../archive/index.ts'
import { actorOf, type Routes, sendSound } from '../../web/index.ts'
import { OneById } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { soundOfOver } from './index.ts'

export const clipRoutes =
  (desk: Pick<RadioDesk, 'db' | 'commit'> & { recordings: Recordings }): Routes =>
  async (app) => {
    app.get('/api/radio/overs/:id/audio', { schema: { params: OneById } }, async (request, reply) => {
      const sound = await soundOfOver(desk, actorOf(request), request.params.id)
      const range = readRange(request.headers.range, sound.bytes)
      return sendSound(request, reply, sound, range, () => sound.noteListening(request.ip))
    })
  }
