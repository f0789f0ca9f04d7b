/** For the archive's tests: a desk with a database, a spool and a vault, and calls as Asterisk leaves them behind. */
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { folderVault, makeRecordings, type Vault } from '../../recordings/index.ts'
import { scratch, spoolVoice } from '../../recordings/test-support.ts'
import type { ArchiveEvent } from '../archive/events.ts'
import { startArchive } from '../archive/filing.ts'
import type { ArchiveSettings } from '../archive/settings.ts'
import { append } from '../db/index.ts'
import { database } from './database.ts'

/** One voice of a test call: a tone from so many seconds before the call's end, for so long; `talk` in the same seconds. */
export type TestLeg = {
  side: 'caller' | 'agent'
  hz: number
  fromS: number
  seconds: number
  talk?: [number, number] | null
  file?: boolean
  personId?: string
}

export type TestDesk = Awaited<ReturnType<typeof testDesk>>

/** A desk of the test's own. `change` dresses the vault up, to make it fail. */
export async function testDesk(t: Test, change: (vault: Vault) => Vault = (vault) => vault) {
  const db = await database(t)
  const dir = await scratch(t)
  const spool = join(dir, 'spool')
  await mkdir(join(spool, 'live'), { recursive: true })
  await mkdir(join(spool, 'done'), { recursive: true })
  const vault = change(folderVault(join(dir, 'vault')))
  const recordings = makeRecordings({ vault, spool })
  const told: ArchiveEvent[] = []
  const said: string[] = []
  const log = (_: object, sentence: string) => void said.push(sentence)
  const organisationId = randomUUID()
  const [campusId, lineId] = [randomUUID(), randomUUID()]
  await db('organisations').insert({ id: organisationId, code: 'h', name_zh: '医院', name_en: 'Hospital' })
  await db('campuses').insert({
    id: campusId,
    organisation_id: organisationId,
    code: 'old',
    name_zh: '老院区',
    name_en: 'Old',
  })
  await db('lines').insert({ id: lineId, organisation_id: organisationId, code: 'it', name_zh: '信息', name_en: 'IT' })
  await db('pbxs').insert({ id: 1, organisation_id: organisationId, name: 'one' })

  const settings: ArchiveSettings = {
    db,
    recordings,
    pbx: 1,
    log: { info: log, warn: log, error: log },
    async commit(work) {
      const events = await db.transaction(async (tx) => {
        const events = await work(tx)
        await append(tx, events)
        return events
      })
      told.push(...events)
    },
  }

  /** A call that ended `agoS` seconds ago, with its legs in the database and its voices in the spool. */
  async function call(
    legs: TestLeg[],
    { agoS = 30, outcome = 'answered', folder = 'done' as 'done' | 'live', torn = false } = {},
  ) {
    const callId = randomUUID()
    const end = Date.now() - agoS * 1_000
    const at = (s: number) => new Date(end - s * 1_000)
    const longest = Math.max(1, ...legs.map(({ fromS }) => fromS))
    await db('calls').insert({
      id: callId,
      organisation_id: organisationId,
      pbx_id: 1,
      boot_id: 'b',
      root_uniqueid: callId,
      direction: 'inbound',
      campus_id: campusId,
      line_id: lineId,
      state: 'ended',
      outcome,
      arrived_at: at(longest),
      answered_at: outcome === 'answered' ? at(longest) : null,
      ended_at: at(0),
    })
    for (const [i, leg] of legs.entries()) {
      const uniqueid = `${1_700_000_000 + i}.${i}`
      const talk = leg.talk === undefined ? [leg.fromS, leg.fromS - leg.seconds] : leg.talk
      const [row] = await db('call_legs')
        .insert({
          call_id: callId,
          uniqueid,
          side: leg.side,
          person_id: leg.personId ?? null,
          started_at: at(leg.fromS),
          answered_at: at(leg.fromS),
          ended_at: at(leg.fromS - leg.seconds),
        })
        .returning('id')
      if (talk)
        await db('leg_talks').insert({ leg_id: row.id, from_at: at(talk[0] as number), to_at: at(talk[1] as number) })
      if (leg.file !== false) {
        await spoolVoice(spool, {
          name: `${callId}_${leg.side}_${uniqueid}.wav`,
          parts: [{ hz: leg.hz, ms: leg.seconds * 1_000 }],
          endedAt: end - (leg.fromS - leg.seconds) * 1_000,
          folder,
          torn,
        })
      }
    }
    return callId
  }

  /** The filing of recordings, under the test's own hand: it looks when told to. */
  function archive(but: Partial<ArchiveSettings> = {}) {
    const one = startArchive({ ...settings, ...but })
    t.teardown(() => one.stop())
    return one
  }

  return {
    db,
    dir,
    spool,
    vault,
    recordings,
    settings,
    told,
    said,
    call,
    archive,
    organisationId,
    types: () => told.map(({ type }) => type),
    spooled: async () => (await recordings.scan()).files.length,
    rowOf: (callId: string) => db('recordings').where({ call_id: callId }).first(),
  }
}

/** A caller and an agent who talk for six seconds, after the caller waited four. */
export const aTalk: TestLeg[] = [
  { side: 'caller', hz: 1_000, fromS: 10, seconds: 10, talk: [6, 0] },
  { side: 'agent', hz: 440, fromS: 6, seconds: 6 },
]
