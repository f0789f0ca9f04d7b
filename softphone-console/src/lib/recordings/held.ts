import type { RecordingView } from '../wire.ts'

/**
 * The recordings of a call with news of one. What is told to many does not know who may listen: that stays as this
 * person was last told, and a recording never seen before has to be read to know (`isNew`).
 */
export function withNews(
  held: readonly RecordingView[],
  news: RecordingView,
): { recordings: RecordingView[]; isNew: boolean } {
  const before = held.find((one) => one.recordingId === news.recordingId)
  const now = { ...news, mayListen: before?.mayListen ?? news.mayListen }
  return {
    recordings: [...held.filter((one) => one.recordingId !== news.recordingId), now],
    isNew: before === undefined,
  }
}
