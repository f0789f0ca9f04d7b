import type { Tx } from '../db/index.ts'

/** The station of somebody signed in; undefined when they are not. */
export async function seatOf(tx: Tx, personId: string): Promise<string | undefined> {
  return (await tx('agents').where({ person_id: personId }).whereNot({ state: 'signed_out' }).first('station'))?.station
}
