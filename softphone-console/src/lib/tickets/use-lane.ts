import { type App, useApp } from '../app.ts'
import { Lane, type LaneKeep } from './lane.ts'

const held = new WeakMap<App, { personId: string; lane: Lane }>()

/** The work lane of this console: kept while pages turn, begun afresh for another person. */
export function useLane(): Lane {
  const app = useApp()
  const personId = app.desk.me?.personId ?? ''
  const kept = held.get(app)
  if (kept?.personId === personId) return kept.lane
  const lane = new Lane(keptIn(`desk.lane.${personId}`))
  held.set(app, { personId, lane })
  return lane
}

function keptIn(key: string): LaneKeep {
  return {
    read: () => {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? 'null')
      } catch {
        return null
      }
    },
    write: (lane) => {
      try {
        sessionStorage.setItem(key, JSON.stringify(lane))
      } catch {
        // no storage: a reload then begins with the list
      }
    },
  }
}
