/** Keeps the page itself (service-worker.ts), so that a reload works while the server is away. */
export function keepPage(): void {
  if (!('serviceWorker' in navigator)) return
  // refused on plain http from another machine; the desk then works as long as it is not reloaded
  navigator.serviceWorker.register('/service-worker.js', { type: 'classic', updateViaCache: 'none' }).catch(() => {})
}
