/** The archive's figures for `/metrics`. Never labelled by call, number or person. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ArchiveHealth } from './health.ts'

export type ArchiveMetrics = ReturnType<typeof archiveMetrics>

/** Registers the archive's figures. */
export function archiveMetrics(register: Registry) {
  const registers = [register]
  const spoolBytes = new Gauge({ name: 'spool_bytes', help: 'Bytes waiting in the spool', registers })
  const spoolFiles = new Gauge({ name: 'spool_files', help: 'Voices waiting in the spool', registers })
  const freeRatio = new Gauge({ name: 'spool_free_ratio', help: "Free share of the spool's disk, 0 to 1", registers })
  const orphans = new Gauge({ name: 'spool_orphans', help: 'Spool files of no call the desk knows', registers })
  const states = new Gauge({
    name: 'recording_state',
    help: 'Recordings by state; settled ones of the last day',
    labelNames: ['state'],
    registers,
  })
  const upload = new Histogram({
    name: 'recording_upload_seconds',
    help: 'Laying, putting and reading back one recording',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  })
  const gaps = new Counter({
    name: 'reconcile_gap_total',
    help: 'Voices whose recording does not match their talk time, and spool files of no known call',
    labelNames: ['kind'],
    registers,
  })
  const success = new Gauge({
    name: 'reconcile_last_success_timestamp',
    help: 'When recordings were last held against calls, epoch seconds',
    registers,
  })
  const down = new Gauge({ name: 'vault_up', help: '1 when the vault last answered, 0 when it did not', registers })

  return {
    spool(health: ArchiveHealth['spool']) {
      spoolBytes.set(health.bytes)
      spoolFiles.set(health.files)
      freeRatio.set(health.freeRatio)
      orphans.set(health.orphans)
    },
    vault: (up: boolean) => down.set(up ? 1 : 0),
    states(counts: Record<string, number>) {
      for (const state of ['recording', 'filing', 'filed', 'missing', 'short'])
        states.set({ state }, counts[state] ?? 0)
    },
    uploaded: (seconds: number) => upload.observe(seconds),
    gap: (kind: string) => gaps.inc({ kind }),
    succeeded(what: 'look' | 'reconcile') {
      if (what === 'reconcile') success.setToCurrentTime()
    },
  }
}
