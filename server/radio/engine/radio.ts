/**
 * The radio of this server, put together: the engine, what it tells written down, who holds which handheld kept in
 * memory, and what every console is shown. Only the acting server's engine runs: two would key against each other.
 */

import type { Actor } from '../../access/index.ts'
import { may } from '../../access/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { EmergencyView } from '../../wire/radio.ts'
import type { Alarm } from '../../wire/views.ts'
import * as emergencies from '../emergencies/store.ts'
import type { RadioEvent } from '../events.ts'
import { filedUnder } from '../overs/filing.ts'
import { isShort, type Over } from '../overs/over.ts'
import { keepPiece } from '../overs/recording.ts'
import * as overs from '../overs/store.ts'
import { endBrokenOff } from '../ports/admin-store.ts'
import { makePortAlarms } from '../ports/alarms.ts'
import { makeCommissioning, watched } from '../ports/commissioning.ts'
import * as ports from '../ports/store.ts'
import { makeConsoles } from './consoles.ts'
import { makeRadioEngine } from './engine.ts'
import { makeKeeper, type Work } from './keeper.ts'
import type { Media } from './media.ts'
import { makePhones } from './telephone.ts'
import type { Log } from './words.ts'

export type RadioParts = {
  db: Db
  media: Media
  log: Log
  commit: (work: Work) => Promise<unknown>
  isActing: () => boolean
  /** the live socket's: a message for whichever console has one */
  tell: (to: (actor: Actor, seat: string) => Buffer | undefined) => void
  /** where sounds are made that Asterisk shall play */
  soundDir: string
  /** touch tones of a handheld, and who an over turns out to be of: for whoever waits for an answer on the air */
  answers?: {
    /** true: they were an answer, and name nobody else */
    digits: (port: string, said: string, over: Over | null) => boolean
    named: (over: Over) => void
  }
  /** how long a port is watched at rest before agents may key it */
  commissionIdleS?: number
  /** a piece of the continuous recording waits to be filed */
  recorded?: () => void
}

export type Radio = ReturnType<typeof startRadio>

const REFRESH_MS = 5_000
/** A server that has just become the acting one takes the radio at once. */
const LOOK_MS = 500

export function startRadio({
  db,
  media,
  log,
  commit,
  isActing,
  tell,
  soundDir,
  answers,
  commissionIdleS,
  recorded,
}: RadioParts) {
  const keeper = makeKeeper({ commit, log })
  let roster: ports.RosterRow[] = []
  let latched: EmergencyView[] = []
  let campusOf = new Map<string, string>()
  let known = ''
  /** whose exchange this is; the engine knows no other organisation's ports */
  let organisationId = ''
  let running = false
  let started = false
  const portAlarms = makePortAlarms()

  const exchange = watched(media)
  const engine = makeRadioEngine({
    media: exchange,
    log,
    roster: {
      byId(_port, how, raw, tail) {
        const ending = tail ? roster.filter((unit) => unit.ids[how]?.endsWith(tail)) : []
        return roster.find((unit) => unit.ids[how] === raw) ?? (ending.length === 1 ? (ending[0] ?? null) : null)
      },
      likely: (port) => {
        const held = roster.filter((unit) => unit.campus === campusOf.get(port) && unit.holderId !== null)
        return held.length === 1 ? (held[0] ?? null) : null
      },
    },
    hooks: {
      changed: () => consoles.changed(),
      overOpened: (over) => keeper.keep(async (tx) => keepOver(tx, over)),
      overNamed: (over) => {
        answers?.named(over)
        keeper.keep(async (tx) => {
          await overs.saveOver(tx, over)
          if (over.to === null) return []
          return [{ type: 'radio.over-named', overId: over.overId, at: new Date() }, ...(await fileUnder(tx, over))]
        })
      },
      overEnded: (over) =>
        keeper.keep(async (tx) => {
          if (!(await overs.saveOver(tx, over))) return []
          const { overId, port, kind, emergency } = over
          const ended: RadioEvent = {
            type: 'radio.over-ended',
            overId,
            port,
            kind,
            emergency,
            at: new Date(over.to ?? 0),
          }
          return [ended, ...(await fileUnder(tx, over))]
        }),
      emergencyRaised: (emergency, how) => {
        latched = [
          ...latched.filter(({ emergencyId }) => emergencyId !== emergency.id),
          {
            emergencyId: emergency.id,
            port: emergency.port,
            unit: emergency.unit,
            talker: emergency.talker,
            ticketId: null,
            raisedAt: new Date(emergency.raisedAt).toISOString(),
            ackedAt: null,
            ackedBy: null,
          },
        ]
        keeper.keep(async (tx) => {
          if (!(await emergencies.insertEmergency(tx, emergency, how))) return []
          const { id, port, unit } = emergency
          return [
            { type: 'radio.emergency-raised', emergencyId: id, port, unit, at: new Date(emergency.raisedAt) },
          ] satisfies RadioEvent[]
        })
      },
      emergencyAcknowledged: (emergency, by) => {
        const at = new Date(emergency.ackedAt ?? Date.now())
        latched = latched.map((one) => (one.emergencyId === emergency.id ? { ...one, ackedAt: at.toISOString() } : one))
        keeper.keep(async (tx) => {
          await emergencies.setAcked(tx, emergency.id, by, at)
          return [{ type: 'radio.emergency-acknowledged', emergencyId: emergency.id, at, byId: by }]
        })
      },
      emergencyCleared: (emergency, by, reason) => {
        latched = latched.filter(({ emergencyId }) => emergencyId !== emergency.id)
        keeper.keep(async (tx) => {
          await emergencies.setCleared(tx, emergency.id, by, reason)
          return [{ type: 'radio.emergency-cleared', emergencyId: emergency.id, at: new Date(), byId: by }]
        })
      },
      digits: (port, said, over) => answers?.digits(port, said, over) ?? false,
      alarm: (port, what, on) => {
        log.warn({ port, what, on }, 'the radio raises an alarm')
        portAlarms.hear(port, what, on)
      },
      gatewayAt: (port, address) =>
        keeper.keep(async (tx) => {
          await ports.saveGatewayAddress(tx, port, address)
          return []
        }),
      recording: (fact) => {
        const at = Date.now()
        keeper.keep(async (tx) => {
          const events = await keepPiece(tx, fact, at)
          if (events.length > 0) recorded?.()
          return events
        })
      },
    },
  })

  const commissioning = makeCommissioning({
    ...{ db, commit, engine, media: exchange, dir: soundDir, log },
    ...(commissionIdleS === undefined ? {} : { idleS: commissionIdleS }),
  })
  const phones = makePhones({ db, engine, commit, keeper })

  const consoles = makeConsoles({
    engine,
    isActing,
    tell,
    may: (actor, verb, campus) => may(actor, verb, { kind: 'radio', organisationId, campus }),
    emergencies: () => latched,
  })

  async function keepOver(tx: Tx, over: Over): Promise<RadioEvent[]> {
    await overs.saveOver(tx, over)
    return []
  }

  async function fileUnder(tx: Tx, over: Over): Promise<RadioEvent[]> {
    if (isShort(over) || over.to === null) return []
    const [row] = await overs.listOvers(tx, {
      organisationId,
      ids: [over.overId],
      limit: 1,
    })
    if (!row || row.ticketId !== null || row.attachedHow !== null) return []
    const filed = await filedUnder(tx, over, row.talker?.personId ?? null)
    if (!filed) return []
    await overs.attach(tx, over.overId, filed.ticketId, filed.how)
    return [{ type: 'radio.over-attached', overId: over.overId, ticketId: filed.ticketId, at: new Date() }]
  }

  /** Ports, handhelds and what is latched, as PostgreSQL has them; while it is away the last ones stand. */
  async function refresh(): Promise<void> {
    organisationId = await overs.organisationOf(db)
    const [all, units] = await Promise.all([ports.readPorts(db, organisationId), ports.readRoster(db, organisationId)])
    roster = units
    campusOf = new Map(all.map(({ port, campus }) => [port, campus]))
    if (keeper.waiting() === 0) latched = (await emergencies.readEmergencies(db, organisationId)).map(asView)
    const list = all.map(({ port, campus, nameZh, nameEn, endpoint, enabled, profile, gatewayAddress }) => ({
      port,
      campus,
      nameZh,
      nameEn,
      endpoint,
      enabled,
      profile,
      gatewayAddress,
      wanted: true,
      record: true,
    }))
    const json = JSON.stringify(list)
    if (json === known) return
    known = json
    engine.setPorts(list)
  }

  /** This server has become the acting one. What was on when the last one died has ended; an emergency has not. */
  async function takeOver(): Promise<void> {
    await db.transaction(async (tx) => {
      await overs.closeOpenOvers(tx, 'server_restart')
      await endBrokenOff(tx)
      await ports.endPatch(tx, null, null)
    })
    const kept = await emergencies.readEmergencies(db, organisationId)
    if (!started) engine.start()
    started = true
    running = true
    engine.relatch(
      kept.map((one) => ({
        id: one.emergencyId,
        port: one.port,
        unit: one.unit,
        raw: one.raw,
        talker: one.talker,
        raisedAt: Date.parse(one.raisedAt),
        ackedAt: one.ackedAt === null ? null : Date.parse(one.ackedAt),
        ackedBy: one.ackedById,
      })),
    )
  }

  let refreshing: NodeJS.Timeout | undefined
  async function again(): Promise<void> {
    try {
      await refresh()
      // Acting no more: the exchange has let the engine go (`control` lost). Acting again later is a new beginning.
      if (!isActing()) running = false
      else if (!running) await takeOver()
    } catch (error) {
      log.warn({ code: (error as { code?: string }).code }, 'the radio goes on with what it last knew')
    }
    refreshing = setTimeout(() => void again(), running ? REFRESH_MS : LOOK_MS)
    refreshing.unref()
  }
  void again()

  return {
    engine,
    /** this server's radio runs, and no other's */
    isRunning: () => running && isActing(),
    /** the handheld whose DTMF call this is */
    unitOf: (_port: string, ani: string) => roster.find((unit) => unit.ids.dtmf === ani) ?? null,
    commissioning,
    phones,
    consoles,
    keeper,
    /** What the engine shows of the ports of one organisation: there are some of its own exchange's only. */
    portsNow: (of: string) => (of === organisationId ? engine.portsNow() : []),
    /** what is wrong now, as the console's strip shows it */
    alarms: (): Alarm[] => (running ? portAlarms.now(engine.portsNow()) : []),
    /** how often each of them was raised */
    alarmsRaised: portAlarms.raised,
    /** something in the directory of the radio was changed */
    refresh: () => refresh().catch(() => undefined),
    async stop(): Promise<void> {
      clearTimeout(refreshing)
      phones.stop()
      consoles.stop()
      if (started) await engine.stop()
      await keeper.settle(3_000)
    },
  }
}

function asView({
  organisationId: _____,
  campus: _,
  cleared: __,
  ackedById: ___,
  raw: ____,
  ...view
}: emergencies.ShownEmergency): EmergencyView {
  return view
}
