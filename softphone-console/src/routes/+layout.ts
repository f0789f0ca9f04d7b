// one static page; everything is asked of the server by the browser
export const ssr = false
export const prerender = false
