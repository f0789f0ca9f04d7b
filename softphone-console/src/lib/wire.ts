/** The words both sides speak; the console knows nothing else of the server. Types, and how a number is written. */
export type * from '../../../server/wire/api.ts'
export * from '../../../server/wire/choices.ts'
export type * from '../../../server/wire/dispatch.ts'
export type * from '../../../server/wire/frames.ts'
export * from '../../../server/wire/number.ts'
export type * from '../../../server/wire/radio.ts'
export type * from '../../../server/wire/views.ts'
export type * from '../../../server/wire/words.ts'
