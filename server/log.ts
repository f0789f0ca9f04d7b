/** The server's log: ids and codes, never what a row or a person said. */
import pino, { type DestinationStream, type Logger } from 'pino'
import { loggable } from './web/answer.ts'

/** Whoever logs an error writes `{ err }`: PostgreSQL's words with a row's values in them are left out here, once for all. */
export const makeLog = (level: string, to?: DestinationStream): Logger => {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: loggable } }
  return to ? pino(options, to) : pino(options)
}
