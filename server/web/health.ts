/** Being well: does the loop answer, may work be sent here, which wire is how, and the figures. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { WireHealth } from '../wire/views.ts'
import type { Routes } from './index.ts'

/** A figure of another room: its value now, or one value per label. Never labelled by number, person or call. */
export type Figure = {
  name: string
  help: string
  kind: 'gauge' | 'counter'
  label?: string
  value: () => number | undefined | Record<string, number> | Promise<number | undefined | Record<string, number>>
}

export type HealthParts = {
  /** false while draining, and before the first look at how Asterisk stands */
  ready: () => boolean
  wires: () => WireHealth[] | Promise<WireHealth[]>
  figures: Figure[]
  version: string
  /** the room that leads this PBX */
  acting: () => boolean
}

/** Seconds, from a frame's time to a slow page's: `call_to_pop_seconds` and the like use the same buckets. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 10]

/** `/healthz` `/ready` `/status` `/metrics`: open doors, with ids and figures only. */
export const healthRoutes =
  ({ ready, wires, figures, version, acting }: HealthParts): Routes =>
  async (app) => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const durations = new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'time to answer, by route and status class',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [registry],
    })
    for (const figure of figures) register(registry, figure)
    app.observeAnswer((method, route, status, seconds) => {
      durations.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds)
    })

    const open = { config: { open: true }, schema: { hide: true } }
    app.get('/healthz', open, async () => ({ well: true }))
    app.get('/ready', open, async (_request, reply) => {
      const isReady = ready()
      return reply.code(isReady ? 200 : 503).send({ ready: isReady })
    })
    app.get('/status', open, async () => {
      const all = await wires()
      const worst = all.some(({ state }) => state === 'broken') ? 'degraded' : 'well'
      return {
        state: worst,
        ready: ready(),
        acting: acting(),
        version,
        serverTime: new Date().toISOString(),
        wires: all,
      }
    })
    app.get('/metrics', open, async (_request, reply) => {
      return reply.type(registry.contentType).send(await registry.metrics())
    })
  }

function register(registry: Registry, { name, help, kind, label, value }: Figure): void {
  const set = async (put: (labels: Record<string, string>, value: number) => void) => {
    // A figure that cannot be had (its wire is down) is left out; the others must still be told.
    const found = await Promise.resolve()
      .then(value)
      .catch(() => undefined)
    if (typeof found === 'number') put({}, found)
    else if (found && label) for (const [key, one] of Object.entries(found)) put({ [label]: key }, one)
  }
  const common = { name, help, labelNames: label ? [label] : [], registers: [registry] }
  if (kind === 'gauge') {
    new Gauge({
      ...common,
      async collect() {
        this.reset()
        await set((labels, one) => this.set(labels, one))
      },
    })
  } else {
    new Counter({
      ...common,
      async collect() {
        this.reset()
        await set((labels, one) => this.inc(labels, one))
      },
    })
  }
}
