/**
 * Who may hear a port. Asterisk lets a radio account call any port; whether its person may hear it is asked of their grants,
 * before the leg is answered and again while it listens.
 */

import { askerOf, may } from '../../access/index.ts'
import { personAtRadio } from '../../agents/index.ts'
import type { Db } from '../../db/index.ts'
import { placeOfPort } from './store.ts'

/** May whoever is signed in at this radio account hear this port? While PostgreSQL is away the last answer stands. */
export function makeHearers(db: Db): (account: string, port: string) => Promise<boolean> {
  const answers = new Map<string, boolean>()
  return async function mayHear(account, port) {
    const key = `${account} ${port}`
    try {
      answers.set(key, await asked(db, account, port))
    } catch {
      // The radio goes on without a database; nobody can sign in meanwhile either.
    }
    return answers.get(key) ?? false
  }
}

async function asked(db: Db, account: string, port: string): Promise<boolean> {
  const personId = await personAtRadio(db, account)
  const asker = personId && (await askerOf(db, personId))
  const place = asker && (await placeOfPort(db, asker.organisationId, port))
  return Boolean(place && may(asker, 'see', { kind: 'radio', ...place }))
}
