import type { App } from '../app.ts'
import type { PopCard } from '../wire.ts'

/** With no paint after this long, the person is told another way. Milliseconds. */
export const NO_PAINT_MS = 1_000

/** Resolves when what Svelte has put on the page is on the screen; false when no frame came in time or the tab is hidden. */
export function painted(withinMs = NO_PAINT_MS): Promise<boolean> {
  if (document.hidden) return Promise.resolve(false)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), withinMs)
    // the callback runs before the frame is drawn; a message posted from it comes after
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        clearTimeout(timer)
        resolve(true)
      }
      port2.postMessage(null)
    })
  })
}

/** Tells the server how long after its frame the pop was on the screen. */
export async function acknowledge(app: App, pop: PopCard, heardAt: number): Promise<void> {
  if (!(await painted())) return
  const afterMs = Math.max(0, Math.round(performance.now() - heardAt))
  const path = `/api/calls/${pop.call.callId}/painted`
  await app.api.post(path, { legUniqueid: pop.legUniqueid, afterMs }).catch(() => {
    // the figure is lost, not the call
  })
}

/** A desktop notification for a tab nobody sees; a click brings the desk to the front. */
export function notify(title: string, body: string): (() => void) | undefined {
  if (typeof Notification !== 'function' || Notification.permission !== 'granted') return undefined
  const shown = new Notification(title, { body, tag: 'desk-call', requireInteraction: true })
  shown.onclick = () => {
    window.focus()
    shown.close()
  }
  return () => shown.close()
}
