/**
 * The filing of recordings: looks into the spool twice a second, files what is ripe, commits, and only then lets the
 * spool go. Whatever is killed at whatever point, the next look goes on from what lies in the spool and the rows.
 */
import { type FileResult, hasGap, isGap, type SpoolFile, type SpoolScan, VaultDown } from '../../recordings/index.ts'
import { every } from '../every.ts'
import { type ArchiveFigure, ArchiveFigures } from './figures.ts'
import type { ArchiveHealth } from './health.ts'
import { arePiecesRipe, type Continuous, pieceFindings } from './pieces.ts'
import * as pieces from './pieces-store.ts'
import { reconcile } from './reconciling.ts'
import {
  backOffMs,
  eventOf,
  findingsOf,
  isRipe,
  isSilent,
  outcomeOf,
  type Recording,
  revisionAfter,
  talkMsOf,
  voicesOf,
} from './recording.ts'
import type { ArchiveSettings } from './settings.ts'
import * as store from './store.ts'
import { letGo, letGoPieces } from './tidying.ts'

/** At most so many are being filed at once; they are begun oldest first. */
const AT_ONCE = 3
const LOOK_EVERY_MS = 500
/** a voice's file is closed within this of its leg's end */
const NUDGE_MS = 50
const RECONCILE_EVERY_MS = 10_000
/** A server that takes a recording and dies only delays it by this. */
const CLAIM_MS = 60_000

/** The archive at work. `nudge`: look now; a call has just ended. `look`: one look, done when it resolves. */
export type Archive = {
  nudge: () => unknown
  look: () => Promise<void>
  reconcile: () => Promise<void>
  health: () => ArchiveHealth
  figures: () => ArchiveFigure[]
  stop: () => Promise<void>
}

/** Starts to file. Runs until stopped; no fault of vault, spool or database ends it. */
export function startArchive(settings: ArchiveSettings): Archive {
  const { log } = settings
  const filing = new Filing(settings)
  let running: Promise<void> = Promise.resolve()

  /** One at a time: a look and a reconciliation would both write of one recording. */
  const turn = (what: 'look' | 'reconcile'): Promise<void> => {
    const mine = running.then(() => (filing.stopping ? undefined : filing[what]()))
    running = mine.catch(() => undefined)
    return mine
  }
  const asked = (what: 'look' | 'reconcile') =>
    turn(what).catch((error: Error) => log.warn({ err: error }, `the archive could not ${what}; it tries again`))
  const looking = every({
    name: 'archive look',
    everyMs: LOOK_EVERY_MS,
    log,
    async work() {
      const began = performance.now()
      await turn('look')
      // a spool grown large in an outage is not read all the time
      return Math.max(LOOK_EVERY_MS, 10 * (performance.now() - began - filing.filedForMs))
    },
  })
  const reconciling = every({
    name: 'archive reconcile',
    everyMs: RECONCILE_EVERY_MS,
    work: () => turn('reconcile'),
    log,
    atOnce: false,
  })

  return {
    nudge: () => looking.nudge(NUDGE_MS),
    look: () => asked('look'),
    reconcile: () => asked('reconcile'),
    health: () => filing.health,
    figures: () => filing.figures.list(),
    async stop() {
      filing.stopping = true
      await Promise.all([looking.stop(), reconciling.stop()])
      await running
    },
  }
}

class Filing {
  readonly health: ArchiveHealth
  readonly figures: ArchiveFigures
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
    this.figures = new ArchiveFigures(this.health)
  }

  /** One look: rescue what was left open, let go of what is filed, file what is ripe. */
  async look(): Promise<void> {
    const { db } = this.#settings
    const scan = await this.#scan()
    if (scan.files.some(({ live }) => live)) await this.#rescue(scan.files)
    if (scan.files.length > 0) {
      const orphans = await letGo(this.#settings, scan.files, (filed, files) => this.#release(filed, files))
      if (orphans > this.health.spool.orphans) this.figures.gap('orphan')
      this.health.spool.orphans = orphans
    }
    await letGoPieces(this.#settings, (filed, files) => this.#release(filed, files))
    const began = performance.now()
    await this.#fileDue()
    this.filedForMs = performance.now() - began
    this.figures.counted(await store.countStates(db))
  }

  async reconcile(): Promise<void> {
    await reconcile(this.#settings, this.figures)
    this.figures.reconciled(new Date())
    await this.#askVault()
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
      return {
        now,
        strange: !call,
        ...(bootAt !== undefined && { bootAt }),
        ...(legEndedAt !== undefined && { legEndedAt }),
      }
    })
    for (const { callId, uniqueid, side } of saved)
      log.warn({ callId, uniqueid, side }, 'a voice left open by Asterisk was closed and kept')
  }

  async #fileDue(): Promise<void> {
    const { db } = this.#settings
    if (Date.now() < this.#vaultRestsUntil) return
    if (!this.health.vault.up && !(await this.#vaultIsBack())) return
    await this.#filePieces()
    const waiting = await store.due(db, 50)
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
    const { db, recordings } = this.#settings
    const { callId, kind } = recording
    const files = all.filter((file) => (kind === 'voicemail') === (file.side === 'voicemail'))
    const voices = voicesOf(kind, call, files)
    if (!isRipe(voices, files, { endedAt: call.endedAt, now: new Date() })) return
    if (!(await store.claim(db, recording, CLAIM_MS))) return

    await this.#keep(
      recording,
      () => recordings.file({ callId, kind, revision: revisionAfter(recording.vaultKey), voices }, files),
      (result) => ({
        state: outcomeOf(result, hasGap(result.findings)),
        findings: findingsOf(voices, files, result.findings),
        talkMs: talkMsOf(call),
      }),
      { callId, unrecordedWhy: call.unrecordedWhy, files, ...(kind === 'voicemail' && { message: true }) },
    )
  }

  /** Continuous recordings, of no call, whose pieces are complete. */
  async #filePieces(): Promise<void> {
    const { db, recordings } = this.#settings
    const waiting = await store.dueContinuous(db, 20)
    const all = await pieces.readPieces(
      db,
      waiting.map(({ recordingId }) => recordingId),
    )
    for (const recording of waiting) {
      if (this.stopping || Date.now() < this.#vaultRestsUntil) return
      const { recordingId } = recording
      const mine = all.filter((piece) => piece.recordingId === recordingId)
      const files = await recordings.findPieces(mine)
      if (!arePiecesRipe(mine, files, Date.now()) || !(await store.claim(db, recording, CLAIM_MS))) continue
      const findings = pieceFindings(mine, files)
      await this.#keep(
        recording,
        () => recordings.filePieces(recordingId, revisionAfter(recording.vaultKey), files),
        (result) => ({
          state: outcomeOf(
            result,
            findings.some(({ kind }) => kind === 'missing'),
          ),
          findings,
          talkMs: null,
        }),
        { callId: null, unrecordedWhy: null, files },
      )
    }
  }

  /** Files what was claimed, commits what became of it, and lets the spool go. */
  async #keep(
    recording: Continuous,
    file: () => Promise<FileResult>,
    settledBy: (result: FileResult) => Pick<Recording, 'state' | 'findings' | 'talkMs'>,
    about: { callId: string | null; unrecordedWhy: string | null; files: { path: string }[]; message?: true },
  ): Promise<void> {
    const { db, recordings, commit, log } = this.#settings
    const { recordingId } = recording
    const { callId } = about
    let result: FileResult
    const began = performance.now()
    try {
      result = await file()
    } catch (error) {
      if (error instanceof VaultDown) this.#vaultFailed(error)
      log.warn({ recordingId, callId, err: error }, 'a recording could not be filed; it stays in the spool')
      // the next try may be another's: one that can never be filed must not hold up the rest
      await store.postpone(db, recordingId, 2 * backOffMs(Math.max(3, this.#failures), 1))
      return
    }
    if (result.filed) {
      this.#vaultWorked()
      this.figures.uploaded((performance.now() - began) / 1_000)
    }

    const settled: Continuous = {
      ...recording,
      ...settledBy(result),
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
      if (!kept) return []
      const event = eventOf({ ...settled, callId }, about.unrecordedWhy, at)
      const silent = about.message && result.filed && isSilent(result.peaks)
      return [silent && event.type === 'recording.filed' ? { ...event, silent } : event]
    })
    if (!kept) return
    if (settled.state !== 'filed') {
      const gap = result.findings.filter(isGap)
      log.error({ recordingId, callId, state: settled.state }, 'a recording has lost sound')
      for (const { kind } of gap.length > 0 ? gap : [{ kind: 'missing' as const }]) this.figures.gap(kind)
    }
    if (result.filed && recording.vaultKey && recording.vaultKey !== result.key)
      await recordings.vault.delete(recording.vaultKey)
    if (result.filed && settled.state === 'filed') await this.#release(result, about.files)
  }

  /** Lets the spool go of what is filed and committed; with the vault away it waits, and is let go at a later look. */
  async #release(filed: { key: string; sha256: string; bytes: number }, files: { path: string }[]): Promise<void> {
    if (Date.now() < this.#vaultRestsUntil) return
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

  /** Asks a vault that was down before anything is sent to it, so that the oldest recording goes first when it is back. */
  async #vaultIsBack(): Promise<boolean> {
    try {
      await this.#settings.recordings.vault.head('are-you-there')
      if (!this.health.vault.up) await store.hasten(this.#settings.db)
      return true
    } catch (error) {
      if (!(error instanceof VaultDown)) throw error
      this.#vaultFailed(error)
      return false
    }
  }

  /** A vault nobody needs just now is asked all the same, so that what `/status` says of it is true. */
  async #askVault(): Promise<void> {
    if (Date.now() < this.#vaultRestsUntil) return
    const waits = await store.isFiling(this.#settings.db)
    if (!(await this.#vaultIsBack())) return
    // one that answers and takes nothing in (its disk is full) is not well while something waits for it
    if (this.health.vault.up || !waits) this.#vaultWorked()
  }

  #vaultFailed(error: VaultDown): void {
    const { vault } = this.health
    this.#failures++
    this.#vaultRestsUntil = Date.now() + backOffMs(this.#failures, Math.random())
    if (vault.up) Object.assign(vault, { up: false, since: new Date() })
    vault.why = codeOf(error.cause)
  }

  #vaultWorked(): void {
    const { vault } = this.health
    this.#failures = 0
    if (!vault.up) Object.assign(vault, { up: true, since: new Date(), why: null })
    vault.lastHeardAt = new Date()
  }
}

/** What to say of an error where only codes may stand. */
const codeOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return String(code ?? name ?? 'error').slice(0, 60)
}
