/** What the archive counts for `/metrics`. Never labelled by call, number or person. */
import type { ArchiveHealth } from './health.ts'

/** One figure as `/metrics` shows it; `value` is asked for at each scrape. */
export type ArchiveFigure = {
  name: string
  help: string
  kind: 'gauge' | 'counter'
  label?: string
  value: () => number | undefined | Record<string, number>
}

/** Counts as the archive works. */
export class ArchiveFigures {
  readonly #health: ArchiveHealth
  #states: Record<string, number> = {}
  #gaps: Record<string, number> = { missing: 0, short: 0, deaf: 0, orphan: 0 }
  #uploads = 0
  #uploadSeconds = 0
  #reconciledAt: Date | undefined

  constructor(health: ArchiveHealth) {
    this.#health = health
  }

  uploaded(seconds: number): void {
    this.#uploads++
    this.#uploadSeconds += seconds
  }

  gap(kind: string): void {
    this.#gaps[kind] = (this.#gaps[kind] ?? 0) + 1
  }

  counted(states: Record<string, number>): void {
    this.#states = { recording: 0, filing: 0, filed: 0, missing: 0, short: 0, ...states }
  }

  reconciled(at: Date): void {
    this.#reconciledAt = at
  }

  list(): ArchiveFigure[] {
    const { spool, vault } = this.#health
    const figure = (
      kind: 'gauge' | 'counter',
      name: string,
      help: string,
      value: ArchiveFigure['value'],
      label?: string,
    ) => ({
      kind,
      name,
      help,
      value,
      ...(label && { label }),
    })
    return [
      figure('gauge', 'spool_bytes', 'bytes waiting in the spool', () => spool.bytes),
      figure('gauge', 'spool_files', 'voices waiting in the spool', () => spool.files),
      figure('gauge', 'spool_free_ratio', "free share of the spool's disk, 0 to 1", () => spool.freeRatio),
      figure('gauge', 'spool_orphans', 'spool files of no call the desk knows', () => spool.orphans),
      figure('gauge', 'vault_up', '1 when the vault last answered, 0 when it did not', () => (vault.up ? 1 : 0)),
      figure(
        'gauge',
        'recording_state',
        'recordings by state; settled ones of the last day',
        () => this.#states,
        'state',
      ),
      figure(
        'counter',
        'recording_upload_seconds_sum',
        'laying, putting and reading back recordings',
        () => this.#uploadSeconds,
      ),
      figure(
        'counter',
        'recording_upload_seconds_count',
        'recordings put and read back since start',
        () => this.#uploads,
      ),
      figure(
        'counter',
        'reconcile_gap_total',
        'voices that do not match their talk time, and spool files of no known call',
        () => this.#gaps,
        'kind',
      ),
      figure(
        'gauge',
        'reconcile_last_success_timestamp',
        'when recordings were last held against calls, epoch seconds',
        () => (this.#reconciledAt ? this.#reconciledAt.getTime() / 1_000 : undefined),
      ),
    ]
  }
}
