/**
 * The filing of recordings: looks into the spool twice a second, files what is ripe, commits, and only then lets the
 * spool go. Whatever is killed at whatever point, the next look goes on from what lies in the spool and the rows.
 */
import {
  type FileResult,
  hasGap,
  isGap,
  lengthOf,
  type Recordings,
  type SpoolFile,
  type SpoolScan,
  TOLERANCE_MS,
  VaultDown,
} from '../../../recordings/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { ArchiveEvent } from '../events.ts'
import type { ArchiveMetrics } from '../metrics/index.ts'
import {
  backOffMs,
  eventOf,
  findingsOf,
  isRipe,
  KEEP_INCOMPLETE_MS,
  KEEP_UNANSWERED_MS,
  laterGaps,
  lateVoices,
  ORPHAN_AFTER_MS,
  outcomeOf,
  type Recording,
  revisionAfter,
  voicesOf,
} from '../recording.ts'
import * as store from '../store.ts'
import type { ArchiveHealth } from './health.ts'

/** At most so many are being filed at once; they are begun oldest first. */
const AT_ONCE = 3
const LOOK_EVERY_MS = 500
const RECONCILE_EVERY_MS = 10_000
/** A server that takes a recording and dies only delays it by this. */
const CLAIM_MS = 60_000

type Log = Record<'info' | 'warn' | 'error', (fields: object, sentence: string) => void>

export type ArchiveSettings = {
  db: Db
  commit: (work: (tx: Tx) => Promise<ArchiveEvent[]>) => Promise<unknown>
  recordings: Recordings
  /** whose spool this is */
  pbx: number
  log: Log
  metrics?: ArchiveMetrics
}

/** The archive at work. `nudge`: look now; a call has just ended. `look`: one look, done when it resolves. */
export type Archive = {
  nudge: () => void
  look: () => Promise<void>
  reconcile: () => Promise<void>
  health: () => ArchiveHealth
  stop: () => Promise<void>
}

/** Starts to file. Runs until stopped; no fault of vault, spool or database ends it. */
export function startArchive(settings: ArchiveSettings): Archive {
  const { log, metrics } = settings
  const filing = new Filing(settings)
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const turn = (what: 'look' | 'reconcile') => {
    running = running.then(async () => {
      if (filing.stopping) return
      try {
        await filing[what]()
        metrics?.succeeded(what)
      } catch (error) {
        log.warn({ err: error }, `the archive could not ${what}; it tries again`)
      }
    })
    return running
  }
  const lookIn = (ms: number) => {
    clearTimeout(timer)
    if (filing.stopping) return
    timer = setTimeout(async () => {
      const began = performance.now()
      await turn('look')
      // a spool grown large in an outage is not read all the time
      lookIn(Math.max(LOOK_EVERY_MS, 10 * (performance.now() - began - filing.filedForMs)))
    }, ms)
  }
  lookIn(0)
  const reconciling = setInterval(() => void turn('reconcile'), RECONCILE_EVERY_MS)

  return {
    nudge: () => lookIn(50),
    look: () => turn('look'),
    reconcile: () => turn('reconcile'),
    health: () => filing.health,
    async stop() {
      filing.stopping = true
      clearTimeout(timer)
      clearInterval(reconciling)
      await running
    },
  }
}

class Filing {
  readonly health: ArchiveHealth
  stopping = false
  /** how long the last look spent filing, milliseconds */
  filedForMs = 0
  readonly #settings: ArchiveSettings
  #failures = 0
  #vaultRestsUntil = 0

  constructor(settings: ArchiveSettings) {
    this.#settings = settings
    this.health = {
      vault: { up: true, since: new Date(), lastHeardAt: null, why: null },
      spool: { up: true, since: new Date(), bytes: 0, files: 0, freeRatio: 1, orphans: 0, lastLookAt: null, why: null },
    }
  }

  /** One look: rescue what was left open, let go of what is filed, file what is ripe. */
  async look(): Promise<void> {
    const { db, metrics } = this.#settings
    const scan = await this.#scan()
    if (scan.files.some(({ live }) => live)) await this.#rescue(scan.files)
    if (scan.files.length > 0) await this.#letGo(scan)
    const began = performance.now()
    await this.#fileDue()
    this.filedForMs = performance.now() - began
    metrics?.spool(this.health.spool)
    metrics?.vault(this.health.vault.up)
    metrics?.states(await store.countStates(db))
  }

  /** Finds what nobody told us of: calls without a recording, talk heard of later, sound that came too late. */
  async reconcile(): Promise<void> {
    const { db, commit, log } = this.#settings
    for (const callId of await store.unexpected(db, 200)) {
      await commit(async (tx) => {
        const call = (await store.readCalls(tx, [callId])).get(callId)
        if (!call) return []
        const talked = call.legs.some(({ talk }) => talk.length > 0)
        const recordingId = await store.expect(tx, {
          callId,
          kind: talked ? 'call' : 'voicemail',
          state: 'filing',
          startedAt: call.endedAt,
        })
        return recordingId ? [{ type: 'recording.filing', recordingId, callId, at: await store.clock(tx) }] : []
      })
    }
    for (const recording of await store.outgrown(db, TOLERANCE_MS)) {
      const call = (await store.readCalls(db, [recording.callId])).get(recording.callId)
      if (!call) continue
      const talks = voicesOf('call', call, []).map(({ uniqueid, side, talk }) => ({
        uniqueid,
        side: side === 'agent' ? ('agent' as const) : ('caller' as const),
        talkMs: lengthOf(talk),
      }))
      const gaps = laterGaps(recording.findings, talks, TOLERANCE_MS)
      const findings = [
        ...recording.findings.filter(
          (old) => !gaps.some((gap) => gap.uniqueid === old.uniqueid && gap.side === old.side),
        ),
        ...gaps,
      ]
      const talkMs = talkOf(
        call.legs.flatMap(({ side, talk }) => (side === 'agent' ? talk : [])),
        call.endedAt,
      )
      if (gaps.length === 0) continue
      log.error(
        { recordingId: recording.recordingId, callId: recording.callId },
        'a recording is shorter than the talk heard of since',
      )
      await commit(async (tx) => {
        const after: Recording = { ...recording, state: 'short', findings, talkMs }
        if (!(await store.shorten(tx, recording, findings, talkMs))) return []
        return [eventOf(after, call.unrecordedWhy, await store.clock(tx))]
      })
      for (const gap of gaps) this.#settings.metrics?.gap(gap.kind)
    }
  }

  async #scan(): Promise<SpoolScan> {
    const { recordings } = this.#settings
    const spool = this.health.spool
    try {
      const scan = await recordings.scan()
      if (!spool.up) spool.since = new Date()
      Object.assign(spool, { up: true, why: null, bytes: scan.bytes, files: scan.files.length, lastLookAt: new Date() })
      spool.freeRatio = await recordings.freeRatio()
      return scan
    } catch (error) {
      if (spool.up) spool.since = new Date()
      Object.assign(spool, { up: false, why: codeOf(error) })
      throw error
    }
  }

  async #rescue(files: SpoolFile[]): Promise<void> {
    const { db, recordings, pbx, log } = this.#settings
    const live = files.filter((file) => file.live)
    const calls = await store.readCalls(db, [...new Set(live.map(({ callId }) => callId))])
    const bootAt = (await store.bootedAt(db, pbx))?.getTime()
    const now = Date.now()
    const saved = await recordings.rescue(live, ({ callId, uniqueid }) => {
      const call = calls.get(callId)
      const leg = call?.legs.find((leg) => leg.uniqueid === uniqueid)
      const legEndedAt = (leg?.endedAt ?? (call?.ended ? call.endedAt : undefined))?.getTime()
      return { now, ...(bootAt !== undefined && { bootAt }), ...(legEndedAt !== undefined && { legEndedAt }) }
    })
    for (const { callId, uniqueid, side } of saved)
      log.warn({ callId, uniqueid, side }, 'a voice left open by Asterisk was closed and kept')
  }

  async #fileDue(): Promise<void> {
    const { db } = this.#settings
    if (Date.now() < this.#vaultRestsUntil) return
    // with the vault down one is tried, the oldest; the rest wait for its word
    const waiting = await store.due(db, this.health.vault.up ? 50 : 1)
    if (waiting.length === 0) return
    const { files } = await this.#settings.recordings.scan()
    const calls = await store.readCalls(
      db,
      waiting.map(({ callId }) => callId),
    )
    const line = [...waiting]
    const work = async () => {
      for (
        let next = line.shift();
        next && !this.stopping && Date.now() >= this.#vaultRestsUntil;
        next = line.shift()
      ) {
        const call = calls.get(next.callId)
        if (call)
          await this.#fileOne(
            next,
            call,
            files.filter((file) => file.callId === call.callId),
          )
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  async #fileOne(
    recording: Recording,
    call: NonNullable<ReturnType<Awaited<ReturnType<typeof store.readCalls>>['get']>>,
    all: SpoolFile[],
  ) {
    const { db, recordings, commit, log, metrics } = this.#settings
    const { recordingId, callId, kind } = recording
    const files = all.filter((file) => (kind === 'voicemail') === (file.side === 'voicemail'))
    const voices = voicesOf(kind, call, files)
    if (!isRipe(voices, files, { endedAt: call.endedAt, now: new Date() })) return
    if (!(await store.claim(db, recording, CLAIM_MS))) return

    let result: FileResult
    const began = performance.now()
    try {
      result = await recordings.file({ callId, kind, revision: revisionAfter(recording.vaultKey), voices }, files)
    } catch (error) {
      if (error instanceof VaultDown) this.#vaultFailed(error)
      log.warn({ recordingId, callId, err: error }, 'a recording could not be filed; it stays in the spool')
      // the next try may be another's: one that can never be filed must not hold up the rest
      await store.postpone(db, recordingId, 2 * backOffMs(Math.max(3, this.#failures), 1))
      return
    }
    if (result.filed) {
      if (this.#vaultWorked()) await store.hasten(db)
      metrics?.uploaded((performance.now() - began) / 1_000)
    }

    const gap = result.findings.filter(isGap)
    const settled: Recording = {
      ...recording,
      state: outcomeOf(result, hasGap(result.findings)),
      findings: findingsOf(voices, files, result.findings),
      talkMs: talkOf(
        call.legs.flatMap(({ side, talk }) => (side === 'agent' ? talk : [])),
        call.endedAt,
      ),
      ...(result.filed && {
        vaultKey: result.key,
        sha256: result.sha256,
        bytes: result.bytes,
        ms: result.ms,
        startedAt: new Date(result.startedAt),
      }),
    }
    let kept = false
    await commit(async (tx) => {
      const at = await store.clock(tx)
      kept = await store.settle(tx, { ...settled, filedAt: at }, result.filed ? result.peaks : null)
      return kept ? [eventOf(settled, call.unrecordedWhy, at)] : []
    })
    if (!kept) return
    if (settled.state !== 'filed') {
      log.error({ recordingId, callId, state: settled.state }, 'a recording has lost sound')
      for (const { kind } of gap.length > 0 ? gap : [{ kind: 'missing' as const }]) metrics?.gap(kind)
    }
    if (result.filed && recording.vaultKey && recording.vaultKey !== result.key)
      await recordings.vault.delete(recording.vaultKey)
    if (result.filed && settled.state === 'filed') await this.#release(result, files)
  }

  /** What lies in the spool without need any more goes; what came late is filed again; what nobody knows is told. */
  async #letGo({ files }: SpoolScan): Promise<void> {
    const { db, recordings, commit, log, metrics } = this.#settings
    const byCall = Map.groupBy(
      files.filter((file) => !file.live),
      ({ callId }) => callId,
    )
    const calls = await store.readCalls(db, [...byCall.keys()])
    const rows = Map.groupBy(await store.readOfCalls(db, [...byCall.keys()]), ({ callId }) => callId)
    const now = Date.now()
    let orphans = 0
    for (const [callId, mine] of byCall) {
      const call = calls.get(callId)
      const settled = rows.get(callId) ?? []
      if (!call) {
        orphans += mine.filter(({ writtenAt }) => now - writtenAt > ORPHAN_AFTER_MS).length
        continue
      }
      if (!call.ended) continue
      for (const recording of settled.filter(({ state }) => state !== 'filing' && state !== 'recording')) {
        const files = mine.filter((file) => (recording.kind === 'voicemail') === (file.side === 'voicemail'))
        const late = lateVoices(recording, files)
        if (late.some(({ bytes }) => bytes > 44)) {
          log.info({ callId, recordingId: recording.recordingId }, 'a voice came late; the recording is filed again')
          await commit(async (tx) => {
            if (!(await store.reopen(tx, recording))) return []
            return [{ type: 'recording.filing', recordingId: recording.recordingId, callId, at: await store.clock(tx) }]
          })
          continue
        }
        const { vaultKey: key, sha256, bytes, state, filedAt } = recording
        if (state === 'short' && now - (filedAt?.getTime() ?? now) < KEEP_INCOMPLETE_MS) continue
        const known = files.filter((file) =>
          recording.findings.some((f) => f.uniqueid === file.uniqueid && f.side === file.side),
        )
        if (key && sha256 && bytes && known.length > 0) await this.#release({ key, sha256, bytes }, known)
        orphans += files.length - known.length
      }
      const old = now - call.endedAt.getTime() > KEEP_UNANSWERED_MS
      // nobody talked: the voice of one who only waited is not kept
      const talked = call.legs.some(({ talk }) => talk.length > 0)
      const waited = mine.filter((file) => file.side !== 'voicemail')
      if (old && !talked && !settled.some(({ kind }) => kind === 'call')) await recordings.discard(waited)
      if (old) await recordings.dropEmpty(mine)
    }
    if (orphans > this.health.spool.orphans) metrics?.gap('orphan')
    this.health.spool.orphans = orphans
  }

  /** Lets the spool go of what is filed and committed; with the vault away it waits, and is let go at a later look. */
  async #release(filed: { key: string; sha256: string; bytes: number }, files: SpoolFile[]): Promise<void> {
    try {
      if (await this.#settings.recordings.release(filed, files)) return
      this.#settings.log.error(
        { key: filed.key },
        'the vault does not hold what was filed; its voices stay in the spool',
      )
    } catch (error) {
      if (!(error instanceof VaultDown)) throw error
      this.#vaultFailed(error)
    }
  }

  #vaultFailed(error: VaultDown): void {
    const { vault } = this.health
    this.#failures++
    this.#vaultRestsUntil = Date.now() + backOffMs(this.#failures, Math.random())
    if (vault.up) Object.assign(vault, { up: false, since: new Date() })
    vault.why = codeOf(error.cause)
  }

  /** Says whether the vault had been down until now. */
  #vaultWorked(): boolean {
    const { vault } = this.health
    const was = vault.up
    this.#failures = 0
    if (!was) Object.assign(vault, { up: true, since: new Date(), why: null })
    vault.lastHeardAt = new Date()
    return !was
  }
}

/** Talk time of a call: its agents' talk, counted once where two overlap, in milliseconds. */
function talkOf(talks: { from: Date; to: Date | null }[], endedAt: Date): number {
  return Math.round(lengthOf(talks.map(({ from, to }) => ({ from: from.getTime(), to: (to ?? endedAt).getTime() }))))
}

/** What to say of an error where only codes may stand. */
const codeOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return String(code ?? name ?? 'error').slice(0, 60)
}
