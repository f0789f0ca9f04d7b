/** What a console is told of the roster: that it changed. Whoever shows it reads it again, and sees what they may. */
import type { FrameMaker, SharedFrame } from '../web/index.ts'

export const rosterFrames: FrameMaker = {
  makes: (type) => type.startsWith('roster.'),
  framesOf: async (rows) =>
    rows.map(
      ({ seq, at, type }): SharedFrame => ({
        thing: null,
        frame: { seq, at: at.toISOString(), type, subject: 'none' },
      }),
    ),
}
