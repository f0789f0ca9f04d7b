/** `callId`: null for a recording of no call, the radio's. */
/** `recording.acknowledged` is of all that is wrong with a call's recording, which may be that there is none. */
export type ArchiveEvent = { type: 'recording.acknowledged'; callId: string; at: Date; byId: string } | RecordingEvent

type RecordingEvent = { recordingId: string; callId: string | null; at: Date } & (
  | { type: 'recording.filing' }
  /** `silent`: a message in which nobody said a word */
  | { type: 'recording.filed'; ms: number; bytes: number; silent?: true }
  | { type: 'recording.missing'; why: string }
  | { type: 'recording.short'; why: string; ms: number; talkMs: number }
  | { type: 'recording.listened'; personId: string }
)
