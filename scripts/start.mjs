/** `npm start`: brings the whole desk up. See start.ts; this part only sees to Node and the dependencies. */
import { bootstrap } from './bootstrap.mjs'

await bootstrap('start', process.argv.slice(2))
