/** The vault and the spool as wires, for `/status` and the alarms. `orphans`: spool files of calls the desk does not know. */
export type ArchiveHealth = {
  vault: { up: boolean; since: Date; lastHeardAt: Date | null; why: string | null }
  spool: {
    up: boolean
    since: Date
    bytes: number
    files: number
    freeRatio: number
    orphans: number
    lastLookAt: Date | null
    why: string | null
  }
}
