/** Asterisk for the desk: found or fetched, rendered, started. Rules of the desk live elsewhere. */
export { type AsteriskBinary, ensureAsterisk } from './install.ts'
export { deadEndsTold, type Instance, renderAll, renderCampus, renderPbx } from './render.ts'
export { type RunningAsterisk, startAsterisk } from './run.ts'
export {
  type DeskPhone,
  demoSettings,
  type Line,
  type PbxSettings,
  type Ports,
  phonePassword,
  RADIO_HOSTS,
  type Secrets,
  siteSettings,
  type Trunk,
  USUAL_PORTS,
} from './settings.ts'
