/** `npm run call|radio|test|check|bench|drill|build`: the same first steps as `npm start`, then scripts/NAME.ts. */
import { bootstrap } from './bootstrap.mjs'

const NAMES = ['call', 'radio', 'test', 'check', 'bench', 'drill', 'build']
const [name, ...args] = process.argv.slice(2)
if (name === undefined || !NAMES.includes(name)) {
  console.error(`用法 usage: node scripts/run.mjs ${NAMES.join('|')} …`)
  process.exit(2)
}
await bootstrap(name, args)
