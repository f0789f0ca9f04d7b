/** Reasons and exclusions written out: the server sends codes with their values. */
import { dispatch, exclusion } from '../i18n/dispatch.ts'
import { named, t } from '../i18n/index.ts'
import { hhmm } from '../live/time.ts'
import type { Exclusion, PlaceRef, Reason } from '../wire.ts'

type Places = readonly PlaceRef[]
const placeWord = (places: Places, id: string) => named(places.find((place) => place.id === id))

export function reasonWord(reason: Reason, places: Places): string {
  switch (reason.code) {
    case 'on-shift': {
      const word = reason.until ? t(dispatch.shiftUntil, hhmm(reason.until)) : t(dispatch.shift)
      return reason.isConfirmed ? word : word + t(dispatch.unconfirmed)
    }
    case 'on-call':
      return t(dispatch.onCall)
    case 'called-off-shift':
      return t(dispatch.calledOff)
    case 'system-role':
      return t(reason.role === 'A' ? dispatch.roleA : dispatch.roleB)
    case 'zone':
      return reason.level === 'campus' ? t(dispatch.campusZone) : t(dispatch.zone, placeWord(places, reason.placeId))
    case 'worked-before':
      return t(reason.on === 'asset' ? dispatch.beforeAsset : dispatch.beforeFault)
    case 'load':
      return t(dispatch.load, reason.load, reason.limit)
    case 'near':
      return reason.level === 'campus' ? t(dispatch.nearCampus) : t(dispatch.near, placeWord(places, reason.placeId))
    case 'idle-since':
      return t(dispatch.idleSince, hhmm(reason.at))
    case 'no-job-yet':
      return t(dispatch.noJobYet)
  }
}

export function exclusionWord(because: Exclusion): string {
  switch (because.code) {
    case 'at-limit':
      return t(exclusion['at-limit'], because.load, because.limit)
    case 'shift-ends':
      return t(exclusion['shift-ends'], hhmm(because.until))
    default:
      return t(exclusion[because.code])
  }
}
