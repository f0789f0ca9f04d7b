// Runs before the first paint: no white flash on a night shift, and the right language for a screen reader.
;(() => {
  let wish = 'auto'
  try {
    wish = localStorage.getItem('desk.theme') || 'auto'
    document.documentElement.lang = localStorage.getItem('desk.locale') || 'zh-CN'
  } catch {
    // storage refused by policy: follow the system
  }
  const dark = wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
